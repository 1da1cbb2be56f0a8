//! AI backends: the key, the model, usage, errors in the client's dialect, cut streams.
//!
//! The provider is a small server of the test; what it received is what counts.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use dp_llm::{
    error::{ProviderError, last_event},
    format::Format,
};
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    forward_proxy::reference,
    harness::{
        Answer, Seen, World, cluster, http_listener, raw_upstream, read_head, route_to, routes,
        send, try_send, upstream,
    },
};

const ANSWER: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}"#;

const BUSY: &str = r#"{"error":{"message":"busy","type":"requests","code":"rate_limit_exceeded"}}"#;

const GOOGLES: &str = r#"{"error":{"code":429,"message":"busy","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"100s"}]}}"#;

async fn provider() -> (SocketAddr, Seen) {
    upstream(|_, _| async {
        Response::builder()
            .header("content-type", "application/json")
            .body(Full::from(ANSWER))
            .unwrap()
    })
    .await
}

fn key(secret: &str) -> Value {
    json!({"key": {"secret": secret, "header": "authorization", "prefix": "Bearer "}})
}

fn world(up: SocketAddr, credential: Value, model: &str, secret: Option<&str>) -> World {
    World::serving(&resources(up, credential, model, secret))
}

fn resources(up: SocketAddr, credential: Value, model: &str, secret: Option<&str>) -> Vec<Value> {
    let mut resources = vec![
        http_listener(),
        routes(vec![route_to("ai", json!({"timeout": "5s"}))]),
        json!({
            "@type": "envoy.config.cluster.v3.Cluster", "name": "ai", "type": "STATIC",
            "connect_timeout": "1s", "metadata": reference("tidegate.v1.AiBackend", "ai"),
        }),
        json!({"@type": "tidegate.v1.AiBackend", "name": "ai", "groups": [{"providers": [{
            "name": "openai", "cluster": "ai/openai", "service": {"openai": {}},
            "model": model, "path_prefix": "/v9", "authority": "api.example", "credential": credential,
        }]}]}),
        cluster("ai/openai", up, json!({})),
    ];
    if let Some(secret) = secret {
        resources.push(json!({
            "@type": "envoy.extensions.transport_sockets.tls.v3.Secret", "name": "key",
            "generic_secret": {"secret": {"inline_string": secret}},
        }));
    }
    resources
}

async fn ask(world: &World, body: &str) -> Answer {
    send(world.address("http"), chat(body)).await
}

fn chat(body: &str) -> Request<Full<Bytes>> {
    Request::post("/v1/chat/completions")
        .header("host", "example.com")
        .header("content-type", "application/json")
        .header("authorization", "Bearer of-the-client")
        .body(Full::from(body.to_owned()))
        .unwrap()
}

#[tokio::test(flavor = "local")]
async fn the_key_is_injected_once_and_usage_is_recorded() {
    for secret in ["sk-1", "Bearer sk-1\n"] {
        let (up, seen) = provider().await;
        let world = world(up, key("key"), "", Some(secret));
        let body = r#"{"model":"gpt-x",  "messages":[]}"#;
        let answer = ask(&world, body).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, ANSWER));
        let (head, sent) = seen.requests.borrow()[0].clone();
        let keys: Vec<_> = head.headers.get_all("authorization").iter().collect();
        assert_eq!(keys, ["Bearer sk-1"]);
        assert_eq!(head.uri, "/v9/chat/completions");
        assert_eq!(head.headers["host"], "api.example");
        assert_eq!(sent, body, "nothing to change, nothing changed");
        let line = world.line(|_| true).await;
        assert_eq!(line["gen_ai.usage.input_tokens"], 11);
        assert_eq!(line["gen_ai.usage.output_tokens"], 7);
        assert_eq!(line["gen_ai.response.model"], "gpt-x");
        assert_eq!(line["gen_ai.provider.name"], "openai");
        assert!(!line.to_string().contains("sk-1"));
        let metrics = world.metrics();
        // The model is the client's word: no label is made of it.
        assert!(metrics.contains(r#"gen_ai_client_token_usage_sum{route="",gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="_other",gen_ai_response_model="_other",gen_ai_token_type="input"} 11"#), "{metrics}");
    }
}

