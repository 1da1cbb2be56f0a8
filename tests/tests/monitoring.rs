//! Alerts and the dashboard ask for series that exist, in PromQL that parses, and each alert has a page that helps.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use promql_parser::parser::{Expr, VectorSelector, parse};
use promql_parser::util::{ExprVisitor, walk_expr};
use serde_json::Value;
use tests::binaries;

const RULES: &str = "deploy/prometheus/rules.yaml";
const DASHBOARD: &str = "deploy/grafana/tidegate.json";
const METRICS: &str = "docs/guide/metrics.md";
const PAGE: &str = "docs/guide/operations.md";
const FAULTS: &str = "data-plane/proxy/src/fault.rs";

/// Labels that the scrape adds, as the guide says.
const SCRAPED: [&str; 4] = ["namespace", "pod", "gateway", "le"];

/// Labels of every documented series, by its name in a query.
type Series = BTreeMap<String, BTreeSet<String>>;

fn read(path: &str) -> Result<String> {
    fs::read_to_string(binaries::repository(path)).context(path.to_owned())
}

fn documented() -> Result<Series> {
    let mut series = Series::new();
    for row in read(METRICS)?.lines().filter(|row| row.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, kind, labels, ..] = cells.as_slice() else {
            anyhow::bail!("not a row of cells: {row}");
        };
        let labels = labels
            .split(',')
            .map(|label| label.trim().trim_matches('`'));
        let labels = labels.filter(|label| !label.is_empty());
        let labels: BTreeSet<String> = labels.map(str::to_owned).collect();
        let name = name.trim_matches('`');
        let endings: &[&str] = match *kind {
            "histogram" => &["_bucket", "_sum", "_count"],
            // OpenMetrics writes an info with its ending.
            "info" | "counter" | "gauge" => &[""],
            other => anyhow::bail!("{name} is a {other}"),
        };
        for ending in endings {
            series.insert(format!("{name}{ending}"), labels.clone());
        }
    }
    ensure!(series.len() > 20, "{METRICS} is laid out in another way");
    Ok(series)
}

/// What an expression asks for.
#[derive(Debug, Default)]
struct Asked {
    series: BTreeSet<String>,
    labels: BTreeSet<String>,
}

impl Asked {
    fn select(&mut self, selector: &VectorSelector) {
        self.series.extend(selector.name.clone());
        let matchers = selector.matchers.matchers.iter();
        self.labels.extend(matchers.map(|it| it.name.clone()));
    }
}

impl ExprVisitor for Asked {
    type Error = anyhow::Error;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool> {
        if let Expr::VectorSelector(selector) = expression {
            self.select(selector);
        }
        if let Expr::MatrixSelector(matrix) = expression {
            self.select(&matrix.vs);
        }
        if let Expr::Aggregate(aggregate) = expression {
            let by = aggregate.modifier.iter().map(|it| it.labels());
            self.labels
                .extend(by.flat_map(|labels| labels.labels.clone()));
        }
        Ok(true)
    }
}

/// Fails unless an expression parses and asks for documented series by their labels.
fn check(expression: &str, series: &Series) -> Result<()> {
    // Grafana puts a duration there.
    let text = expression.replace("$__rate_interval", "5m");
    let parsed = parse(&text).map_err(|error| anyhow!("{expression}: {error}"))?;
    let mut asked = Asked::default();
    walk_expr(&mut asked, &parsed)?;
    ensure!(!asked.series.is_empty(), "{expression} asks for nothing");
    let mut labels: BTreeSet<&str> = SCRAPED.into();
    for name in &asked.series {
        let own = series.get(name);
        let own = own.with_context(|| format!("{expression}: {name} is not in {METRICS}"))?;
        labels.extend(own.iter().map(String::as_str));
    }
    for label in &asked.labels {
        ensure!(
            labels.contains(label.as_str()),
            "{expression}: no series there has the label {label}"
        );
    }
    Ok(())
}

fn alerts() -> Result<Vec<Value>> {
    let rules: Value = serde_saphyr::from_str(&read(RULES)?)?;
    let groups = rules.get("groups").and_then(Value::as_array);
    let groups = groups.context("no groups")?.iter();
    let rules = groups.filter_map(|group| group.get("rules")?.as_array());
    Ok(rules.flatten().cloned().collect())
}

#[test]
fn alerts_ask_for_what_there_is() -> Result<()> {
    let series = documented()?;
    let alerts = alerts()?;
    ensure!(alerts.len() > 10, "only {} alerts", alerts.len());
    for alert in alerts {
        check(alert["expr"].as_str().context("no expr")?, &series)?;
    }
    Ok(())
}

