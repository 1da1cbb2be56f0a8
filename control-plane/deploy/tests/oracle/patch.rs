//! Objects and patches for the oracle, made from a seed.

use proptest::prelude::RngExt;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// What a patch may be made of: fields of a struct, maps of strings, scalars, and lists.
enum Shape {
    Struct(&'static [(&'static str, Shape)]),
    Strings,
    Text,
    Number,
    /// A list of scalars that merges.
    Set,
    /// A list of scalars that is replaced.
    Texts,
    /// A list whose elements are told apart by a field.
    Keyed(&'static str, &'static Shape),
    /// A list of structs that is replaced.
    Atomic(&'static Shape),
}

use Shape::{Atomic, Keyed, Number, Set, Strings, Struct, Text, Texts};

const META: Shape = Struct(&[
    ("labels", Strings),
    ("annotations", Strings),
    ("finalizers", Set),
    (
        "ownerReferences",
        Keyed(
            "uid",
            &Struct(&[("uid", Text), ("name", Text), ("kind", Text)]),
        ),
    ),
]);
const RESOURCES: Shape = Struct(&[("limits", Strings), ("requests", Strings)]);
const CONTAINER: Shape = Struct(&[
    ("name", Text),
    ("image", Text),
    ("args", Texts),
    (
        "env",
        Keyed("name", &Struct(&[("name", Text), ("value", Text)])),
    ),
    (
        "ports",
        Keyed(
            "containerPort",
            &Struct(&[
                ("containerPort", Number),
                ("name", Text),
                ("protocol", Text),
            ]),
        ),
    ),
    (
        "volumeMounts",
        Keyed(
            "mountPath",
            &Struct(&[("mountPath", Text), ("name", Text), ("subPath", Text)]),
        ),
    ),
    ("resources", RESOURCES),
    (
        "securityContext",
        Struct(&[
            ("runAsUser", Number),
            ("capabilities", Struct(&[("drop", Texts), ("add", Texts)])),
        ]),
    ),
]);
const POD: Shape = Struct(&[
    ("containers", Keyed("name", &CONTAINER)),
    ("initContainers", Keyed("name", &CONTAINER)),
    (
        "volumes",
        Keyed(
            "name",
            &Struct(&[
                ("name", Text),
                ("emptyDir", Strings),
                ("configMap", Struct(&[("name", Text)])),
            ]),
        ),
    ),
    (
        "tolerations",
        Atomic(&Struct(&[("key", Text), ("effect", Text)])),
    ),
    (
        "topologySpreadConstraints",
        Keyed(
            "topologyKey",
            &Struct(&[("topologyKey", Text), ("maxSkew", Number)]),
        ),
    ),
    (
        "imagePullSecrets",
        Keyed("name", &Struct(&[("name", Text)])),
    ),
    (
        "hostAliases",
        Keyed("ip", &Struct(&[("ip", Text), ("hostnames", Texts)])),
    ),
    ("nodeSelector", Strings),
    ("serviceAccountName", Text),
]);
const TEMPLATE: Shape = Struct(&[("metadata", META), ("spec", POD)]);
const SELECTOR: Shape = Struct(&[("matchLabels", Strings)]);
const DEPLOYMENT: Shape = Struct(&[
    ("metadata", META),
    (
        "spec",
        Struct(&[
            ("replicas", Number),
            ("selector", SELECTOR),
            (
                "strategy",
                Struct(&[
                    ("type", Text),
                    (
                        "rollingUpdate",
                        Struct(&[("maxSurge", Number), ("maxUnavailable", Number)]),
                    ),
                ]),
            ),
            ("template", TEMPLATE),
        ]),
    ),
]);
const DAEMON_SET: Shape = Struct(&[
    ("metadata", META),
    (
        "spec",
        Struct(&[("selector", SELECTOR), ("template", TEMPLATE)]),
    ),
]);
const SERVICE: Shape = Struct(&[
    ("metadata", META),
    (
        "spec",
        Struct(&[
            ("type", Text),
            ("selector", Strings),
            ("externalIPs", Texts),
            (
                "ports",
                Keyed(
                    "port",
                    &Struct(&[("port", Number), ("name", Text), ("nodePort", Number)]),
                ),
            ),
        ]),
    ),
]);
const ACCOUNT: Shape = Struct(&[
    ("metadata", META),
    (
        "secrets",
        Keyed("name", &Struct(&[("name", Text), ("namespace", Text)])),
    ),
    ("imagePullSecrets", Atomic(&Struct(&[("name", Text)]))),
]);
const METRIC: Shape = Struct(&[
    ("type", Text),
    (
        "resource",
        Struct(&[
            ("name", Text),
            ("target", Struct(&[("averageUtilization", Number)])),
        ]),
    ),
]);
const SCALING: Shape = Struct(&[(
    "policies",
    Atomic(&Struct(&[("type", Text), ("value", Number)])),
)]);
const AUTOSCALER: Shape = Struct(&[
    ("metadata", META),
    (
        "spec",
        Struct(&[
            ("minReplicas", Number),
            ("scaleTargetRef", Struct(&[("kind", Text), ("name", Text)])),
            ("metrics", Atomic(&METRIC)),
            (
                "behavior",
                Struct(&[("scaleUp", SCALING), ("scaleDown", SCALING)]),
            ),
        ]),
    ),
]);
const BUDGET: Shape = Struct(&[
    ("metadata", META),
    (
        "spec",
        Struct(&[("minAvailable", Number), ("selector", SELECTOR)]),
    ),
]);

