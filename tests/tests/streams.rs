//! Streams through both planes: events as they are sent, and each side at the pace of the other.
//!
//! The upstream and the client are the test's own hands: nothing is sent before the test says so, so a data
//! plane that holds anything back stops the test.

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http::{Method, Request, Response, Version};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use tests::client::{self, Client, Connection, LIMIT};
use tests::manifest::{backend, documents, gateway, route};
use tests::manual::{Call, Manual};
use tests::pieces::{InPieces, Pieces, pieces};
use tests::world::World;
use tests::{deadline, port, process};
use tokio::task::JoinSet;

/// What a side that does not stop would send.
const ENDLESS: usize = 256 << 20;
/// What the kernel's buffers of two connections and the proxy's own may hold at most. The kernel's grow to some
/// 10 MiB a connection.
const IN_FLIGHT: usize = 48 << 20;
/// What of it may be in the proxy's own memory.
const HELD: u64 = 32 << 20;
const EVENTS: &str = "text/event-stream";

/// Both planes, an upstream that the test plays, and each way through.
struct Ways {
    world: World,
    upstream: Manual,
    port: u16,
}

/// A version of HTTP on either side.
#[derive(Clone, Copy, Debug)]
struct Way {
    client: fn(u16) -> Client,
    /// `/one` is asked by HTTP/1.1, `/two` by HTTP/2.
    path: &'static str,
    name: &'static str,
}

const WAYS: [Way; 4] = [
    way("1.1 to 1.1", Client::http1, "/one"),
    way("1.1 to 2", Client::http1, "/two"),
    way("2 to 1.1", Client::http2, "/one"),
    way("2 to 2", Client::http2, "/two"),
];

const fn way(name: &'static str, client: fn(u16) -> Client, path: &'static str) -> Way {
    Way { client, path, name }
}

/// A Service that is spoken to in HTTP/2, and the route `/two` to it.
fn http2_service(port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata: {{name: two}}
spec:
  ports: [{{name: http, port: 80, appProtocol: kubernetes.io/h2c}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: two-1, labels: {{kubernetes.io/service-name: two}}}}
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: two}}
spec:
  parentRefs: [{{name: gateway}}]
  rules:
    - matches: [{{path: {{type: PathPrefix, value: /two}}}}]
      backendRefs: [{{name: two, port: 80}}]
"
    )
}

/// A model provider that speaks this format, and the route of its API to it.
fn model(port: u16, format: &str) -> String {
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: model}}
spec:
  ai: {{provider: {{custom: {{model: m, formats: [{{type: {format}}}]}}, host: 127.0.0.1, port: {port}}}}}
"
    );
    documents(&[backend, route("model", "/v1", "model")])
}

/// The same behind the Service of HTTP/2.
fn model_of_http2() -> String {
    let backend = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: pods}
spec:
  ai: {provider: {custom: {model: m, formats: [{type: Completions}], backendRef: {name: two, port: 80}}}}
";
    documents(&[backend.to_owned(), route("pods", "/pods", "pods")])
}

/// A request for a stream of a model's, in a format of clients.
fn prompt(path: &str) -> Result<Request<Full<Bytes>>> {
    let body = r#"{"max_tokens":9,"messages":[{"role":"user","content":"hi"}],"stream":true}"#;
    let kind = [("content-type", "application/json")];
    client::request("POST", &format!("http://a.test{path}"), &kind, body)
}

/// An event of a model's stream, with these words.
fn chunk(words: &str) -> String {
    format!(
        "data: {{\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\
         \"delta\":{{\"content\":\"{words}\"}}}}]}}\n\n"
    )
}

// === impl Ways ===

