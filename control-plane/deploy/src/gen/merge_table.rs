// Made by the test oracle from the struct tags of k8s.io/api v0.36.3; not to be edited.

const ROOTS: &[(&str, usize)] = &[
    ("ConfigMap", 0),
    ("DaemonSet", 3),
    ("Deployment", 114),
    ("HorizontalPodAutoscaler", 118),
    ("PodDisruptionBudget", 132),
    ("Service", 134),
    ("ServiceAccount", 139),
];

const TYPES: &[&[Field]] = &[
    // 0 ConfigMap
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "data", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "binaryData", shape: Shape::Map, merges: Merges::Unset, key: "" },
    ],
    // 1 ObjectMeta
    &[
        Field { name: "labels", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "annotations", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "ownerReferences", shape: Shape::List(Some(2)), merges: Merges::Yes, key: "uid" },
        Field { name: "finalizers", shape: Shape::List(None), merges: Merges::Yes, key: "" },
    ],
    // 2 OwnerReference
    &[
    ],
    // 3 DaemonSet
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "spec", shape: Shape::Struct(4), merges: Merges::Unset, key: "" },
    ],
    // 4 DaemonSetSpec
    &[
        Field { name: "selector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
        Field { name: "template", shape: Shape::Struct(7), merges: Merges::Unset, key: "" },
        Field { name: "updateStrategy", shape: Shape::Struct(112), merges: Merges::Unset, key: "" },
    ],
    // 5 LabelSelector
    &[
        Field { name: "matchLabels", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "matchExpressions", shape: Shape::List(Some(6)), merges: Merges::Unset, key: "" },
    ],
    // 6 LabelSelectorRequirement
    &[
        Field { name: "values", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 7 PodTemplateSpec
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "spec", shape: Shape::Struct(8), merges: Merges::Unset, key: "" },
    ],
    // 8 PodSpec
    &[
        Field { name: "volumes", shape: Shape::List(Some(9)), merges: Merges::Yes, key: "name" },
        Field { name: "initContainers", shape: Shape::List(Some(57)), merges: Merges::Yes, key: "name" },
        Field { name: "containers", shape: Shape::List(Some(57)), merges: Merges::Yes, key: "name" },
        Field { name: "ephemeralContainers", shape: Shape::List(Some(89)), merges: Merges::Yes, key: "name" },
        Field { name: "nodeSelector", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "securityContext", shape: Shape::Struct(90), merges: Merges::Unset, key: "" },
        Field { name: "imagePullSecrets", shape: Shape::List(Some(19)), merges: Merges::Yes, key: "name" },
        Field { name: "affinity", shape: Shape::Struct(92), merges: Merges::Unset, key: "" },
        Field { name: "tolerations", shape: Shape::List(Some(102)), merges: Merges::Unset, key: "" },
        Field { name: "hostAliases", shape: Shape::List(Some(103)), merges: Merges::Yes, key: "ip" },
        Field { name: "dnsConfig", shape: Shape::Struct(104), merges: Merges::Unset, key: "" },
        Field { name: "readinessGates", shape: Shape::List(Some(106)), merges: Merges::Unset, key: "" },
        Field { name: "overhead", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "topologySpreadConstraints", shape: Shape::List(Some(107)), merges: Merges::Yes, key: "topologyKey" },
        Field { name: "os", shape: Shape::Struct(108), merges: Merges::Unset, key: "" },
        Field { name: "schedulingGates", shape: Shape::List(Some(109)), merges: Merges::Yes, key: "name" },
        Field { name: "resourceClaims", shape: Shape::List(Some(110)), merges: Merges::Yes, key: "name" },
        Field { name: "resources", shape: Shape::Struct(67), merges: Merges::Unset, key: "" },
        Field { name: "schedulingGroup", shape: Shape::Struct(111), merges: Merges::Unset, key: "" },
    ],
    // 9 Volume
    &[
        Field { name: "hostPath", shape: Shape::Struct(10), merges: Merges::Unset, key: "" },
        Field { name: "emptyDir", shape: Shape::Struct(11), merges: Merges::Unset, key: "" },
        Field { name: "gcePersistentDisk", shape: Shape::Struct(12), merges: Merges::Unset, key: "" },
        Field { name: "awsElasticBlockStore", shape: Shape::Struct(13), merges: Merges::Unset, key: "" },
        Field { name: "gitRepo", shape: Shape::Struct(14), merges: Merges::Unset, key: "" },
        Field { name: "secret", shape: Shape::Struct(15), merges: Merges::Unset, key: "" },
        Field { name: "nfs", shape: Shape::Struct(17), merges: Merges::Unset, key: "" },
        Field { name: "iscsi", shape: Shape::Struct(18), merges: Merges::Unset, key: "" },
        Field { name: "glusterfs", shape: Shape::Struct(20), merges: Merges::Unset, key: "" },
        Field { name: "persistentVolumeClaim", shape: Shape::Struct(21), merges: Merges::Unset, key: "" },
        Field { name: "rbd", shape: Shape::Struct(22), merges: Merges::Unset, key: "" },
        Field { name: "flexVolume", shape: Shape::Struct(23), merges: Merges::Unset, key: "" },
        Field { name: "cinder", shape: Shape::Struct(24), merges: Merges::Unset, key: "" },
        Field { name: "cephfs", shape: Shape::Struct(25), merges: Merges::Unset, key: "" },
        Field { name: "flocker", shape: Shape::Struct(26), merges: Merges::Unset, key: "" },
        Field { name: "downwardAPI", shape: Shape::Struct(27), merges: Merges::Unset, key: "" },
        Field { name: "fc", shape: Shape::Struct(31), merges: Merges::Unset, key: "" },
        Field { name: "azureFile", shape: Shape::Struct(32), merges: Merges::Unset, key: "" },
        Field { name: "configMap", shape: Shape::Struct(33), merges: Merges::Unset, key: "" },
        Field { name: "vsphereVolume", shape: Shape::Struct(34), merges: Merges::Unset, key: "" },
        Field { name: "quobyte", shape: Shape::Struct(35), merges: Merges::Unset, key: "" },
        Field { name: "azureDisk", shape: Shape::Struct(36), merges: Merges::Unset, key: "" },
        Field { name: "photonPersistentDisk", shape: Shape::Struct(37), merges: Merges::Unset, key: "" },
        Field { name: "projected", shape: Shape::Struct(38), merges: Merges::Unset, key: "" },
        Field { name: "portworxVolume", shape: Shape::Struct(46), merges: Merges::Unset, key: "" },
        Field { name: "scaleIO", shape: Shape::Struct(47), merges: Merges::Unset, key: "" },
        Field { name: "storageos", shape: Shape::Struct(48), merges: Merges::Unset, key: "" },
        Field { name: "csi", shape: Shape::Struct(49), merges: Merges::Unset, key: "" },
        Field { name: "ephemeral", shape: Shape::Struct(50), merges: Merges::Unset, key: "" },
        Field { name: "image", shape: Shape::Struct(56), merges: Merges::Unset, key: "" },
    ],
    // 10 HostPathVolumeSource
    &[
    ],
    // 11 EmptyDirVolumeSource
    &[
    ],
    // 12 GCEPersistentDiskVolumeSource
    &[
    ],
    // 13 AWSElasticBlockStoreVolumeSource
    &[
    ],
    // 14 GitRepoVolumeSource
    &[
    ],
    // 15 SecretVolumeSource
    &[
        Field { name: "items", shape: Shape::List(Some(16)), merges: Merges::Unset, key: "" },
    ],
    // 16 KeyToPath
    &[
    ],
    // 17 NFSVolumeSource
    &[
    ],
    // 18 ISCSIVolumeSource
    &[
        Field { name: "portals", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "secretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
    ],
    // 19 LocalObjectReference
    &[
    ],
    // 20 GlusterfsVolumeSource
    &[
    ],
    // 21 PersistentVolumeClaimVolumeSource
    &[
    ],
    // 22 RBDVolumeSource
    &[
        Field { name: "monitors", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "secretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
    ],
    // 23 FlexVolumeSource
    &[
        Field { name: "secretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
        Field { name: "options", shape: Shape::Map, merges: Merges::Unset, key: "" },
    ],
    // 24 CinderVolumeSource
    &[
        Field { name: "secretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
    ],
    // 25 CephFSVolumeSource
    &[
        Field { name: "monitors", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "secretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
    ],
    // 26 FlockerVolumeSource
    &[
    ],
    // 27 DownwardAPIVolumeSource
    &[
        Field { name: "items", shape: Shape::List(Some(28)), merges: Merges::Unset, key: "" },
    ],
    // 28 DownwardAPIVolumeFile
    &[
        Field { name: "fieldRef", shape: Shape::Struct(29), merges: Merges::Unset, key: "" },
        Field { name: "resourceFieldRef", shape: Shape::Struct(30), merges: Merges::Unset, key: "" },
    ],
    // 29 ObjectFieldSelector
    &[
    ],
    // 30 ResourceFieldSelector
    &[
    ],
    // 31 FCVolumeSource
    &[
        Field { name: "targetWWNs", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "wwids", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 32 AzureFileVolumeSource
    &[
    ],
    // 33 ConfigMapVolumeSource
    &[
        Field { name: "items", shape: Shape::List(Some(16)), merges: Merges::Unset, key: "" },
    ],
    // 34 VsphereVirtualDiskVolumeSource
    &[
    ],
    // 35 QuobyteVolumeSource
    &[
    ],
    // 36 AzureDiskVolumeSource
    &[
    ],
    // 37 PhotonPersistentDiskVolumeSource
    &[
    ],
    // 38 ProjectedVolumeSource
    &[
        Field { name: "sources", shape: Shape::List(Some(39)), merges: Merges::Unset, key: "" },
    ],
    // 39 VolumeProjection
    &[
        Field { name: "secret", shape: Shape::Struct(40), merges: Merges::Unset, key: "" },
        Field { name: "downwardAPI", shape: Shape::Struct(41), merges: Merges::Unset, key: "" },
        Field { name: "configMap", shape: Shape::Struct(42), merges: Merges::Unset, key: "" },
        Field { name: "serviceAccountToken", shape: Shape::Struct(43), merges: Merges::Unset, key: "" },
        Field { name: "clusterTrustBundle", shape: Shape::Struct(44), merges: Merges::Unset, key: "" },
        Field { name: "podCertificate", shape: Shape::Struct(45), merges: Merges::Unset, key: "" },
    ],
    // 40 SecretProjection
    &[
        Field { name: "items", shape: Shape::List(Some(16)), merges: Merges::Unset, key: "" },
    ],
    // 41 DownwardAPIProjection
    &[
        Field { name: "items", shape: Shape::List(Some(28)), merges: Merges::Unset, key: "" },
    ],
    // 42 ConfigMapProjection
    &[
        Field { name: "items", shape: Shape::List(Some(16)), merges: Merges::Unset, key: "" },
    ],
    // 43 ServiceAccountTokenProjection
    &[
    ],
    // 44 ClusterTrustBundleProjection
    &[
        Field { name: "labelSelector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
    ],
    // 45 PodCertificateProjection
    &[
        Field { name: "userAnnotations", shape: Shape::Map, merges: Merges::Unset, key: "" },
    ],
    // 46 PortworxVolumeSource
    &[
    ],
    // 47 ScaleIOVolumeSource
    &[
        Field { name: "secretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
    ],
    // 48 StorageOSVolumeSource
    &[
        Field { name: "secretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
    ],
    // 49 CSIVolumeSource
    &[
        Field { name: "volumeAttributes", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "nodePublishSecretRef", shape: Shape::Struct(19), merges: Merges::Unset, key: "" },
    ],
    // 50 EphemeralVolumeSource
    &[
        Field { name: "volumeClaimTemplate", shape: Shape::Struct(51), merges: Merges::Unset, key: "" },
    ],
    // 51 PersistentVolumeClaimTemplate
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "spec", shape: Shape::Struct(52), merges: Merges::Unset, key: "" },
    ],
    // 52 PersistentVolumeClaimSpec
    &[
        Field { name: "accessModes", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "selector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
        Field { name: "resources", shape: Shape::Struct(53), merges: Merges::Unset, key: "" },
        Field { name: "dataSource", shape: Shape::Struct(54), merges: Merges::Unset, key: "" },
        Field { name: "dataSourceRef", shape: Shape::Struct(55), merges: Merges::Unset, key: "" },
    ],
    // 53 VolumeResourceRequirements
    &[
        Field { name: "limits", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "requests", shape: Shape::Map, merges: Merges::Unset, key: "" },
    ],
    // 54 TypedLocalObjectReference
    &[
    ],
    // 55 TypedObjectReference
    &[
    ],
    // 56 ImageVolumeSource
    &[
    ],
    // 57 Container
    &[
        Field { name: "command", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "args", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "ports", shape: Shape::List(Some(58)), merges: Merges::Yes, key: "containerPort" },
        Field { name: "envFrom", shape: Shape::List(Some(59)), merges: Merges::Unset, key: "" },
        Field { name: "env", shape: Shape::List(Some(62)), merges: Merges::Yes, key: "name" },
        Field { name: "resources", shape: Shape::Struct(67), merges: Merges::Unset, key: "" },
        Field { name: "resizePolicy", shape: Shape::List(Some(69)), merges: Merges::Unset, key: "" },
        Field { name: "restartPolicyRules", shape: Shape::List(Some(70)), merges: Merges::Unset, key: "" },
        Field { name: "volumeMounts", shape: Shape::List(Some(72)), merges: Merges::Yes, key: "mountPath" },
        Field { name: "volumeDevices", shape: Shape::List(Some(73)), merges: Merges::Yes, key: "devicePath" },
        Field { name: "livenessProbe", shape: Shape::Struct(74), merges: Merges::Unset, key: "" },
        Field { name: "readinessProbe", shape: Shape::Struct(74), merges: Merges::Unset, key: "" },
        Field { name: "startupProbe", shape: Shape::Struct(74), merges: Merges::Unset, key: "" },
        Field { name: "lifecycle", shape: Shape::Struct(80), merges: Merges::Unset, key: "" },
        Field { name: "securityContext", shape: Shape::Struct(83), merges: Merges::Unset, key: "" },
    ],
    // 58 ContainerPort
    &[
    ],
    // 59 EnvFromSource
    &[
        Field { name: "configMapRef", shape: Shape::Struct(60), merges: Merges::Unset, key: "" },
        Field { name: "secretRef", shape: Shape::Struct(61), merges: Merges::Unset, key: "" },
    ],
    // 60 ConfigMapEnvSource
    &[
    ],
    // 61 SecretEnvSource
    &[
    ],
    // 62 EnvVar
    &[
        Field { name: "valueFrom", shape: Shape::Struct(63), merges: Merges::Unset, key: "" },
    ],
    // 63 EnvVarSource
    &[
        Field { name: "fieldRef", shape: Shape::Struct(29), merges: Merges::Unset, key: "" },
        Field { name: "resourceFieldRef", shape: Shape::Struct(30), merges: Merges::Unset, key: "" },
        Field { name: "configMapKeyRef", shape: Shape::Struct(64), merges: Merges::Unset, key: "" },
        Field { name: "secretKeyRef", shape: Shape::Struct(65), merges: Merges::Unset, key: "" },
        Field { name: "fileKeyRef", shape: Shape::Struct(66), merges: Merges::Unset, key: "" },
    ],
    // 64 ConfigMapKeySelector
    &[
    ],
    // 65 SecretKeySelector
    &[
    ],
    // 66 FileKeySelector
    &[
    ],
    // 67 ResourceRequirements
    &[
        Field { name: "limits", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "requests", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "claims", shape: Shape::List(Some(68)), merges: Merges::Unset, key: "" },
    ],
    // 68 ResourceClaim
    &[
    ],
    // 69 ContainerResizePolicy
    &[
    ],
    // 70 ContainerRestartRule
    &[
        Field { name: "exitCodes", shape: Shape::Struct(71), merges: Merges::Unset, key: "" },
    ],
    // 71 ContainerRestartRuleOnExitCodes
    &[
        Field { name: "values", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 72 VolumeMount
    &[
    ],
    // 73 VolumeDevice
    &[
    ],
    // 74 Probe
    &[
        Field { name: "exec", shape: Shape::Struct(75), merges: Merges::Unset, key: "" },
        Field { name: "httpGet", shape: Shape::Struct(76), merges: Merges::Unset, key: "" },
        Field { name: "tcpSocket", shape: Shape::Struct(78), merges: Merges::Unset, key: "" },
        Field { name: "grpc", shape: Shape::Struct(79), merges: Merges::Unset, key: "" },
    ],
    // 75 ExecAction
    &[
        Field { name: "command", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 76 HTTPGetAction
    &[
        Field { name: "httpHeaders", shape: Shape::List(Some(77)), merges: Merges::Unset, key: "" },
    ],
    // 77 HTTPHeader
    &[
    ],
    // 78 TCPSocketAction
    &[
    ],
    // 79 GRPCAction
    &[
    ],
    // 80 Lifecycle
    &[
        Field { name: "postStart", shape: Shape::Struct(81), merges: Merges::Unset, key: "" },
        Field { name: "preStop", shape: Shape::Struct(81), merges: Merges::Unset, key: "" },
    ],
    // 81 LifecycleHandler
    &[
        Field { name: "exec", shape: Shape::Struct(75), merges: Merges::Unset, key: "" },
        Field { name: "httpGet", shape: Shape::Struct(76), merges: Merges::Unset, key: "" },
        Field { name: "tcpSocket", shape: Shape::Struct(78), merges: Merges::Unset, key: "" },
        Field { name: "sleep", shape: Shape::Struct(82), merges: Merges::Unset, key: "" },
    ],
    // 82 SleepAction
    &[
    ],
    // 83 SecurityContext
    &[
        Field { name: "capabilities", shape: Shape::Struct(84), merges: Merges::Unset, key: "" },
        Field { name: "seLinuxOptions", shape: Shape::Struct(85), merges: Merges::Unset, key: "" },
        Field { name: "windowsOptions", shape: Shape::Struct(86), merges: Merges::Unset, key: "" },
        Field { name: "seccompProfile", shape: Shape::Struct(87), merges: Merges::Unset, key: "" },
        Field { name: "appArmorProfile", shape: Shape::Struct(88), merges: Merges::Unset, key: "" },
    ],
    // 84 Capabilities
    &[
        Field { name: "add", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "drop", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 85 SELinuxOptions
    &[
    ],
    // 86 WindowsSecurityContextOptions
    &[
    ],
    // 87 SeccompProfile
    &[
    ],
    // 88 AppArmorProfile
    &[
    ],
    // 89 EphemeralContainer
    &[
        Field { name: "command", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "args", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "ports", shape: Shape::List(Some(58)), merges: Merges::Yes, key: "containerPort" },
        Field { name: "envFrom", shape: Shape::List(Some(59)), merges: Merges::Unset, key: "" },
        Field { name: "env", shape: Shape::List(Some(62)), merges: Merges::Yes, key: "name" },
        Field { name: "resources", shape: Shape::Struct(67), merges: Merges::Unset, key: "" },
        Field { name: "resizePolicy", shape: Shape::List(Some(69)), merges: Merges::Unset, key: "" },
        Field { name: "restartPolicyRules", shape: Shape::List(Some(70)), merges: Merges::Unset, key: "" },
        Field { name: "volumeMounts", shape: Shape::List(Some(72)), merges: Merges::Yes, key: "mountPath" },
        Field { name: "volumeDevices", shape: Shape::List(Some(73)), merges: Merges::Yes, key: "devicePath" },
        Field { name: "livenessProbe", shape: Shape::Struct(74), merges: Merges::Unset, key: "" },
        Field { name: "readinessProbe", shape: Shape::Struct(74), merges: Merges::Unset, key: "" },
        Field { name: "startupProbe", shape: Shape::Struct(74), merges: Merges::Unset, key: "" },
        Field { name: "lifecycle", shape: Shape::Struct(80), merges: Merges::Unset, key: "" },
        Field { name: "securityContext", shape: Shape::Struct(83), merges: Merges::Unset, key: "" },
    ],
    // 90 PodSecurityContext
    &[
        Field { name: "seLinuxOptions", shape: Shape::Struct(85), merges: Merges::Unset, key: "" },
        Field { name: "windowsOptions", shape: Shape::Struct(86), merges: Merges::Unset, key: "" },
        Field { name: "supplementalGroups", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "sysctls", shape: Shape::List(Some(91)), merges: Merges::Unset, key: "" },
        Field { name: "seccompProfile", shape: Shape::Struct(87), merges: Merges::Unset, key: "" },
        Field { name: "appArmorProfile", shape: Shape::Struct(88), merges: Merges::Unset, key: "" },
    ],
    // 91 Sysctl
    &[
    ],
    // 92 Affinity
    &[
        Field { name: "nodeAffinity", shape: Shape::Struct(93), merges: Merges::Unset, key: "" },
        Field { name: "podAffinity", shape: Shape::Struct(98), merges: Merges::Unset, key: "" },
        Field { name: "podAntiAffinity", shape: Shape::Struct(101), merges: Merges::Unset, key: "" },
    ],
    // 93 NodeAffinity
    &[
        Field { name: "requiredDuringSchedulingIgnoredDuringExecution", shape: Shape::Struct(94), merges: Merges::Unset, key: "" },
        Field { name: "preferredDuringSchedulingIgnoredDuringExecution", shape: Shape::List(Some(97)), merges: Merges::Unset, key: "" },
    ],
    // 94 NodeSelector
    &[
        Field { name: "nodeSelectorTerms", shape: Shape::List(Some(95)), merges: Merges::Unset, key: "" },
    ],
    // 95 NodeSelectorTerm
    &[
        Field { name: "matchExpressions", shape: Shape::List(Some(96)), merges: Merges::Unset, key: "" },
        Field { name: "matchFields", shape: Shape::List(Some(96)), merges: Merges::Unset, key: "" },
    ],
    // 96 NodeSelectorRequirement
    &[
        Field { name: "values", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 97 PreferredSchedulingTerm
    &[
        Field { name: "preference", shape: Shape::Struct(95), merges: Merges::Unset, key: "" },
    ],
    // 98 PodAffinity
    &[
        Field { name: "requiredDuringSchedulingIgnoredDuringExecution", shape: Shape::List(Some(99)), merges: Merges::Unset, key: "" },
        Field { name: "preferredDuringSchedulingIgnoredDuringExecution", shape: Shape::List(Some(100)), merges: Merges::Unset, key: "" },
    ],
    // 99 PodAffinityTerm
    &[
        Field { name: "labelSelector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
        Field { name: "namespaces", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "namespaceSelector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
        Field { name: "matchLabelKeys", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "mismatchLabelKeys", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 100 WeightedPodAffinityTerm
    &[
        Field { name: "podAffinityTerm", shape: Shape::Struct(99), merges: Merges::Unset, key: "" },
    ],
    // 101 PodAntiAffinity
    &[
        Field { name: "requiredDuringSchedulingIgnoredDuringExecution", shape: Shape::List(Some(99)), merges: Merges::Unset, key: "" },
        Field { name: "preferredDuringSchedulingIgnoredDuringExecution", shape: Shape::List(Some(100)), merges: Merges::Unset, key: "" },
    ],
    // 102 Toleration
    &[
    ],
    // 103 HostAlias
    &[
        Field { name: "hostnames", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 104 PodDNSConfig
    &[
        Field { name: "nameservers", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "searches", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "options", shape: Shape::List(Some(105)), merges: Merges::Unset, key: "" },
    ],
    // 105 PodDNSConfigOption
    &[
    ],
    // 106 PodReadinessGate
    &[
    ],
    // 107 TopologySpreadConstraint
    &[
        Field { name: "labelSelector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
        Field { name: "matchLabelKeys", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 108 PodOS
    &[
    ],
    // 109 PodSchedulingGate
    &[
    ],
    // 110 PodResourceClaim
    &[
    ],
    // 111 PodSchedulingGroup
    &[
    ],
    // 112 DaemonSetUpdateStrategy
    &[
        Field { name: "rollingUpdate", shape: Shape::Struct(113), merges: Merges::Unset, key: "" },
    ],
    // 113 RollingUpdateDaemonSet
    &[
    ],
    // 114 Deployment
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "spec", shape: Shape::Struct(115), merges: Merges::Unset, key: "" },
    ],
    // 115 DeploymentSpec
    &[
        Field { name: "selector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
        Field { name: "template", shape: Shape::Struct(7), merges: Merges::Unset, key: "" },
        Field { name: "strategy", shape: Shape::Struct(116), merges: Merges::Unset, key: "" },
    ],
    // 116 DeploymentStrategy
    &[
        Field { name: "rollingUpdate", shape: Shape::Struct(117), merges: Merges::Unset, key: "" },
    ],
    // 117 RollingUpdateDeployment
    &[
    ],
    // 118 HorizontalPodAutoscaler
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "spec", shape: Shape::Struct(119), merges: Merges::Unset, key: "" },
    ],
    // 119 HorizontalPodAutoscalerSpec
    &[
        Field { name: "scaleTargetRef", shape: Shape::Struct(120), merges: Merges::Unset, key: "" },
        Field { name: "metrics", shape: Shape::List(Some(121)), merges: Merges::Unset, key: "" },
        Field { name: "behavior", shape: Shape::Struct(129), merges: Merges::Unset, key: "" },
    ],
    // 120 CrossVersionObjectReference
    &[
    ],
    // 121 MetricSpec
    &[
        Field { name: "object", shape: Shape::Struct(122), merges: Merges::Unset, key: "" },
        Field { name: "pods", shape: Shape::Struct(125), merges: Merges::Unset, key: "" },
        Field { name: "resource", shape: Shape::Struct(126), merges: Merges::Unset, key: "" },
        Field { name: "containerResource", shape: Shape::Struct(127), merges: Merges::Unset, key: "" },
        Field { name: "external", shape: Shape::Struct(128), merges: Merges::Unset, key: "" },
    ],
    // 122 ObjectMetricSource
    &[
        Field { name: "describedObject", shape: Shape::Struct(120), merges: Merges::Unset, key: "" },
        Field { name: "target", shape: Shape::Struct(123), merges: Merges::Unset, key: "" },
        Field { name: "metric", shape: Shape::Struct(124), merges: Merges::Unset, key: "" },
    ],
    // 123 MetricTarget
    &[
    ],
    // 124 MetricIdentifier
    &[
        Field { name: "selector", shape: Shape::Struct(5), merges: Merges::Unset, key: "" },
    ],
    // 125 PodsMetricSource
    &[
        Field { name: "metric", shape: Shape::Struct(124), merges: Merges::Unset, key: "" },
        Field { name: "target", shape: Shape::Struct(123), merges: Merges::Unset, key: "" },
    ],
    // 126 ResourceMetricSource
    &[
        Field { name: "target", shape: Shape::Struct(123), merges: Merges::Unset, key: "" },
    ],
    // 127 ContainerResourceMetricSource
    &[
        Field { name: "target", shape: Shape::Struct(123), merges: Merges::Unset, key: "" },
    ],
    // 128 ExternalMetricSource
    &[
        Field { name: "metric", shape: Shape::Struct(124), merges: Merges::Unset, key: "" },
        Field { name: "target", shape: Shape::Struct(123), merges: Merges::Unset, key: "" },
    ],
    // 129 HorizontalPodAutoscalerBehavior
    &[
        Field { name: "scaleUp", shape: Shape::Struct(130), merges: Merges::Unset, key: "" },
        Field { name: "scaleDown", shape: Shape::Struct(130), merges: Merges::Unset, key: "" },
    ],
    // 130 HPAScalingRules
    &[
        Field { name: "policies", shape: Shape::List(Some(131)), merges: Merges::Unset, key: "" },
    ],
    // 131 HPAScalingPolicy
    &[
    ],
    // 132 PodDisruptionBudget
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "spec", shape: Shape::Struct(133), merges: Merges::Unset, key: "" },
    ],
    // 133 PodDisruptionBudgetSpec
    &[
        Field { name: "selector", shape: Shape::Struct(5), merges: Merges::Replaces, key: "" },
    ],
    // 134 Service
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "spec", shape: Shape::Struct(135), merges: Merges::Unset, key: "" },
    ],
    // 135 ServiceSpec
    &[
        Field { name: "ports", shape: Shape::List(Some(136)), merges: Merges::Yes, key: "port" },
        Field { name: "selector", shape: Shape::Map, merges: Merges::Unset, key: "" },
        Field { name: "clusterIPs", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "externalIPs", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "loadBalancerSourceRanges", shape: Shape::List(None), merges: Merges::Unset, key: "" },
        Field { name: "sessionAffinityConfig", shape: Shape::Struct(137), merges: Merges::Unset, key: "" },
        Field { name: "ipFamilies", shape: Shape::List(None), merges: Merges::Unset, key: "" },
    ],
    // 136 ServicePort
    &[
    ],
    // 137 SessionAffinityConfig
    &[
        Field { name: "clientIP", shape: Shape::Struct(138), merges: Merges::Unset, key: "" },
    ],
    // 138 ClientIPConfig
    &[
    ],
    // 139 ServiceAccount
    &[
        Field { name: "metadata", shape: Shape::Struct(1), merges: Merges::Unset, key: "" },
        Field { name: "secrets", shape: Shape::List(Some(140)), merges: Merges::Yes, key: "name" },
        Field { name: "imagePullSecrets", shape: Shape::List(Some(19)), merges: Merges::Unset, key: "" },
    ],
    // 140 ObjectReference
    &[
    ],
];
