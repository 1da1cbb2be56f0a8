//! `tidegate explain request`: the whole text, because the words are the product.

use crate::manifests::{GATEWAY, ROUTE, directory};
use crate::tidegate;

fn explain(flags: &[&str]) -> String {
    let dir = directory(&[("gateway.yaml", GATEWAY), ("route.yaml", ROUTE)]);
    let path = dir.path().display().to_string();
    let mut arguments = vec!["explain", "request", "-f", &path];
    arguments.extend(flags);
    let run = tidegate(&arguments);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    run.out.replace(&format!("{path}/"), "")
}

#[test]
fn a_request_is_followed_to_its_backends() {
    let flags = [
        "--host",
        "shop.example.com",
        "--path",
        "/x/../cart/1?q=2",
        "-H",
        "x-team: blue",
    ];
    assert_eq!(
        explain(&flags),
        "\
request    GET http://shop.example.com/x/../cart/1?q=2   (matched as /cart/1?q=2)
listener   port 8080, plain text   (gw/default/edge/listener/8080)
host       shop.example.com is the most specific pattern that matches
route      HTTPRoute default/cart rule 0   (route.yaml:8)
           matches path prefix /cart, header x-team = blue
not taken  HTTPRoute default/cart rule 1: matches, too, but a longer path prefix beats a shorter one   (route.yaml:18)
           1 other match does not fit
filters    1 request header x-a becomes 1
           2 request header x-team is removed
           3 the path becomes /v2/1?q=2
           4 the response must begin within 3s
backends      90 %  svc/default/web/80   web.example.com:80   (route.yaml:27)
              10 %  svc/default/web/81   web.example.com:81   (route.yaml:27)
"
    );
}

#[test]
fn what_does_not_fit_says_why() {
    let told = explain(&["--host", "SHOP.example.com:8080", "--path", "/cart"]);
    assert!(
        told.contains("route      HTTPRoute default/cart rule 1   (route.yaml:18)"),
        "{told}"
    );
    assert!(
        told.contains("not taken  HTTPRoute default/cart rule 0: needs header x-team = blue"),
        "{told}"
    );
}

#[test]
fn answers_of_the_proxy_itself() {
    let check = |flags: &[&str], expected: &str| {
        let told = explain(flags);
        assert!(told.contains(&format!("\nanswer     {expected}")), "{told}");
    };
    let host = "shop.example.com";
    check(
        &["--host", host, "--path", "/old"],
        "301: redirect to http://new.example.com:8080/old",
    );
    check(&["--host", "nobody.example.com"], "404: no route matches");
    check(
        &["--host", host, "--path", "/%zz"],
        "400: the path has a percent sign",
    );
    check(
        &["--host", host, "--port", "99"],
        "the connection is refused: no listener on port 99",
    );
    check(
        &["--host", host, "--scheme", "https"],
        "the connection is refused: no listener with TLS",
    );
}

