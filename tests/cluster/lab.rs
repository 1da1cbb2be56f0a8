//! The lab itself: Pods run, have addresses, logs and load balancers, and go.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tests::deadline;

use crate::cluster::{Cluster, SOON};

const MANIFESTS: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: echo, namespace: lab-pods}
spec:
  replicas: 3
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec:
      containers:
      - name: echo
        image: registry.k8s.io/gateway-api/echo-basic:v1.6.1
        env:
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        readinessProbe: {httpGet: {path: /health, port: 3000}}
---
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: lab-pods}
spec:
  type: LoadBalancer
  selector: {app: echo}
  ports: [{port: 3000}]
"#;

/// Three Pods get ready, answer under their own and the load balancer's address and write logs; deleted, they are gone.
pub(crate) async fn pods_run_and_answer(cluster: &Cluster) -> Result<()> {
    cluster.namespace("lab-pods").await?;
    cluster.apply(MANIFESTS).await?;
    cluster
        .until_object(("lab-pods", "deployment", "echo"), |object| {
            object
                .pointer("/status/readyReplicas")
                .and_then(Value::as_u64)
                == Some(3)
        })
        .await?;
    let service = cluster
        .until_object(("lab-pods", "service", "echo"), |object| {
            object
                .pointer("/status/loadBalancer/ingress/0/ip")
                .is_some()
        })
        .await?;
    let address = service
        .pointer("/status/loadBalancer/ingress/0/ip")
        .and_then(Value::as_str)
        .context("no address")?;
    let pod = deadline::until("the load balancer answers", SOON, async || {
        let reply = ask(address, "/asked").await?;
        let pod = reply
            .get("pod")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned);
        pod.with_context(|| reply.to_string())
    })
    .await?;
    let log = cluster.kubectl(&["-n", "lab-pods", "logs", &pod]).await?;
    if !log.contains("Echoing back request made to /asked") {
        bail!("the log of {pod} does not have the request: {log}");
    }
    cluster
        .kubectl(&["-n", "lab-pods", "delete", "deployment", "echo"])
        .await?;
    deadline::until("the Pods are gone", SOON, async || {
        let pods = cluster
            .kubectl(&["-n", "lab-pods", "get", "pods", "-o", "name"])
            .await?;
        match pods.is_empty() {
            true => Ok(()),
            false => bail!("{pods}"),
        }
    })
    .await
}

/// What the echo server says about a request.
async fn ask(address: &str, path: &str) -> Result<Value> {
    use http_body_util::BodyExt as _;
    let stream = tokio::net::TcpStream::connect((address, 3000)).await?;
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await?;
    let request = http::Request::get(path)
        .header("host", address)
        .body(http_body_util::Empty::<bytes::Bytes>::new())?;
    let (response, _) = tokio::join!(
        async {
            let response = sender.send_request(request).await?;
            drop(sender);
            anyhow::Ok(response.into_body().collect().await?.to_bytes())
        },
        connection
    );
    Ok(serde_json::from_slice(&response?)?)
}
