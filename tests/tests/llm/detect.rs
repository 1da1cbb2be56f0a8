//! Detectors and patterns with names: the manifests of the guide's page, and what it says of definitions of tools.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::ask::{Answer, Format};
use super::guarded::Guarded;
use super::page;
use super::told::{At, Told};

const PAGE: &str = "docs/guide/llm-detectors.md";

/// All that the page's table names.
const DETECTORS: [&str; 21] = [
    "Ssn",
    "CreditCard",
    "PhoneNumber",
    "Email",
    "CaSin",
    "Ipv4",
    "Ipv6",
    "Iban",
    "UkNino",
    "Aadhaar",
    "KrRrn",
    "Url",
    "Jwt",
    "PrivateKey",
    "AwsAccessKey",
    "GithubToken",
    "GitlabToken",
    "SlackToken",
    "OpenAiKey",
    "AnthropicKey",
    "GoogleKey",
];

/// The page, with what `change` makes of its policy.
async fn up(change: impl Fn(&mut Value)) -> Result<Guarded> {
    let of_policy = |document: &mut Value| {
        if document.at("/kind") == "TidegatePolicy" {
            change(document);
        }
        Ok(())
    };
    Guarded::up(PAGE, &[], of_policy).await
}

async fn has_metrics(detected: &Guarded, samples: &[&str]) -> Result<()> {
    let metrics = detected.world.proxy_metrics("default.gateway").await?;
    for sample in samples {
        ensure!(metrics.contains(sample), "no {sample} in {metrics}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_masked_and_refused_by_name() -> Result<()> {
    let all = up(|_| ()).await?;
    for format in Format::ALL {
        let what = format!("{format:?}");
        let said = "why does AKIAIOSFODNN7EXAMPLE fail in TICKET-42?";
        let reply = all.ask(format, Answer::Collected, said).await?;
        ensure!(reply.status == 200, "{what}: {}", reply.text());
        let sent = all.mock.last_body().await?.to_string();
        let expected = "why does <AWS_ACCESS_KEY> fail in <ticket>?";
        ensure!(sent.contains(expected), "{what}: {sent}");
        let before = all.mock.requests().await?;
        let said = "pay to GB82 WEST 1234 5698 7654 32";
        let reply = all.ask(format, Answer::Streamed, said).await?;
        let text = reply.text();
        ensure!(reply.status == 422, "{what}: {text}");
        ensure!(text.contains("was refused by a guard"), "{what}: {text}");
        ensure!(!text.contains("WEST"), "{what}: {text}");
        ensure!(
            all.mock.requests().await? == before,
            "{what}: the provider was asked"
        );
    }
    has_metrics(
        &all,
        &[
            r#"phase="request",guard="default/secrets request[0]",kind="regex",action="mask"} 4"#,
            r#"phase="request",guard="default/secrets request[1]",kind="regex",action="reject"} 4"#,
        ],
    )
    .await?;
    let log = all.world.log();
    let masked = "default/secrets request[0] mask: awsAccessKey,ticket";
    ensure!(log.contains(masked), "{log}");
    ensure!(
        log.contains("default/secrets request[1] reject: iban"),
        "{log}"
    );
    ensure!(
        !log.contains("AKIAIOSF") && !log.contains("TICKET-42") && !log.contains("WEST"),
        "a prompt is in the log: {log}"
    );
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_masked_as_they_stream() -> Result<()> {
    let all = up(|_| ()).await?;
    // The mock says what it was told, one word in each event.
    let filler = "word ".repeat(200);
    let said = format!("{filler}ask db-1.corp.example at 10.0.0.7 for {filler}end");
    let expected = format!("{filler}ask <internal-host> at <IP_ADDRESS> for {filler}end");
    for format in Format::ALL {
        for answer in Answer::ALL {
            let what = format!("{format:?} {answer:?}");
            let reply = all.ask(format, answer, &said).await?;
            let told = Told::read(format, answer, &reply)?;
            ensure!(told.is_whole(), "{what}: {told:?}");
            ensure!(told.text.ends_with(&expected), "{what}: {told:?}");
        }
    }
    has_metrics(
        &all,
        &[r#"phase="response",guard="default/secrets response[0]",kind="regex",action="mask"} 8"#],
    )
    .await?;
    let log = all.world.log();
    ensure!(
        log.contains("default/secrets response[0] mask: internal-host,ipv4"),
        "{log}"
    );
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_of_tools_are_judged() -> Result<()> {
    let all = up(|_| ()).await?;
    let with = |name: &str, description: &str| {
        json!({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "go on"}],
            "tools": [{"type": "function", "function": {"name": name, "description": description,
                "parameters": {"type": "object", "properties": {
                    "key": {"type": "string", "default": description}}}}}]})
    };
    let path = "/v1/chat/completions";
    // A name is judged, and stays what it is.
    let prompt = with("TICKET-1", "uses AKIAIOSFODNN7EXAMPLE");
    let reply = all.post(path, &prompt).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = all.mock.last_body().await?;
    let expected = with("TICKET-1", "uses <AWS_ACCESS_KEY>");
    ensure!(sent == expected, "{sent}");
    // Nothing is done about one alone, and nothing is told.
    let prompt = with("TICKET-1", "looks it up");
    let reply = all.post(path, &prompt).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = all.mock.last_body().await?;
    ensure!(sent == prompt, "{sent}");
    let before = all.mock.requests().await?;
    for prompt in [
        with("admin_delete", "deletes"),
        with("f", "as admin_delete does"),
    ] {
        let reply = all.post(path, &prompt).await?;
        ensure!(reply.status == 403, "{prompt}: {}", reply.text());
    }
    ensure!(
        all.mock.requests().await? == before,
        "the provider was asked"
    );
    // It is what tools are, and not what is said of them, that this guard is about.
    let reply = all
        .ask(
            Format::Chat,
            Answer::Collected,
            "what does admin_delete do?",
        )
        .await?;
    ensure!(reply.status == 200, "{}", reply.text());
    has_metrics(
        &all,
        &[
            r#"guard="default/secrets request[0]",kind="regex",action="mask"} 1"#,
            r#"guard="default/secrets request[0]",kind="regex",action="allow"} 4"#,
            r#"guard="default/secrets request[2]",kind="regex",action="reject"} 2"#,
        ],
    )
    .await?;
    let log = all.world.log();
    ensure!(
        log.contains("default/secrets request[2] reject: admin-tool"),
        "{log}"
    );
    all.world.stop().await
}

/// Proxies refuse a policy with a detector that they do not know, and whatever it is about with it.
#[tokio::test(flavor = "multi_thread")]
async fn proxies_know_all_detectors() -> Result<()> {
    let text = std::fs::read_to_string(tests::binaries::repository(PAGE))?;
    for name in DETECTORS {
        ensure!(text.contains(&format!("\n| `{name}` |")), "{name}");
    }
    let all = up(|policy| {
        let detect = json!({"detect": {"detectors": DETECTORS}});
        page::put(
            policy,
            "/spec/backend/ai",
            "promptGuard",
            json!({"request": [detect]}),
        );
    })
    .await?;
    let said =
        "ann@example.org, 10.0.0.7, https://a.example/b, ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let reply = all.ask(Format::Chat, Answer::Collected, said).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = all.mock.last_body().await?.to_string();
    let expected = "<EMAIL_ADDRESS>, <IP_ADDRESS>, <URL>, <GITHUB_TOKEN>";
    ensure!(sent.contains(expected), "{sent}");
    all.world.stop().await
}