const KINDS: [(&str, Shape); 6] = [
    ("Deployment", DEPLOYMENT),
    ("DaemonSet", DAEMON_SET),
    ("Service", SERVICE),
    ("ServiceAccount", ACCOUNT),
    ("HorizontalPodAutoscaler", AUTOSCALER),
    ("PodDisruptionBudget", BUDGET),
];
const WORDS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Numbers of a seed.
struct Dice<'a>(&'a mut TestRunner);

/// A kind, an object and a patch.
pub(crate) fn question(runner: &mut TestRunner) -> Value {
    let mut dice = Dice(runner);
    let (kind, shape) = &KINDS[dice.below(KINDS.len())];
    let original = dice.value(shape);
    let patch = dice.patch(shape);
    json!({"kind": kind, "original": original, "patch": patch})
}

impl Dice<'_> {
    fn below(&mut self, limit: usize) -> usize {
        self.0.rng().random_range(0..limit)
    }

    /// True once in `n` times.
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn word(&mut self) -> Value {
        json!(WORDS[self.below(WORDS.len())])
    }

    /// Different scalars, in any order.
    fn keys(&mut self, is_number: bool) -> Vec<Value> {
        let mut left: Vec<usize> = (0..WORDS.len()).collect();
        let count = self.below(4);
        (0..count)
            .map(|_| {
                let at = self.below(left.len());
                let picked = left.swap_remove(at);
                if is_number {
                    json!(8080 + picked)
                } else {
                    json!(WORDS[picked])
                }
            })
            .collect()
    }

    fn value(&mut self, shape: &Shape) -> Value {
        match shape {
            Struct(fields) => {
                let mut map = Map::new();
                for (name, shape) in *fields {
                    if !self.one_in(3) {
                        map.insert((*name).to_owned(), self.value(shape));
                    }
                }
                Value::Object(map)
            }
            Strings => {
                let keys = self.keys(false);
                keys.iter()
                    .map(|key| (key.as_str().unwrap().to_owned(), self.word()))
                    .collect()
            }
            Text => self.word(),
            Number => json!(self.below(3)),
            Set | Texts => Value::Array(self.keys(false)),
            Keyed(key, element) => {
                let keys = self.keys(is_number(key, element));
                keys.into_iter()
                    .map(|name| self.element(key, name, element))
                    .collect()
            }
            Atomic(element) => (0..self.below(3)).map(|_| self.value(element)).collect(),
        }
    }

    fn element(&mut self, key: &str, name: Value, shape: &Shape) -> Value {
        let mut value = self.value(shape);
        value[key] = name;
        value
    }

    fn patch(&mut self, shape: &Shape) -> Value {
        match shape {
            Struct(fields) => {
                let mut map = Map::new();
                for (name, shape) in *fields {
                    if self.one_in(3) {
                        continue;
                    }
                    self.field(&mut map, name, shape);
                }
                self.directive(&mut map);
                Value::Object(map)
            }
            Strings => {
                let mut map = Map::new();
                for key in self.keys(false) {
                    let value = if self.one_in(4) {
                        Value::Null
                    } else {
                        self.word()
                    };
                    map.insert(key.as_str().unwrap().to_owned(), value);
                }
                self.directive(&mut map);
                Value::Object(map)
            }
            Text | Number | Set | Texts | Keyed(..) | Atomic(_) => self.value(shape),
        }
    }

    fn field(&mut self, map: &mut Map<String, Value>, name: &str, shape: &Shape) {
        if self.one_in(12) {
            map.insert(name.to_owned(), Value::Null);
            return;
        }
        match shape {
            Set if self.one_in(3) => {
                let gone = self.keys(false);
                map.insert(
                    format!("$deleteFromPrimitiveList/{name}"),
                    Value::Array(gone),
                );
            }
            Set if self.one_in(3) => {
                let (list, order) = (self.keys(false), self.keys(false));
                let is_short = self.one_in(4) && !order.is_empty();
                let order = if is_short {
                    order
                } else {
                    extended(&list, order)
                };
                map.insert(format!("$setElementOrder/{name}"), Value::Array(order));
                map.insert(name.to_owned(), Value::Array(list));
            }
            Keyed(key, element) => {
                let names = self.keys(is_number(key, element));
                let order = self.keys(is_number(key, element));
                let is_ordered = self.one_in(3);
                if is_ordered {
                    let is_short = self.one_in(5) && !order.is_empty();
                    let order = if is_short {
                        order
                    } else {
                        extended(&names, order)
                    };
                    let order = order.into_iter().map(|name| json!({*key: name})).collect();
                    map.insert(format!("$setElementOrder/{name}"), order);
                }
                // apimachinery deletes inside the slice that it then takes for the original order, so where
                // what was not ordered ends up depends on the slice's capacity. Nothing to be equal to.
                let list = names.into_iter().map(|name| {
                    if !is_ordered && self.one_in(5) {
                        json!({*key: name, "$patch": "delete"})
                    } else {
                        self.patched_element(key, name, element)
                    }
                });
                let mut list: Vec<Value> = list.collect();
                if self.one_in(12) {
                    list.push(json!({"$patch": "replace"}));
                }
                map.insert(name.to_owned(), Value::Array(list));
            }
            _ => {
                let value = self.patch(shape);
                map.insert(name.to_owned(), value);
            }
        }
    }

    fn patched_element(&mut self, key: &str, name: Value, shape: &Shape) -> Value {
        let mut value = self.patch(shape);
        if !self.one_in(60) {
            value[key] = name;
        }
        value
    }

    fn directive(&mut self, map: &mut Map<String, Value>) {
        match self.below(80) {
            0 => drop(map.insert("$patch".to_owned(), json!("replace"))),
            1 => drop(map.insert("$patch".to_owned(), json!("delete"))),
            2 if self.one_in(4) => drop(map.insert("$patch".to_owned(), json!("merge"))),
            3..6 => {
                let drops = usize::from(self.one_in(6));
                let kept = map.keys().filter(|key| !key.starts_with('$')).skip(drops);
                let kept: Value = kept.map(|key| json!(key)).collect();
                map.insert("$retainKeys".to_owned(), kept);
            }
            _ => {}
        }
    }
}

/// `list`, with what else `more` holds behind it.
fn extended(list: &[Value], more: Vec<Value>) -> Vec<Value> {
    let others = more.into_iter().filter(|value| !list.contains(value));
    list.iter().cloned().chain(others).collect()
}

fn is_number(key: &str, element: &Shape) -> bool {
    let Struct(fields) = element else {
        return false;
    };
    fields
        .iter()
        .any(|(name, shape)| *name == key && matches!(shape, Number))
}
