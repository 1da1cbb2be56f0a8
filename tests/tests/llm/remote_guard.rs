//! Guards that are services: the manifests of the guide's page, with the mock in the place of every service. What it decides
//! depends on words of the text: `WHO-mask`, `WHO-reject`, `WHO-break`, and of answers `WHO-answer-mask` and so on.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::route;
use tests::manual::{Call, Manual};
use tests::port;
use tests::world::World;

use super::ask::{Answer, Format, Question};
use super::clouds::Clouds;
use super::mock::{AWS_ID, AWS_SECRET, Mock};
use super::page;
use super::sdk;
use super::told::{At, Told};
use super::tools::with_path;

const PAGE: &str = "docs/guide/llm-remote-guards.md";
const GOOGLE: &str = "ya29.of-the-robot";

struct Screened {
    world: World,
    /// The provider.
    mock: Mock,
    /// The webhook.
    judge: Mock,
    /// Port of the services that have hosts of their own.
    vendors: u16,
    port: u16,
    clouds: Clouds,
}

fn token(_: usize, path: &str, _: &str) -> Option<String> {
    let token = json!({"access_token": GOOGLE, "expires_in": 3599}).to_string();
    path.ends_with("/service-accounts/default/token")
        .then_some(token)
}

/// The page's documents on this machine.
fn documents(port: u16, provider: u16, judge: u16) -> Result<Vec<Value>> {
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |_| Some(provider))?;
    for document in &mut documents {
        if let Some(host) = document.pointer_mut("/spec/static") {
            *host = json!({"host": "127.0.0.1", "port": judge});
        }
    }
    Ok(documents)
}

// === impl Screened ===

impl Screened {
    async fn up(change: impl Fn(String) -> String) -> Result<Screened> {
        let mock = Mock::start(&["--base-path", "/v1"]).await?;
        let judge = Mock::start(&[]).await?;
        let clouds = Clouds::start(token).await?;
        let (port, vendors) = (port::free()?, port::free()?);
        let documents = documents(port, mock.port(), judge.port())?;
        let files = [
            ("page.yaml", change(page::file(&documents))),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ];
        let address = format!("127.0.0.1:{vendors}");
        let environment = [
            ("GCE_METADATA_HOST", clouds.authority()),
            // Signatures are checked.
            ("TIDEGATE_MOCK_AWS_KEY", format!("{AWS_ID}:{AWS_SECRET}")),
        ];
        let flags = ["--mock-provider", &address];
        let mut world = World::up_in_environment(&files, &flags, &environment)?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Screened {
            world,
            mock,
            judge,
            vendors,
            port,
            clouds,
        })
    }

    async fn ask(&self, (format, answer): (Format, Answer), said: &str) -> Result<Reply> {
        let question = Question {
            format,
            answer,
            model: "gpt-4o-mini",
            said,
        };
        let body = question.body().to_string();
        self.post(&question.path(), &body).await
    }

    async fn post(&self, path: &str, body: &str) -> Result<Reply> {
        let url = format!("http://a.test{path}");
        let headers = [
            ("content-type", "application/json"),
            ("x-tenant", "team-a"),
            ("authorization", "Bearer sk-of-the-client"),
        ];
        let asked = request("POST", &url, &headers, body)?;
        Client::http1(self.port).send(asked).await
    }

    /// A chat by way of the guards of the clouds.
    async fn by_clouds(&self, said: &str) -> Result<Reply> {
        let body = json!({"model": "m", "messages": [
            {"role": "system", "content": "be kind"}, {"role": "user", "content": said}]});
        self.post("/by-clouds/v1/chat/completions", &body.to_string())
            .await
    }

    /// Requests to a mock so far, as it shows them.
    async fn seen(&self, port: u16) -> Result<Vec<Value>> {
        let shown = request("GET", "http://mock.test/_mock/requests", &[], "")?;
        let reply = Client::http1(port).send(shown).await?;
        let shown: Value = serde_json::from_slice(&reply.body).context("requests")?;
        let requests = shown.at("/requests").as_array();
        requests.cloned().context("no requests")
    }

    /// The last of them at a path.
    async fn last(&self, port: u16, path: &str) -> Result<Value> {
        let seen = self.seen(port).await?;
        let found = seen.iter().rev().find(|own| own.at("/path") == path);
        found.cloned().with_context(|| format!("nothing at {path}"))
    }

    /// A chat by way of Azure AI Content Safety.
    async fn by_azure(&self, said: &str, is_streamed: bool) -> Result<Reply> {
        let body = json!({"model": "m", "stream": is_streamed, "messages": [
            {"role": "system", "content": "be kind"}, {"role": "user", "content": said}]});
        self.post("/by-azure/v1/chat/completions", &body.to_string())
            .await
    }

    async fn has_metrics(&self, samples: &[&str]) -> Result<()> {
        let metrics = self.world.proxy_metrics("default.gateway").await?;
        for sample in samples {
            ensure!(metrics.contains(sample), "no {sample} in {metrics}");
        }
        Ok(())
    }
}