impl Ways {
    async fn start() -> Result<Ways> {
        let upstream = Manual::start().await?;
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("one.yaml", backend("one", upstream.port())),
            ("one-route.yaml", route("one", "/one", "one")),
            ("two.yaml", http2_service(upstream.port())),
            ("model.yaml", model(upstream.port(), "Completions")),
            ("pods.yaml", model_of_http2()),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        // The route whose backend is missing says that all are there.
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Ways {
            world,
            upstream,
            port,
        })
    }

    /// Asks by `way`, and hands the call to the test.
    async fn ask(&mut self, way: Way) -> Result<(Connection, Pieces, Incoming)> {
        let mut connection = (way.client)(self.port).connect().await?;
        let request = client::get(&format!("http://a.test{}", way.path))?;
        let (pieces, body) = self.exchange(&mut connection, request).await?;
        Ok((connection, pieces, body))
    }

    /// Sends `request`, and answers it with an event stream.
    async fn exchange(
        &mut self,
        connection: &mut Connection,
        request: Request<Full<Bytes>>,
    ) -> Result<(Pieces, Incoming)> {
        let answer = async {
            let (pieces, _) = self.upstream.call().await?.stream(EVENTS)?;
            Ok(pieces)
        };
        let (response, pieces) = tokio::try_join!(connection.open(request), answer)?;
        let kind = response.headers().get("content-type");
        ensure!(
            response.status() == 200 && kind.is_some_and(|kind| kind == EVENTS),
            "{response:?}"
        );
        Ok((pieces, response.into_body()))
    }

    /// The proxy's memory.
    fn resident(&self) -> Result<u64> {
        let proxies = self.world.children("tidegate-proxy")?;
        process::resident(*proxies.first().context("no proxy")?)
    }
}

/// Reads as much as `expected` has; no more may be there.
async fn read(body: &mut Incoming, expected: &str) -> Result<()> {
    let mut got = Vec::new();
    let read = async {
        while got.len() < expected.len() {
            let frame = body.frame().await.context("the stream has ended")??;
            got.extend_from_slice(&frame.into_data().unwrap_or_default());
        }
        Ok(())
    };
    deadline::within("an event", LIMIT, read).await?;
    ensure!(got == expected.as_bytes(), "{expected:?} came as {got:?}");
    Ok(())
}

/// Reads to the end; how many bytes came.
async fn drain(body: &mut Incoming) -> Result<usize> {
    let read = async {
        let mut count = 0;
        while let Some(frame) = body.frame().await {
            count += frame?.data_ref().map_or(0, Bytes::len);
        }
        Ok(count)
    };
    deadline::within("the end of the stream", 2 * LIMIT, read).await
}