#[test]
fn programs_get_the_same_facts() {
    let out = explain(&["--host", "shop.example.com", "-o", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(value["route"]["rule"], "HTTPRoute default/cart rule 1");
    assert_eq!(value["backends"][0]["percent"], 100.0);
    assert_eq!(value["listener"]["port"], 8080);
}

#[test]
fn bad_questions_are_errors() {
    let dir = directory(&[("gateway.yaml", GATEWAY)]);
    let path = dir.path().display().to_string();
    let base = ["explain", "request", "-f", &path, "--host"];
    for (flags, words) in [
        (&["a", "-H", "nonsense"][..], "write `Name: value`"),
        (&["a", "-X", "NOT A METHOD"], "--method"),
        (
            &["a", "-g", "other/gw"],
            "no Gateway other/gw, only default/edge",
        ),
    ] {
        let run = tidegate(&[&base[..], flags].concat());
        assert_eq!(run.code, 1, "{flags:?}");
        assert!(run.err.contains(words), "{}", run.err);
    }
}

/// A Gateway with models of its own, a virtual one of each kind, and a list of what may be asked for on a route.
const MODELS: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: tidegate
  listeners:
  - name: http
    port: 8080
    protocol: HTTP
    allowedRoutes: {kinds: [{group: agentgateway.dev, kind: AgentgatewayModel}, {kind: HTTPRoute}]}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: mini}
spec: {parentRefs: [{name: edge}], provider: OpenAI}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: claude}
spec: {parentRefs: [{name: edge}], match: {model: claude-*}, provider: Anthropic}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: secret}
spec: {parentRefs: [{name: edge}], visibility: Internal, provider: Mistral}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: fast}
spec:
  parentRefs: [{name: edge}]
  virtualModel:
    weighted:
      targets: [{modelRef: {name: mini}, weight: 3}, {modelRef: {name: claude}, model: claude-haiku-4-5}]
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: safe}
spec:
  parentRefs: [{name: edge}]
  virtualModel:
    failover:
      targets: [{modelRef: {name: secret}, priority: 0}, {modelRef: {name: mini}, priority: 1}]
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: smart}
spec:
  parentRefs: [{name: edge}]
  virtualModel:
    conditional:
      targets:
      - {modelRef: {name: secret}, when: size(llmRequest.tools) > 5}
      - {modelRef: {name: claude}, model: claude-opus-4-1, when: 'request.headers[\"x-tier\"] == \"gold\"'}
      - {modelRef: {name: mini}}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: of-mini}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayModel, name: mini}]
  backend: {ai: {allowedModels: [{names: [mini]}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: own}
spec:
  parentRefs: [{name: edge}]
  rules:
  - matches: [{path: {value: /own}}]
    backendRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: own}]
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: own}
spec:
  ai:
    groups:
    - providers:
      - {name: pinned, openai: {model: gpt-pinned}}
      - {name: free, openai: {}, policies: {ai: {modelAliases: {quick: gpt-4o}}}}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: of-own}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: own}]
  backend: {ai: {allowedModels: [{names: [quick, gpt-4o]}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: edge}]
  rules:
  - matches: [{path: {value: /web}}]
    backendRefs: [{name: web, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: ExternalName, externalName: web.example.com}
";

/// The lines about the model, and what follows them.
fn of_model(path: &str, flags: &[&str]) -> String {
    let dir = directory(&[("models.yaml", MODELS)]);
    let manifests = dir.path().display().to_string();
    let asked = ["explain", "request", "-f", &manifests, "-X", "POST"];
    let place = ["--host", "a.test", "--path", path, "--model"];
    let run = tidegate(&[&asked[..], &place[..], flags].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    let at = run.out.find("\nmodel ").expect("a model is told");
    run.out[at + 1..].to_owned()
}

#[test]
fn a_name_is_followed_to_who_is_asked() {
    const PATH: &str = "/v1/chat/completions";
    for (flags, expected) in [
        (
            &["mini"][..],
            "\
model      \"mini\" is a model of mini
             1. backend (openai) is asked for mini
             backend.ai.allowedModels of AgentgatewayModel default/mini: models mini   (policy/tidegate/default/of-mini/backend.ai.allowedModels)
",
        ),
        (
            &["claude-x"],
            "\
model      \"claude-x\" is a model of claude-*
             1. backend (anthropic) is asked for claude-x
",
        ),
        (
            &["fast"],
            "\
model      \"fast\" is a virtual model, by weight
           75 %: mini
             1. backend (openai) is asked for mini
             backend.ai.allowedModels of AgentgatewayModel default/mini: models mini   (policy/tidegate/default/of-mini/backend.ai.allowedModels)
           25 %: claude-haiku-4-5
             1. backend (anthropic) is asked for claude-haiku-4-5
",
        ),
        (
            &["safe"],
            "\
model      \"safe\" is a virtual model, one target after the other
             1. secret (custom) is asked for secret
             2. mini (openai) is asked for mini
             backend.ai.allowedModels of AgentgatewayModel default/mini: models mini   (policy/tidegate/default/of-mini/backend.ai.allowedModels)
",
        ),
        (
            &["smart"],
            "\
model      \"smart\" is a virtual model, by the first condition that holds
           where size(llmRequest.tools) > 5 (depends on more than the request's head): secret
             1. backend (custom) is asked for secret
           where request.headers[\"x-tier\"] == \"gold\" (does not hold): claude-opus-4-1
           otherwise: mini
             1. backend (openai) is asked for mini
             backend.ai.allowedModels of AgentgatewayModel default/mini: models mini   (policy/tidegate/default/of-mini/backend.ai.allowedModels)
",
        ),
        (
            &["smart", "-H", "x-tier: gold"],
            "\
model      \"smart\" is a virtual model, by the first condition that holds
           where size(llmRequest.tools) > 5 (depends on more than the request's head): secret
             1. backend (custom) is asked for secret
           where request.headers[\"x-tier\"] == \"gold\" (holds): claude-opus-4-1
             1. backend (anthropic) is asked for claude-opus-4-1
           otherwise: mini
",
        ),
        (
            &["secret"],
            "\
model      \"secret\" is no model here
           404: it is internal, and found by way of virtual models only
answer     404: it is internal, and found by way of virtual models only
",
        ),
        (
            &["nothing"],
            "\
model      \"nothing\" is no model here
           404: no model of this name; there are fast, safe, smart, mini, claude-*
answer     404: no model of this name; there are fast, safe, smart, mini, claude-*
",
        ),
    ] {
        assert_eq!(of_model(PATH, flags), expected, "{flags:?}");
    }
}

#[test]
fn programs_get_what_becomes_of_a_model() {
    let dir = directory(&[("models.yaml", MODELS)]);
    let manifests = dir.path().display().to_string();
    let place = ["--host", "a.test", "--path", "/v1/messages", "--model"];
    let asked = ["explain", "request", "-o", "json", "-f", &manifests];
    let run = tidegate(&[&asked[..], &place[..], &["fast"]].concat());
    let told: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let ways = &told["backends"][0]["model"]["ways"];
    assert_eq!(ways[0]["when"], "75 %");
    assert_eq!(ways[1]["providers"][0]["model"], "claude-haiku-4-5");
    let run = tidegate(&[&asked[..], &place[..], &[""]].concat());
    assert_eq!(run.code, 1);
    assert!(run.err.contains("--model is empty"), "{}", run.err);
}

#[test]
fn lists_and_aliases_have_their_say() {
    for (path, name, expected) in [
        (
            "/own/v1/chat/completions",
            "quick",
            "\
model      \"quick\" goes to the backend's providers
             1. pinned (openai) is asked for gpt-pinned; 403: \"gpt-pinned\" is not in spec.backend.ai.allowedModels of a TidegatePolicy that applies
             1. free (openai) is asked for gpt-4o
",
        ),
        (
            "/own/v1/chat/completions",
            "gpt-5",
            "\
model      \"gpt-5\" goes to the backend's providers
           403: \"gpt-5\" is not in spec.backend.ai.allowedModels of a TidegatePolicy that applies
answer     403: \"gpt-5\" is not in spec.backend.ai.allowedModels of a TidegatePolicy that applies
",
        ),
        (
            "/web",
            "quick",
            "\
model      \"quick\" is not looked at: there is no model, and bodies are not read
",
        ),
    ] {
        assert_eq!(of_model(path, &[name]), expected, "{path} {name}");
    }
}