#[tokio::test(flavor = "local")]
async fn the_model_of_the_backend_is_used() {
    for body in [r#"{"messages":[]}"#, r#"{"model":"other","messages":[]}"#] {
        let (up, seen) = provider().await;
        let world = world(up, json!({"none": {}}), "pinned", None);
        assert_eq!(ask(&world, body).await.status, 200);
        let (head, sent) = seen.requests.borrow()[0].clone();
        let sent: Value = serde_json::from_slice(&sent).unwrap();
        assert_eq!(sent["model"], "pinned");
        assert!(
            !head.headers.contains_key("authorization"),
            "the client's key stays here"
        );
    }
}

/// Whoever asks for too little time is answered all the same, and no provider is to blame.
#[tokio::test(flavor = "local")]
async fn a_deadline_that_a_client_makes_up_is_none() {
    let (up, _) = provider().await;
    let world = world(up, json!({"none": {}}), "", None);
    let mut request = chat(r#"{"model":"gpt-x","messages":[]}"#);
    let moment = http::HeaderValue::from_static("1n");
    request.headers_mut().insert("grpc-timeout", moment);
    let answer = send(world.address("http"), request).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, ANSWER));
}

/// What there would be to a GET is the provider's to say, also where an answer is read before it is shown.
#[tokio::test(flavor = "local")]
async fn the_head_of_a_file_keeps_its_length() {
    let (up, _) = upstream(|_, _| async {
        Response::builder()
            .header("content-type", "application/octet-stream")
            .header("content-length", "12345")
            .body(Full::from(""))
            .unwrap()
    })
    .await;
    for timeout in [None, Some("5s")] {
        let mut resources = resources(up, json!({"none": {}}), "", None);
        resources[3]["groups"][0]["providers"][0]["request_timeout"] = json!(timeout);
        let world = World::serving(&resources);
        let request = Request::head("/v1/files/f-1/content")
            .header("host", "example.com")
            .body(Full::default())
            .unwrap();
        let answer = send(world.address("http"), request).await;
        let length = answer.header("content-length");
        assert_eq!(
            (answer.status.as_u16(), length),
            (200, Some("12345")),
            "{timeout:?}"
        );
    }
}

/// SDKs follow redirects: what a client said here it would say again past the gateway.
#[tokio::test(flavor = "local")]
async fn a_redirect_is_no_answer() {
    for (path, location) in [
        ("/v1/chat/completions", None),
        ("/v1/embeddings", None),
        ("/v1/images/generations", None),
        // Where a file is, is the client's to know.
        ("/v1/files/f/content", Some("https://elsewhere.example/f")),
    ] {
        let (up, _) = upstream(|_, _| async {
            Response::builder()
                .status(307)
                .header("location", "https://elsewhere.example/f")
                .body(Full::from(""))
                .unwrap()
        })
        .await;
        let world = world(up, key("key"), "", Some("sk-1"));
        let request = match location {
            Some(_) => Request::get(path).header("host", "example.com"),
            None => Request::post(path).header("host", "example.com"),
        };
        let body = match location {
            Some(_) => "",
            None => r#"{"model":"m","messages":[],"input":"x","prompt":"x"}"#,
        };
        let request = request.body(Full::from(body)).unwrap();
        let answer = send(world.address("http"), request).await;
        assert_eq!(answer.header("location"), location, "{path}");
        if location.is_none() {
            assert_eq!(answer.status, 502, "{path}");
            let error: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(error["error"]["code"], "upstream_error", "{path}: {error}");
        }
    }
}