fn check_bounded(taken: usize, before: u64, after: u64) -> Result<()> {
    ensure!(
        taken < IN_FLIGHT,
        "{taken} bytes were taken that nobody reads"
    );
    let held = after.saturating_sub(before);
    ensure!(held < HELD, "the proxy holds {held} bytes");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive_as_they_are_sent() -> Result<()> {
    let mut ways = Ways::start().await?;
    for way in WAYS {
        let about = |event: &str| format!("{}: {event:?}", way.name);
        let (_connection, pieces, mut body) = ways.ask(way).await.context(way.name)?;
        // The next is sent when the last has been seen; an event may also come in two parts.
        for event in ["data: 1\n\n", "id: 2\nda", "ta: 2\n\n", ": ping\n\n"] {
            pieces.send(event).await.with_context(|| about(event))?;
            read(&mut body, event).await.with_context(|| about(event))?;
        }
        drop(pieces);
        let rest = drain(&mut body).await.context(way.name)?;
        ensure!(rest == 0, "{}: {rest} bytes too many", way.name);
    }
    ways.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_words_arrive_as_they_are_sent() -> Result<()> {
    let mut ways = Ways::start().await?;
    for client in [Client::http1, Client::http2] {
        let mut connection = client(ways.port).connect().await?;
        let request = prompt("/v1/chat/completions")?;
        let (pieces, mut body) = ways.exchange(&mut connection, request).await?;
        for word in ["one", "two", "three"] {
            let chunk = chunk(word);
            pieces.send(chunk.clone()).await?;
            read(&mut body, &chunk).await.context(word)?;
        }
        let end = "data: [DONE]\n\n";
        pieces.send(end).await?;
        read(&mut body, end).await?;
        drop(pieces);
        ensure!(
            drain(&mut body).await? == 0,
            "something came behind the end"
        );
    }
    ways.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_stops_the_upstream() -> Result<()> {
    let mut ways = Ways::start().await?;
    for way in WAYS {
        let (_connection, pieces, mut body) = ways.ask(way).await.context(way.name)?;
        let before = ways.resident()?;
        let taken = pieces.fill(ENDLESS).await.context(way.name)?;
        check_bounded(taken, before, ways.resident()?).context(way.name)?;
        // It was held, not lost.
        drop(pieces);
        let came = drain(&mut body).await.context(way.name)?;
        ensure!(came == taken, "{}: {came} of {taken} bytes", way.name);
    }
    ways.world.stop().await
}

/// A model's answer as it is, and converted: what the client does not take is not asked for, and nothing of it is lost (llm.md
/// S-12).
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_stops_the_model() -> Result<()> {
    // It stands in no event but as a word.
    const WORD: u8 = b'~';
    const WORDS: usize = 1000;
    let mut ways = Ways::start().await?;
    let events: Bytes = chunk(&"~".repeat(WORDS)).repeat(32).into();
    let (as_it_is, converted) = ("/v1/chat/completions", "/v1/messages");
    for (is_http2, path) in [(false, as_it_is), (false, converted), (true, converted)] {
        let client = match is_http2 {
            false => Client::http1(ways.port),
            true => Client::http2(ways.port),
        };
        let mut connection = client.connect().await?;
        let (pieces, mut body) = ways.exchange(&mut connection, prompt(path)?).await?;
        let before = ways.resident()?;
        let taken = pieces.repeat(events.clone(), ENDLESS).await.context(path)?;
        check_bounded(taken, before, ways.resident()?).context(path)?;
        drop(pieces);
        let read = async {
            let (mut words, mut last) = (0, Bytes::new());
            while let Some(frame) = body.frame().await {
                let Ok(frame) = frame else { break };
                last = frame.into_data().unwrap_or_default();
                words += last.iter().filter(|byte| **byte == WORD).count();
            }
            Ok((words, last))
        };
        let (words, last) = deadline::within("the end of the stream", 4 * LIMIT, read).await?;
        let expected = taken / events.len() * 32 * WORDS;
        ensure!(words == expected, "{path}: {words} of {expected} words");
        // The model stopped in the middle, and the client is told so.
        let last = String::from_utf8_lossy(&last);
        ensure!(last.contains("error"), "{path}: {last}");
    }
    ways.world.stop().await
}

/// A stream ends in the format in which it began, whatever its provider speaks by then (llm.md T-7, D-28).
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_outlives_the_configuration_it_began_with() -> Result<()> {
    let mut ways = Ways::start().await?;
    let mut connection = Client::http1(ways.port).connect().await?;
    let (pieces, mut body) = ways
        .exchange(&mut connection, prompt("/v1/messages")?)
        .await?;
    pieces.send(chunk("one")).await?;
    let mut text = String::new();
    let begun = async {
        while !text.contains("one") {
            let frame = body.frame().await.context("an end")??;
            text += &String::from_utf8_lossy(&frame.into_data().unwrap_or_default());
        }
        Ok(())
    };
    deadline::within("the first word", LIMIT, begun).await?;
    let changed = [
        model(ways.upstream.port(), "Responses"),
        route("changed", "/changed", "absent"),
    ];
    ways.world.write("model.yaml", &documents(&changed))?;
    let url = "http://a.test/changed";
    ways.world.until_status(ways.port, url, 500).await?;
    // Who asks now is served in the other format.
    let client = Client::http1(ways.port);
    let asked = client.send(prompt("/v1/messages")?);
    let answer = async {
        let call = ways.upstream.call().await?;
        let path = call.head.uri.path().to_owned();
        let answer = Response::builder().status(400);
        drop(call.answer(answer.body(Full::new(Bytes::new()))?)?);
        Ok(path)
    };
    let (reply, path) = tokio::try_join!(asked, answer)?;
    ensure!(path == "/v1/responses", "{path}");
    ensure!(reply.status == 400, "{}", reply.status);
    // And who asked before gets the rest.
    pieces.send(chunk("two")).await?;
    let stop = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\
                \"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
    pieces.send(stop).await?;
    drop(pieces);
    let rest = deadline::within("the rest", LIMIT, async {
        Ok(body.collect().await?.to_bytes())
    })
    .await?;
    text += &String::from_utf8_lossy(&rest);
    for part in [
        "\"text\":\"two\"",
        "\"end_turn\"",
        "\"output_tokens\":2",
        "event: message_stop",
    ] {
        ensure!(text.contains(part), "no {part} in {text}");
    }
    ways.world.stop().await
}

/// Over HTTP/2 a provider's name is the `:authority`, once, and its body has a length (llm.md 2.11, 46 and 47; P-11).
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_of_http2_is_asked_by_its_name() -> Result<()> {
    let mut ways = Ways::start().await?;
    for client in [Client::http1, Client::http2] {
        let client = client(ways.port);
        let asked = client.send(prompt("/pods/v1/messages")?);
        let answer = async {
            let mut call = ways.upstream.call().await?;
            let body = (&mut call.body).collect().await?.to_bytes();
            let head = call.head.clone();
            let answer = Response::builder().status(400);
            drop(call.answer(answer.body(Full::new(Bytes::new()))?)?);
            Ok((head, body))
        };
        let (_, (head, body)) = tokio::try_join!(asked, answer)?;
        let (uri, headers) = (head.uri, head.headers);
        ensure!(head.version == Version::HTTP_2, "{:?}", head.version);
        let authority = uri.authority().context("no authority")?.as_str();
        ensure!(authority == "two.default.svc", "{authority}");
        let mut hosts = headers.get_all("host").iter();
        ensure!(hosts.all(|host| host == authority), "{headers:?}");
        ensure!(uri.path() == "/v1/chat/completions", "{uri}");
        let length = headers.get("content-length").context("no length")?;
        ensure!(length.to_str()? == body.len().to_string(), "{headers:?}");
    }
    ways.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_does_not_read_stops_the_client() -> Result<()> {
    let mut ways = Ways::start().await?;
    for way in WAYS {
        upload_is_stopped(&mut ways, way).await.context(way.name)?;
    }
    ways.world.stop().await
}

async fn upload_is_stopped(ways: &mut Ways, way: Way) -> Result<()> {
    let mut connection = (way.client)(ways.port).connect().await?;
    let (pieces, body) = pieces();
    let request = upload(way, body)?;
    let played = async {
        let mut call = ways.upstream.call().await?;
        let before = ways.resident()?;
        let taken = pieces.fill(ENDLESS).await?;
        check_bounded(taken, before, ways.resident()?)?;
        drop(pieces);
        let came = drain(&mut call.body).await?;
        ensure!(came == taken, "{came} of {taken} bytes");
        call.answer(Response::new(Empty::new()))
    };
    let (response, _) = tokio::try_join!(connection.open(request), played)?;
    ensure!(response.status() == 200, "{}", response.status());
    Ok(())
}

fn upload(way: Way, body: InPieces) -> Result<Request<InPieces>> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("http://a.test{}", way.path));
    Ok(request.body(body)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_ends_the_upstreams_stream() -> Result<()> {
    let mut ways = Ways::start().await?;
    for way in WAYS {
        // Nothing flows when it goes, and the proxy must notice all the same.
        let (connection, pieces, mut body) = ways.ask(way).await.context(way.name)?;
        pieces.send("data: 1\n\n").await?;
        read(&mut body, "data: 1\n\n").await.context(way.name)?;
        drop((connection, body));
        pieces.closed().await.context(way.name)?;
    }
    // One stream of HTTP/2 ends alone: its neighbour goes on.
    for path in ["/one", "/two"] {
        let mut connection = Client::http2(ways.port).connect().await?;
        let url = format!("http://a.test{path}");
        let (first, first_body) = ways.exchange(&mut connection, client::get(&url)?).await?;
        let (second, mut second_body) = ways.exchange(&mut connection, client::get(&url)?).await?;
        drop(first_body);
        first.closed().await.context(path)?;
        second.send("data: 2\n\n").await?;
        read(&mut second_body, "data: 2\n\n").await.context(path)?;
    }
    ways.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_is_never_taken_as_whole() -> Result<()> {
    let mut ways = Ways::start().await?;
    for way in WAYS {
        let (call, _pieces) = broken_upload(&mut ways, way).await.context(way.name)?;
        let end = deadline::within("the end", LIMIT, async { Ok(call.body.collect().await) });
        let end = end.await.context(way.name)?;
        ensure!(end.is_err(), "{}: the upload ended well", way.name);
    }
    ways.world.stop().await
}

/// A call whose client left in the middle of its body, which goes on as long as the pieces live.
async fn broken_upload(ways: &mut Ways, way: Way) -> Result<(Call, Pieces)> {
    let mut connection = (way.client)(ways.port).connect().await?;
    let (pieces, body) = pieces();
    let request = upload(way, body)?;
    let started = async {
        pieces.send("half of ").await?;
        ways.upstream.call().await
    };
    let call = tokio::select! {
        response = connection.open(request) => bail!("answered: {:?}", response?),
        call = started => call?,
    };
    Ok((call, pieces))
}

/// An upstream that has heard enough answers while the client still sends: the client gets that answer, whole.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_overtakes_an_upload() -> Result<()> {
    let mut ways = Ways::start().await?;
    for way in WAYS {
        // A reset may overtake an answer now and then only.
        for _ in 0..10 {
            overtake(&mut ways, way).await.context(way.name)?;
        }
    }
    ways.world.stop().await
}

async fn overtake(ways: &mut Ways, way: Way) -> Result<()> {
    let mut connection = (way.client)(ways.port).connect().await?;
    let (pieces, body) = pieces();
    let request = upload(way, body)?;
    let played = async {
        pieces.send("first").await?;
        let call = ways.upstream.call().await?;
        let refusal = Response::builder().status(413);
        drop(call.answer(refusal.body(Full::new(Bytes::from_static(b"enough")))?)?);
        // Whether the rest is read or refused is not the client's business.
        let _ = pieces.fill(ENDLESS).await;
        anyhow::Ok(())
    };
    let answered = async {
        let response = connection.open(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await;
        let body = body.context("the answer's body")?.to_bytes();
        anyhow::Ok((status, body))
    };
    let ((status, body), ()) = tokio::try_join!(answered, played)?;
    ensure!(status == 413 && body == "enough", "{status} {body:?}");
    Ok(())
}

/// Clients that read nothing. Each has a connection of its own; what the proxy has to an upstream of HTTP/2, they share.
const IDLERS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_do_not_read_hold_up_nobody_else() -> Result<()> {
    let mut ways = Ways::start().await?;
    for way in WAYS {
        let mut idlers = Vec::new();
        let mut filling = JoinSet::new();
        for _ in 0..IDLERS {
            let (connection, pieces, body) = ways.ask(way).await.context(way.name)?;
            idlers.push((connection, body));
            filling.spawn(async move { pieces.fill(ENDLESS).await.map(|_| pieces) });
        }
        let filled = filling.join_all().await;
        // More than one, as each worker of the proxy has connections of its own.
        for _ in 0..IDLERS {
            let (_connection, pieces, mut body) = ways.ask(way).await.context(way.name)?;
            pieces.send("data: 1\n\n").await?;
            read(&mut body, "data: 1\n\n").await.context(way.name)?;
        }
        drop((idlers, filled));
    }
    ways.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_reads_holds_up_no_other_of_its_client() -> Result<()> {
    let mut ways = Ways::start().await?;
    // What an upstream of HTTP/2 takes on one connection is its own choice.
    let way = way("2 to 1.1", Client::http2, "/one");
    let mut connection = (way.client)(ways.port).connect().await?;
    let (pieces_of_first, body) = pieces();
    let first = upload(way, body)?;
    // Answered, so that the second can be asked; unread all the same.
    let (_events, _unread, _answer) = answered_unread(&mut ways, &mut connection, first).await?;
    pieces_of_first.fill(ENDLESS).await?;

    let (pieces, body) = pieces();
    let second = upload(way, body)?;
    let played = async {
        pieces.send("second").await?;
        drop(pieces);
        let mut call = ways.upstream.call().await?;
        let came = drain(&mut call.body).await?;
        ensure!(came == 6, "{came} bytes");
        call.answer(Response::new(Empty::new()))
    };
    let (response, _) = tokio::try_join!(connection.open(second), played).context(way.name)?;
    ensure!(response.status() == 200, "{}", response.status());
    ways.world.stop().await
}

/// Sends an upload that is answered with events before any of it is read.
async fn answered_unread(
    ways: &mut Ways,
    connection: &mut Connection,
    request: Request<InPieces>,
) -> Result<(Pieces, Incoming, Incoming)> {
    let played = async { ways.upstream.call().await?.stream(EVENTS) };
    let (response, (events, unread)) = tokio::try_join!(connection.open(request), played)?;
    Ok((events, unread, response.into_body()))
}