fn body(seen: &Value) -> Result<Value> {
    serde_json::from_str(seen.at("/body").as_str().context("no body")?).context("the body")
}

fn header<'a>(seen: &'a Value, name: &str) -> Option<&'a str> {
    let headers = seen.at("/headers").as_array()?;
    let found = headers.iter().find(|pair| pair.at("/0") == name)?;
    found.at("/1").as_str()
}

const CHAT: (Format, Answer) = (Format::Chat, Answer::Collected);

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_judged_before_anything_is_sent() -> Result<()> {
    let all = Screened::up(|page| page).await?;
    for format in Format::ALL {
        let what = format!("{format:?}");
        let reply = all
            .ask((format, Answer::Collected), "of webhook-mask tides")
            .await?;
        ensure!(reply.status == 200, "{what}: {}", reply.text());
        let sent = all.mock.last_body().await?.to_string();
        ensure!(sent.contains("of <masked> tides"), "{what}: {sent}");
        let before = all.mock.requests().await?;
        let reply = all
            .ask((format, Answer::Streamed), "of webhook-reject tides")
            .await?;
        ensure!(reply.status == 451, "{what}: {}", reply.text());
        ensure!(
            reply.text() == "not with this judge",
            "{what}: {}",
            reply.text()
        );
        let reply = all
            .ask((format, Answer::Collected), "of moderation-reject tides")
            .await?;
        ensure!(reply.status == 403, "{what}: {}", reply.text());
        ensure!(
            reply.text().contains("was refused by a guard"),
            "{what}: {}",
            reply.text()
        );
        let after = all.mock.requests().await?;
        ensure!(after == before, "{what}: the provider was asked");
    }
    // What the webhook is sent, and what it is not.
    let seen = all.last(all.judge.port(), "/request").await?;
    let messages = body(&seen)?;
    let last = messages
        .at("/body/messages")
        .as_array()
        .and_then(|all| all.last().cloned());
    let expected = json!({"role": "user", "content": "of moderation-reject tides"});
    ensure!(last == Some(expected), "{messages}");
    ensure!(header(&seen, "x-tenant") == Some("team-a"), "{seen}");
    ensure!(header(&seen, "x-model") == Some("gpt-4o-mini"), "{seen}");
    ensure!(seen.at("/has_authorization") == false, "{seen}");
    // The second guard sees what the first one left.
    all.ask(CHAT, "of webhook-mask tides").await?;
    let seen = all.last(all.vendors, "/v1/moderations").await?;
    ensure!(seen.at("/has_authorization") == true, "{seen}");
    ensure!(header(&seen, "x-tenant").is_none(), "{seen}");
    let asked = body(&seen)?;
    ensure!(asked.at("/model") == "omni-moderation-latest", "{asked}");
    ensure!(
        asked.at("/input").to_string().contains("of <masked> tides"),
        "{asked}"
    );
    all.has_metrics(&[
        r#"phase="request",guard="request[0]",kind="webhook",action="mask"} 5"#,
        r#"phase="request",guard="request[0]",kind="webhook",action="reject"} 4"#,
        r#"phase="request",guard="request[1]",kind="openAIModeration",action="reject"} 4"#,
        r#"phase="response",guard="response[0]",kind="webhook",action="allow"} 5"#,
    ])
    .await?;
    let log = all.world.log();
    ensure!(log.contains("request[1] reject: violence"), "{log}");
    ensure!(
        !log.contains("tides") && !log.contains("sk-of-moderation"),
        "{log}"
    );
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_judged_before_the_client_gets_them() -> Result<()> {
    let all = Screened::up(|page| page).await?;
    for format in Format::ALL {
        for answer in Answer::ALL {
            let what = format!("{format:?} {answer:?}");
            let reply = all
                .ask((format, answer), "of webhook-answer-mask tides")
                .await?;
            ensure!(reply.status == 200, "{what}: {}", reply.text());
            let told = Told::read(format, answer, &reply)?;
            ensure!(told.is_whole(), "{what}: {told:?}");
            ensure!(told.text.ends_with("of <masked> tides"), "{what}: {told:?}");
            let reply = all
                .ask((format, answer), "of webhook-answer-reject tides")
                .await?;
            let text = reply.text();
            ensure!(!text.contains("tides"), "{what}: {text}");
            match answer {
                Answer::Collected => {
                    ensure!(reply.status == 451, "{what}: {text}");
                    ensure!(text == "not with this judge", "{what}: {text}");
                }
                Answer::Streamed => {
                    let is_told = text.to_ascii_lowercase().contains("guardrail_intervention");
                    ensure!(is_told, "{what}: {text}");
                    for end in [
                        "[DONE]",
                        "message_stop",
                        "response.completed",
                        "finishReason",
                    ] {
                        ensure!(!text.contains(end), "{what}: {text}");
                    }
                }
            }
        }
    }
    let seen = all.last(all.judge.port(), "/response").await?;
    let role = body(&seen)?.at("/body/choices/0/message/role").clone();
    ensure!(role == "assistant", "{seen}");
    all.has_metrics(&[
        r#"phase="response",guard="response[0]",kind="webhook",action="mask"} 8"#,
        r#"phase="response",guard="response[0]",kind="webhook",action="reject"} 8"#,
    ])
    .await?;
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_verdict_nothing_passes_unless_somebody_said_so() -> Result<()> {
    let closed = Screened::up(|page| page).await?;
    for (format, answer, said, phase) in [
        (Format::Chat, Answer::Collected, "webhook-break", "request"),
        (
            Format::Messages,
            Answer::Streamed,
            "moderation-break",
            "request",
        ),
        (
            Format::Chat,
            Answer::Collected,
            "webhook-answer-break",
            "response",
        ),
        (
            Format::Chat,
            Answer::Streamed,
            "webhook-answer-break",
            "response",
        ),
    ] {
        let before = closed.mock.requests().await?;
        let reply = closed.ask((format, answer), said).await?;
        let text = reply.text();
        let is_asked = closed.mock.requests().await? > before;
        ensure!(is_asked == (phase == "response"), "{said}: {text}");
        match (phase, answer) {
            ("response", Answer::Streamed) => {
                ensure!(text.contains("guardrail_intervention"), "{said}: {text}");
                ensure!(!text.contains(said), "{said}: {text}");
            }
            _ => {
                ensure!(reply.status == 403, "{said}: {text}");
                ensure!(
                    text.contains("a guard could not judge it"),
                    "{said}: {text}"
                );
            }
        }
    }
    let log = closed.world.log();
    ensure!(log.contains("request[0] reject: unanswered,"), "{log}");
    closed.world.stop().await?;

    let open = |page: String| {
        page.replace(
            r#""forwardHeaderMatches""#,
            r#""failureMode":"FailOpen","forwardHeaderMatches""#,
        )
    };
    let open = Screened::up(open).await?;
    let reply = open.ask(CHAT, "of webhook-break tides").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = open.mock.last_body().await?.to_string();
    ensure!(sent.contains("of webhook-break tides"), "{sent}");
    open.has_metrics(&[r#"guard="request[0]",kind="webhook",action="failOpen"} 1"#])
        .await?;
    open.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_of_clouds_are_asked_with_credentials() -> Result<()> {
    let all = Screened::up(|page| page).await?;
    for (said, expected) in [
        ("of bedrock-mask tides", "of <masked> tides"),
        ("of armor-mask tides", "of <masked> tides"),
        ("of calm tides", "of calm tides"),
    ] {
        let reply = all.by_clouds(said).await?;
        ensure!(reply.status == 200, "{said}: {}", reply.text());
        let sent = all.mock.last_body().await?;
        let content = sent.at("/messages/1/content");
        ensure!(content == expected, "{said}: {sent}");
        ensure!(
            sent.at("/messages/0/content") == "be kind",
            "{said}: {sent}"
        );
    }
    let before = all.mock.requests().await?;
    for said in [
        "bedrock-reject",
        "armor-reject",
        "bedrock-break",
        "armor-break",
    ] {
        let reply = all.by_clouds(said).await?;
        ensure!(reply.status == 403, "{said}: {}", reply.text());
    }
    ensure!(
        all.mock.requests().await? == before,
        "the provider was asked"
    );
    for (said, expected) in [
        ("bedrock-answer-mask", "<masked>"),
        ("armor-answer-mask", "<masked>"),
    ] {
        let reply = all.by_clouds(said).await?;
        let told = Told::read(Format::Chat, Answer::Collected, &reply)?;
        ensure!(told.text.ends_with(expected), "{said}: {told:?}");
    }
    let seen = all
        .last(all.vendors, "/guardrail/gr1example/version/1/apply")
        .await?;
    ensure!(body(&seen)?.at("/source") == "OUTPUT", "{seen}");
    ensure!(seen.at("/is_key_right") == true, "{seen}");
    let scope = seen.at("/signed/scope").as_str().unwrap_or_default();
    ensure!(scope.ends_with("/eu-west-3/bedrock/aws4_request"), "{seen}");
    let template = "/v1/projects/my-project/locations/europe-west4/templates/screen";
    let seen = all
        .last(all.vendors, &format!("{template}:sanitizeModelResponse"))
        .await?;
    ensure!(seen.at("/has_authorization") == true, "{seen}");
    let tokens = "/computeMetadata/v1/instance/service-accounts/default/token";
    ensure!(
        !all.clouds.requests(tokens).is_empty(),
        "no token was asked for"
    );
    all.has_metrics(&[
        r#"guard="request[0]",kind="bedrockGuardrails",action="mask"} 1"#,
        r#"guard="request[1]",kind="googleModelArmor",action="mask"} 1"#,
        r#"guard="request[1]",kind="googleModelArmor",action="reject"} 2"#,
    ])
    .await?;
    let log = all.world.log();
    ensure!(log.contains("request[0] reject: topicPolicy"), "{log}");
    ensure!(log.contains("request[1] reject: piAndJailbreak"), "{log}");
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_services_are_sent_is_what_their_sdks_would_send() -> Result<()> {
    let all = Screened::up(|page| page).await?;
    for format in Format::ALL {
        for answer in Answer::ALL {
            let reply = all.ask((format, answer), "of \"calm\" tides").await?;
            ensure!(reply.status == 200, "{format:?}: {}", reply.text());
        }
    }
    for said in ["of bedrock-mask tides", "of calm tides"] {
        let reply = all.by_clouds(said).await?;
        ensure!(reply.status == 200, "{said}: {}", reply.text());
    }
    let mut sent = Vec::new();
    for seen in all.seen(all.vendors).await? {
        sent.push(json!({"path": seen.at("/path"), "body": body(&seen)?}));
    }
    sdk::judges_are_asked_right(&sent.into()).await?;
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn services_of_attached_policies_are_asked_too() -> Result<()> {
    let policy = json!({
        "apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayPolicy",
        "metadata": {"name": "attached"},
        "spec": {
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "screened"}],
            "backend": {"ai": {"promptGuard": {"request": [
                {"openAIModeration": {"policies": {"auth": {"key": "sk-of-the-policy"}}}}]}}},
        },
    });
    let attached = |page: String| {
        let mut documents: Vec<Value> = page
            .split("\n---\n")
            .map(|document| serde_json::from_str(document).expect("JSON"))
            .collect();
        for document in &mut documents {
            // The backend's own guards would stand in the place of the policy's.
            if let Some(ai) = document.pointer_mut("/spec/policies/ai") {
                *ai = json!({"overrides": [{"field": "user", "value": "gateway"}]});
            }
        }
        documents.push(policy.clone());
        page::file(&documents)
    };
    let all = Screened::up(attached).await?;
    let reply = all.ask(CHAT, "of moderation-reject tides").await?;
    ensure!(reply.status == 403, "{}", reply.text());
    ensure!(all.mock.requests().await? == 0, "the provider was asked");
    let reply = all.ask(CHAT, "of calm tides").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let seen = all.last(all.vendors, "/v1/moderations").await?;
    ensure!(seen.at("/has_authorization") == true, "{seen}");
    ensure!(
        !all.world.log().contains("sk-of-the-policy"),
        "a key is in the log"
    );
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn content_safety_judges_prompts() -> Result<()> {
    let all = Screened::up(|page| page).await?;
    for (said, words) in [
        ("of azure-reject tides", "was refused by a guard"),
        ("of azure-blocked tides", "was refused by a guard"),
        ("of azure-attack tides", "was refused by a guard"),
        ("of azure-break tides", "a guard could not judge it"),
    ] {
        let reply = all.by_azure(said, false).await?;
        ensure!(reply.status == 403, "{said}: {}", reply.text());
        ensure!(reply.text().contains(words), "{said}: {}", reply.text());
    }
    ensure!(all.mock.requests().await? == 0, "the provider was asked");
    let reply = all.by_azure("of calm tides", false).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    for (path, member, text) in [
        (
            "/contentsafety/text:shieldPrompt",
            "/userPrompt",
            "be kind\nof calm tides",
        ),
        ("/contentsafety/text:analyze", "/text", "of calm tides"),
    ] {
        let seen = all.last(all.vendors, path).await?;
        ensure!(seen.at("/has_authorization") == false, "{seen}");
        ensure!(
            header(&seen, "ocp-apim-subscription-key").is_some(),
            "{seen}"
        );
        let sent = body(&seen)?;
        let sent = sent.at(member).as_str().unwrap_or_default();
        ensure!(sent.ends_with(text), "{path}: {sent}");
    }
    // A long prompt goes in pieces: the attack in the last of them is found.
    let long = "the tide is high. ".repeat(1500);
    let reply = all.by_azure(&long, false).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let reply = all.by_azure(&format!("{long} azure-attack"), false).await?;
    ensure!(reply.status == 403, "{}", reply.text());
    all.has_metrics(&[
        r#"guard="default/words request[0]",kind="azureContentSafety",action="reject"} 5"#,
        r#"guard="default/words request[0]",kind="azureContentSafety",action="allow"} 2"#,
        r#"guard="default/words response[0]",kind="azureContentSafety",action="allow"} 2"#,
    ])
    .await?;
    let log = all.world.log();
    for found in ["Violence", "names", "userPrompt", "unanswered,"] {
        let found = format!("default/words request[0] reject: {found}");
        ensure!(log.contains(&found), "{found}: {log}");
    }
    ensure!(!log.contains("key-of-the-resource"), "a key is in the log");
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn content_safety_judges_answers() -> Result<()> {
    let only_answers = |page: String| {
        changed(&page, |document| {
            if let Some(guards) = document.pointer_mut("/spec/backend/ai/promptGuard")
                && let Some(guards) = guards.as_object_mut()
            {
                guards.remove("request");
            }
        })
    };
    let all = Screened::up(only_answers).await?;
    let reply = all.by_azure("of azure-reject tides", false).await?;
    ensure!(reply.status == 403, "{}", reply.text());
    let reply = all.by_azure("of azure-reject tides", true).await?;
    let text = reply.text();
    ensure!(text.contains("guardrail_intervention"), "{text}");
    ensure!(!text.contains("tides"), "{text}");
    for is_streamed in [false, true] {
        let reply = all.by_azure("of calm tides", is_streamed).await?;
        ensure!(reply.status == 200, "{}", reply.text());
    }
    all.has_metrics(&[
        r#"guard="default/words response[0]",kind="azureContentSafety",action="reject"} 2"#,
        r#"guard="default/words response[0]",kind="azureContentSafety",action="allow"} 2"#,
    ])
    .await?;
    all.world.stop().await
}

/// The mock gives a text that it flags for violence 0.75 there, and every other score is 0.25.
#[tokio::test(flavor = "multi_thread")]
async fn moderation_is_judged_by_scores() -> Result<()> {
    for (violence, hate, calm, flagged) in [
        ("0.7", "0.3", 200, 403),
        ("0.8", "0.3", 200, 200),
        ("0.8", "0.25", 403, 403),
    ] {
        let by_scores = |page: String| {
            changed(&page, |document| {
                if let Some(guards) = document.pointer_mut("/spec/backend/ai/promptGuard") {
                    *guards = json!({"request": [{"openAIModeration": {
                        "thresholds": {"violence": violence, "hate": hate},
                        "policies": {"auth": {"secretRef": {"name": "moderation"}}},
                    }}]});
                }
            })
        };
        let all = Screened::up(by_scores).await?;
        for (said, expected) in [
            ("of calm tides", calm),
            ("of moderation-reject tides", flagged),
        ] {
            let reply = all.by_azure(said, false).await?;
            let what = format!("{violence} {hate} {said}");
            ensure!(reply.status == expected, "{what}: {}", reply.text());
        }
        all.world.stop().await?;
    }
    Ok(())
}

/// A service is asked about arguments only where its guard's scope has them.
#[tokio::test(flavor = "multi_thread")]
async fn content_safety_judges_arguments_of_calls() -> Result<()> {
    let only_calls = |page: String| {
        changed(&page, |document| {
            let guards = document.pointer_mut("/spec/backend/ai/promptGuard");
            if let Some(guards) = guards
                && let Some(guard) = guards.pointer("/response/0").cloned()
            {
                let mut calls = guard.clone();
                calls["scope"] = json!(["ToolCalls"]);
                *guards = json!({"response": [guard, calls]});
            }
        })
    };
    let all = Screened::up(only_calls).await?;
    for answer in Answer::ALL {
        let question = Question {
            format: Format::Chat,
            answer,
            model: "m",
            said: "look it up",
        };
        for (word, is_refused) in [("azure-reject", true), ("calm", false)] {
            let path = json!({"type": "string", "enum": [word]});
            let body = with_path(&question, "look_up", &path).to_string();
            let reply = all.post("/by-azure/v1/chat/completions", &body).await?;
            let text = reply.text();
            ensure!(text.contains("look_up") != is_refused, "{word}: {text}");
            ensure!(text.contains("guardrail") == is_refused, "{word}: {text}");
        }
    }
    all.has_metrics(&[
        r#"guard="default/words response[0]",kind="azureContentSafety",action="allow"} 4"#,
        r#"guard="default/words response[1]",kind="azureContentSafety",action="allow"} 2"#,
        r#"guard="default/words response[1]",kind="azureContentSafety",action="reject"} 2"#,
    ])
    .await?;
    let seen = all.seen(all.vendors).await?;
    // The first guard has nothing to ask about.
    ensure!(seen.len() == 4, "{seen:?}");
    all.world.stop().await
}

/// A page with each of its documents changed.
fn changed(page: &str, change: impl Fn(&mut Value)) -> String {
    let documents = page.split("\n---\n").map(|document| {
        // What is no JSON is no manifest either, and nothing would be served.
        let mut document: Value = serde_json::from_str(document).unwrap_or_default();
        change(&mut document);
        document
    });
    let documents: Vec<Value> = documents.collect();
    page::file(&documents)
}

/// The page with guards of a policy at `judge` alone.
fn at_manual(page: &str, judge: u16, guard: &Value, mode: &str) -> String {
    let guard = guard.clone();
    let page = changed(page, move |document| {
        if document.at("/kind") == "TidegatePolicy" {
            let annotations = json!({"tidegate.dev/guard-mode": mode});
            page::put(document, "/metadata", "annotations", annotations);
            page::put(document, "/spec/backend/ai", "promptGuard", guard.clone());
        }
    });
    let backend = json!({
        "apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayBackend",
        "metadata": {"name": "manual"}, "spec": {"static": {"host": "127.0.0.1", "port": judge}},
    });
    format!("{page}\n---\n{backend}")
}

fn calm(call: Call, severity: u8) -> Result<()> {
    let body = json!({"blocklistsMatch": [], "categoriesAnalysis": [
        {"category": "Hate", "severity": severity}]});
    let response = Response::builder()
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.to_string())))?;
    let _ = call.answer(response)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_change_nothing_are_asked_at_once() -> Result<()> {
    let mut judge = Manual::start().await?;
    let port = judge.port();
    let manual =
        json!({"group": "agentgateway.dev", "kind": "AgentgatewayBackend", "name": "manual"});
    let azure = json!({"azureContentSafety": {"backendRef": manual}});
    let guards = json!({"request": [azure, azure]});
    let all = Screened::up(move |page| at_manual(&page, port, &guards, "enforce")).await?;
    let asked = all.by_azure("of calm tides", false);
    let judged = async {
        // Both are there before one has an answer.
        let (first, second) = (judge.call().await?, judge.call().await?);
        calm(second, 0)?;
        calm(first, 0)
    };
    let (reply, judged) = tokio::join!(asked, judged);
    judged?;
    let reply = reply?;
    ensure!(reply.status == 200, "{}", reply.text());
    all.has_metrics(&[
        r#"guard="default/words request[0]",kind="azureContentSafety",action="allow"} 1"#,
        r#"guard="default/words request[1]",kind="azureContentSafety",action="allow"} 1"#,
    ])
    .await?;
    // Both refuse: the first of the list is the one that counts.
    let asked = all.by_azure("of calm tides", false);
    let judged = async {
        let (first, second) = (judge.call().await?, judge.call().await?);
        calm(second, 4)?;
        calm(first, 4)
    };
    let (reply, judged) = tokio::join!(asked, judged);
    judged?;
    ensure!(reply?.status == 403, "it passed");
    let world = all.world;
    tests::deadline::until("the record is written", tests::deadline::SOON, || async {
        let log = world.log();
        ensure!(
            log.contains("default/words request[0] reject: Hate"),
            "{log}"
        );
        ensure!(!log.contains("request[1] reject"), "{log}");
        Ok(())
    })
    .await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_watches_delays_nothing() -> Result<()> {
    let mut judge = Manual::start().await?;
    let port = judge.port();
    let manual =
        json!({"group": "agentgateway.dev", "kind": "AgentgatewayBackend", "name": "manual"});
    let azure = json!({"azureContentSafety": {"backendRef": manual}});
    let guards = json!({"request": [azure], "response": [azure]});
    let all = Screened::up(move |page| at_manual(&page, port, &guards, "shadow")).await?;
    for is_streamed in [false, true] {
        // The answer is there, and nobody has judged anything.
        let reply = all.by_azure("of calm tides", is_streamed).await?;
        ensure!(reply.status == 200, "{}", reply.text());
        ensure!(reply.text().contains("calm"), "{}", reply.text());
        calm(judge.call().await?, 6)?;
        calm(judge.call().await?, 6)?;
    }
    let world = all.world;
    for phase in ["request", "response"] {
        let sample = format!(
            r#"guard="default/words {phase}[0]",kind="azureContentSafety",action="shadow"}} 2"#
        );
        let metrics = tests::deadline::until(&sample, tests::deadline::SOON, || async {
            let metrics = world.proxy_metrics("default.gateway").await?;
            ensure!(metrics.contains(&sample), "not yet in {metrics}");
            Ok(())
        });
        metrics.await?;
    }
    world.stop().await
}