/// What a name resolves to is judged, not what it is called.
#[tokio::test(flavor = "local")]
async fn a_provider_by_base_url_is_never_this_machine() {
    for (is_refused, status) in [(true, 503), (false, 200)] {
        let (up, seen) = provider().await;
        let mut resources = resources(up, json!({"none": {}}), "m", None);
        resources[3]["groups"][0]["providers"][0]["refuses_local_addresses"] = json!(is_refused);
        let named = json!({"socket_address": {"address": "localhost", "port_value": up.port()}});
        resources[4] = json!({
            "@type": "envoy.config.cluster.v3.Cluster", "name": "ai/openai", "type": "STRICT_DNS",
            "connect_timeout": "1s", "dns_lookup_family": "V4_ONLY",
            "load_assignment": {"cluster_name": "ai/openai", "endpoints": [{
                "lb_endpoints": [{"endpoint": {"address": named}}],
            }]},
        });
        let world = World::serving(&resources);
        let answer = ask(&world, r#"{"messages":[]}"#).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(seen.connections.get(), u32::from(!is_refused));
    }
}

#[tokio::test(flavor = "local")]
async fn without_its_credential_nothing_is_sent() {
    for (credential, secret) in [
        (key("key"), None),
        (key("key"), Some("  ")),
        (
            json!({"unavailable": {"reason": "secret default/openai is not there"}}),
            None,
        ),
    ] {
        let (up, seen) = provider().await;
        let world = world(up, credential, "m", secret);
        let answer = ask(&world, r#"{"messages":[]}"#).await;
        assert_eq!(answer.status, 500);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["error"]["code"], "backend_auth_failed");
        assert_eq!(seen.connections.get(), 0);
    }
}

#[tokio::test(flavor = "local")]
async fn what_is_no_prompt_is_refused_in_the_clients_dialect() {
    let (up, seen) = provider().await;
    let world = world(up, json!({"none": {}}), "m", None);
    let address = world.address("http");
    let error = |answer: &Answer| {
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["error"]["code"].as_str().unwrap().to_owned()
    };
    let answer = ask(&world, "no json").await;
    assert_eq!(
        (answer.status.as_u16(), error(&answer).as_str()),
        (400, "invalid_request_body")
    );
    let answer = ask(
        &world,
        &format!(r#"{{"messages":"{}"}}"#, "x".repeat(3 << 20)),
    )
    .await;
    assert_eq!(
        (answer.status.as_u16(), error(&answer).as_str()),
        (413, "request_body_too_large")
    );
    let mut request = chat("{}");
    request
        .headers_mut()
        .insert("content-encoding", "snappy".parse().unwrap());
    let answer = send(address, request).await;
    assert_eq!(
        (answer.status.as_u16(), error(&answer).as_str()),
        (415, "unsupported_encoding")
    );
    let mut request = chat("{}");
    *request.method_mut() = http::Method::PUT;
    assert_eq!(send(address, request).await.status, 405);
    let mut request = chat("{}");
    *request.uri_mut() = "/v1/models".parse().unwrap();
    assert_eq!(send(address, request).await.status, 404);
    assert!(seen.requests.borrow().is_empty());
}

async fn streaming(end: &'static [u8]) -> SocketAddr {
    raw_upstream(move |mut stream| async move {
        let head = read_head(&mut stream).await.to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        // What is left unread would reset the connection at its end.
        stream.read_exact(&mut vec![0; length.parse().unwrap()]).await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let events = b"data: {\"id\":\"1\",\"model\":\"gpt-x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\ndata: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}\n\n";
        stream.write_all(events).await.unwrap();
        stream.write_all(end).await.unwrap();
    })
    .await
}

const STREAM: &str =
    r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#;

/// Each in a chunk of its own, and all in one write.
#[tokio::test(flavor = "local")]
async fn events_that_come_together_leave_together() {
    const EVENTS: usize = 100;
    let event =
        "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n";
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let mut sent =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_owned();
    sent.push_str(&chunk(event).repeat(EVENTS));
    sent.push_str(&chunk("data: [DONE]\n\n"));
    sent.push_str("0\r\n\r\n");
    let up = raw_upstream(move |mut stream| {
        let sent = sent.clone();
        async move {
            read_head(&mut stream).await;
            stream.write_all(sent.as_bytes()).await.unwrap();
            // Until the proxy lets the connection go.
            let _ = stream.read(&mut [0; 1]).await;
        }
    })
    .await;
    let world = world(up, json!({"none": {}}), "", None);
    let length = STREAM.len();
    let asked = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: example.com\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{STREAM}"
    );
    let answer = crate::harness::raw(world.address("http"), asked.as_bytes()).await;
    assert_eq!(answer.matches("\"hi\"").count(), EVENTS, "{answer}");
    // What is written at a time is a chunk; its length stands in a line of its own.
    let is_length =
        |line: &&str| !line.is_empty() && line.chars().all(|digit| digit.is_ascii_hexdigit());
    let chunks = answer.lines().filter(is_length).count();
    assert!(chunks < EVENTS / 4, "{chunks} chunks");
    // What comes behind them in the same turn has others wait.
    assert!(chunks > EVENTS / 40, "{chunks} chunks");
}

#[tokio::test(flavor = "local")]
async fn a_stream_passes_and_is_counted() {
    let up = streaming(b"data: [DONE]\n\n").await;
    let world = world(up, json!({"none": {}}), "", None);
    let answer = ask(&world, STREAM).await;
    assert!(
        answer.text().ends_with("data: [DONE]\n\n"),
        "{}",
        answer.text()
    );
    assert!(answer.text().contains("prompt_tokens"));
    let line = world.line(|_| true).await;
    assert_eq!(
        (
            &line["gen_ai.usage.input_tokens"],
            &line["gen_ai.usage.output_tokens"]
        ),
        (&json!(3), &json!(2))
    );
}

#[tokio::test(flavor = "local")]
async fn a_cut_stream_is_cut_for_the_client() {
    for (end, is_told) in [(&b""[..], true), (&b"data: {\"id\""[..], false)] {
        let up = streaming(end).await;
        let world = world(up, json!({"none": {}}), "", None);
        // Between two events the client is told so in its dialect; within one, the response breaks off.
        match try_send(world.address("http"), chat(STREAM)).await {
            Ok(answer) => {
                let text = answer.text();
                assert!(is_told && text.contains("\"error\""), "{text}");
                assert!(!text.contains("[DONE]"), "{text}");
            }
            Err(_) => assert!(!is_told),
        }
        let line = world.line(|_| true).await;
        assert_eq!(line["ending"], "upstream_broke");
        assert_eq!(
            line["gen_ai.usage.output_tokens"], 2,
            "what was used is counted all the same"
        );
    }
}

#[tokio::test(flavor = "local")]
async fn errors_of_the_provider_are_told_in_the_clients_dialect() {
    let (up, _) = upstream(|_, _| async {
        Response::builder()
            .status(429)
            .header("retry-after", "7")
            .body(Full::from("<html>slow down</html>"))
            .unwrap()
    })
    .await;
    let world = world(up, json!({"none": {}}), "m", None);
    let answer = ask(&world, r#"{"messages":[]}"#).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (429, Some("7"))
    );
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(body["error"]["message"].is_string(), "{body}");
}

/// Two providers that speak Converse, at one server.
fn bedrock(up: SocketAddr) -> World {
    let mut resources = resources(up, json!({"none": {}}), "m", None);
    let providers = ["one", "two"].map(|name| {
        json!({
            "name": name, "cluster": "ai/openai", "service": {"bedrock": {"region": "eu-west-3"}},
            "authority": "api.example", "credential": {"none": {}},
        })
    });
    resources[3]["groups"] = json!([{"providers": providers}]);
    World::serving(&resources)
}

/// Clients of Bedrock pick the exception by a header, whoever the error is of and however it came.
#[tokio::test(flavor = "local")]
async fn clients_of_bedrock_are_told_the_exception_of_every_error() {
    let error = ProviderError {
        kind: Some("throttlingException".to_owned()),
        message: "slow down".to_owned(),
        ..ProviderError::default()
    };
    let inside = last_event(Format::BedrockConverse, &error);
    let html = Bytes::from_static(b"<html>slow down</html>");
    let message = Bytes::from_static(br#"{"message":"slow down"}"#);
    for (status, body, own, expected) in [
        (429, html, None, "ThrottlingException"),
        (429, message.clone(), None, "ThrottlingException"),
        // What the provider says is better.
        (429, message, Some("Own:http://a/"), "Own:http://a/"),
        // An error status would have been right.
        (200, inside, None, "ThrottlingException"),
    ] {
        let shown = body.clone();
        let (up, _) = upstream(move |_, _| {
            let body = body.clone();
            async move {
                let kind = match status {
                    200 => "application/vnd.amazon.eventstream",
                    _ => "application/json",
                };
                let answer = Response::builder().status(status);
                let answer = match own {
                    None => answer,
                    Some(own) => answer.header("x-amzn-errortype", own),
                };
                let answer = answer.header("content-type", kind);
                answer.body(Full::from(body)).unwrap()
            }
        })
        .await;
        let world = bedrock(up);
        let converse = Request::post("/model/m/converse-stream")
            .header("host", "example.com")
            .header("content-type", "application/json")
            .body(Full::from(
                r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#,
            ))
            .unwrap();
        let answer = send(world.address("http"), converse).await;
        let told = (answer.status.as_u16(), answer.header("x-amzn-errortype"));
        assert_eq!(told, (429, Some(expected)), "{shown:?}: {}", answer.text());
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(told["message"].is_string(), "{told}");
    }
}

/// Header filters of a backendRef act on what the client gets, whoever answers.
#[tokio::test(flavor = "local")]
async fn header_filters_of_the_backend_apply_to_answers() {
    let (up, _) = provider().await;
    let add = json!([{"header": {"key": "x-backend", "value": "ai"}}]);
    let weighted =
        json!({"clusters": [{"name": "ai", "weight": 1, "response_headers_to_add": add}]});
    let mut route = route_to("ai", json!({"weighted_clusters": weighted}));
    route["route"].as_object_mut().unwrap().remove("cluster");
    let mut resources = resources(up, json!({"none": {}}), "", None);
    resources[1] = routes(vec![route]);
    let world = World::serving(&resources);
    let answer = ask(&world, r#"{"model":"gpt-x","messages":[]}"#).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-backend")),
        (200, Some("ai"))
    );
    let answer = ask(&world, "no JSON").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-backend")),
        (400, Some("ai"))
    );
}

/// A provider with two keys in turn, one of which this provider refuses.
fn pooled(up: SocketAddr, authority: &str, header: &str) -> Vec<Value> {
    let mut resources = resources(up, json!({"none": {}}), "m", None);
    let provider = &mut resources[3]["groups"][0]["providers"][0];
    provider["authority"] = json!(authority);
    provider["credential"] = json!({"key": {"secret": "none", "header": header}});
    resources[3]["policy_set"] = json!("ai");
    resources.push(json!({"@type": "tidegate.v1.PolicySet", "name": "ai", "attachments": [{
        "field": "backend.ai.keys", "policy": "keys", "level": "POLICY_LEVEL_BACKEND", "target": "ai",
    }]}));
    let keys = ["good", "bad"].map(|name| json!({"secret": name}));
    resources
        .push(json!({"@type": "tidegate.v1.Policy", "name": "keys", "ai_keys": {"keys": keys}}));
    for name in ["good", "bad", "none"] {
        resources.push(json!({
            "@type": "envoy.extensions.transport_sockets.tls.v3.Secret", "name": name,
            "generic_secret": {"secret": {"inline_string": format!("sk-{name}")}},
        }));
    }
    resources
}

fn keys_out(world: &World) -> Vec<String> {
    let keys = world.proxy.keys().into_iter();
    let out = keys.filter(|key| key.figures.evicted_for.is_some());
    out.map(|key| key.name.to_string()).collect()
}

/// What one host says of a key holds for that host.
#[tokio::test(flavor = "local")]
async fn a_key_that_is_out_is_back_where_its_provider_moves() {
    async fn refusing() -> (SocketAddr, Seen) {
        upstream(|head, _| async move {
            let is_bad = head.headers.values().any(|value| value == "sk-bad");
            Response::builder()
                .status(if is_bad { 401 } else { 200 })
                .header("content-type", "application/json")
                .body(Full::from(ANSWER))
                .unwrap()
        })
        .await
    }
    let ((first, _), (second, _)) = (refusing().await, refusing().await);
    let own = "x-own-key";
    let world = World::serving(&pooled(first, "api.example", own));
    let until_out = async || {
        for _ in 0..2 {
            assert_eq!(ask(&world, r#"{"messages":[]}"#).await.status, 200);
        }
        assert_eq!(keys_out(&world), ["bad"]);
    };
    until_out().await;
    // Something else of it changes.
    let mut other = pooled(first, "api.example", own);
    other[3]["groups"][0]["providers"][0]["weight"] = json!(7);
    world.commit(&other);
    assert_eq!(keys_out(&world), ["bad"]);
    for moved in [
        pooled(second, "api.example", own),
        pooled(second, "other.example", own),
        pooled(second, "other.example", "x-api-key"),
    ] {
        world.commit(&moved);
        assert!(keys_out(&world).is_empty(), "{:?}", keys_out(&world));
        until_out().await;
    }
}

/// An error inside a success says as much as one with a status: in its head, and Google's in its body.
#[tokio::test(flavor = "local")]
async fn an_error_inside_a_success_says_when_to_come_again() {
    for (body, retry_after) in [(BUSY, Some("100")), (GOOGLES, None)] {
        let (up, _) = upstream(move |head, _| async move {
            let is_bad = head.headers.values().any(|value| value == "sk-bad");
            let mut answer = Response::builder().header("content-type", "application/json");
            if let Some(seconds) = retry_after.filter(|_| is_bad) {
                answer = answer.header("retry-after", seconds);
            }
            let body = if is_bad { body } else { ANSWER };
            answer.body(Full::from(body)).unwrap()
        })
        .await;
        let world = World::serving(&pooled(up, "api.example", "x-own-key"));
        for _ in 0..2 {
            assert_eq!(ask(&world, r#"{"messages":[]}"#).await.status, 200);
        }
        assert_eq!(keys_out(&world), ["bad"]);
        let keys = world.proxy.keys().into_iter();
        let left: Vec<_> = keys.filter_map(|key| key.figures.evicted_for).collect();
        assert!(left[0] > Duration::from_secs(90), "{body}: {left:?}");
    }
}

/// Vectors of a list are held until the last one is there: 8 MiB of them, and what is more is nobody's fault but the gateway's.
#[tokio::test(flavor = "local")]
async fn a_list_of_vectors_has_a_limit() {
    // One vector is a little longer than 1 MiB, as it comes and as it is written.
    let vector = vec!["0.1234567890123"; (1 << 20) / 16 + 1].join(",");
    let body = Bytes::from(format!(
        r#"{{"embedding":[{vector}],"inputTextTokenCount":3}}"#
    ));
    let (up, seen) = upstream(move |_, _| {
        let body = body.clone();
        async move {
            Response::builder()
                .header("content-type", "application/json")
                .body(Full::from(body))
                .unwrap()
        }
    })
    .await;
    for (texts, status) in [(7, 200), (9, 502)] {
        let before = seen.requests.borrow().len();
        let world = bedrock(up);
        let asked = json!({"model": "amazon.titan-embed-text-v2:0", "input": vec!["tide"; texts]});
        let request = Request::post("/v1/embeddings")
            .header("host", "example.com")
            .header("content-type", "application/json")
            .body(Full::from(asked.to_string()))
            .unwrap();
        let answer = send(world.address("http"), request).await;
        assert_eq!(answer.status.as_u16(), status, "{texts} texts");
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let line = world.line(|_| true).await;
        let told = line["gen_ai.usage.input_tokens"].as_u64();
        match status {
            200 => {
                assert_eq!(body["data"].as_array().map(Vec::len), Some(texts));
                assert_eq!(told, Some(21));
            }
            _ => {
                assert_eq!(body["error"]["code"], "answer_too_large", "{body}");
                assert_eq!(answer.header("x-should-retry"), Some("false"));
                // What was answered until then is counted, all of it at most.
                assert!(told.is_some_and(|told| (3..=27).contains(&told)), "{line}");
            }
        }
        // No other provider is asked for the same.
        assert!(seen.requests.borrow().len() - before <= texts);
    }
}