/// The kind of fault that an arm of a match names.
fn kind(line: &str) -> Option<&str> {
    let line = line.trim();
    let line = line.strip_prefix("| ").unwrap_or(line);
    line.strip_prefix("Kind::")
}

/// Reasons of faults that are their clients', as the proxy's source has them.
fn reasons_of_clients() -> Result<BTreeSet<String>> {
    let source = read(FAULTS)?;
    let (_, sides) = source.split_once("fn side(self)").context("no sides")?;
    let (clients, _) = sides.split_once("=> Side::Client").context("no client")?;
    let clients: BTreeSet<&str> = clients.lines().filter_map(kind).collect();
    let reasons = source.lines().filter_map(|line| {
        let (kind, reason) = line.trim().strip_prefix("Kind::")?.split_once(" => \"")?;
        let reason = reason.trim_end_matches("\",");
        clients.contains(kind).then(|| reason.to_owned())
    });
    Ok(reasons.collect())
}

#[test]
fn nobody_is_woken_by_what_clients_did() -> Result<()> {
    let clients = reasons_of_clients()?;
    ensure!(clients.len() > 20, "{FAULTS} is laid out in another way");
    let alerts = alerts()?;
    let mut rules = alerts.iter();
    let faults = rules.find(|rule| rule["alert"] == "TidegateFaults");
    let expression = faults.and_then(|rule| rule["expr"].as_str());
    let expression = expression.context("no expr")?;
    let matcher = expression.split_once("reason!~\"");
    let (_, rest) = matcher.context("every reason rings")?;
    let (left_out, _) = rest.split_once('"').context("no end")?;
    let left_out: BTreeSet<String> = left_out.split('|').map(str::to_owned).collect();
    assert_eq!(left_out, clients);
    Ok(())
}

#[test]
fn each_alert_has_its_place_in_the_guide() -> Result<()> {
    let page = read(PAGE)?;
    let headings: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    let mut names = BTreeSet::new();
    for alert in alerts()? {
        let name = alert["alert"].as_str().context("no name")?.to_owned();
        let severity = alert["labels"]["severity"].as_str().unwrap_or_default();
        ensure!(["critical", "warning"].contains(&severity), "{name}");
        ensure!(alert["for"].is_string(), "{name} rings at once");
        ensure!(alert["annotations"]["summary"].is_string(), "{name}");
        let runbook = format!("{PAGE}#{}", name.to_lowercase());
        assert_eq!(alert["annotations"]["runbook"], runbook.as_str());
        ensure!(headings.contains(name.as_str()), "{PAGE} has no {name}");
        ensure!(names.insert(name.clone()), "{name} twice");
    }
    let idle: Vec<&&str> = headings.iter().filter(|it| !names.contains(**it)).collect();
    ensure!(idle.is_empty(), "no alert is called {idle:?}");
    Ok(())
}

#[test]
fn the_dashboard_asks_for_what_there_is() -> Result<()> {
    let series = documented()?;
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)?)?;
    let panels = dashboard["panels"].as_array().context("no panels")?;
    let mut count = 0;
    let mut ids = BTreeSet::new();
    for panel in panels {
        ensure!(
            ids.insert(panel["id"].as_u64()),
            "two panels {}",
            panel["id"]
        );
        let targets = panel["targets"].as_array().map(Vec::as_slice);
        for target in targets.unwrap_or_default() {
            let expression = target["expr"].as_str().context("no expr")?;
            check(expression, &series).with_context(|| panel["title"].to_string())?;
            count += 1;
        }
    }
    ensure!(count > 20, "only {count} expressions");
    let variables = dashboard["templating"]["list"].as_array();
    for variable in variables.context("no variables")? {
        let Some(query) = variable["query"]["query"].as_str() else {
            continue;
        };
        let inner = query
            .trim_start_matches("label_values(")
            .trim_end_matches(')');
        let (name, label) = inner
            .split_once(", ")
            .context("label_values(SERIES, LABEL)")?;
        check(&format!("sum by ({label}) ({name})"), &series)?;
    }
    Ok(())
}

#[test]
fn what_does_not_exist_is_found() -> Result<()> {
    let series = documented()?;
    let wrong = |expression: &str| check(expression, &series).is_err();
    ensure!(!wrong(
        "sum by (route) (rate(tidegate_proxy_requests_total[5m]))"
    ));
    ensure!(wrong("rate(tidegate_proxy_request_total[5m])"));
    ensure!(wrong("sum by (rout) (tidegate_proxy_requests_total)"));
    ensure!(wrong("tidegate_proxy_requests_total{code=\"500\"}"));
    ensure!(wrong("sum(rate(tidegate_proxy_requests_total[5m])"));
    ensure!(wrong("tidegate_proxy_apply_seconds"));
    Ok(())
}
