//! Documents, layers, lookups and costs: tables and properties.

use std::error::Error as _;

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{
    Catalog, Layer, ModelNames, Money, Quote, Status, TokenKind, Tokens, Unpriced, quote,
    quote_request, read,
};

const BASE: &str = r#"{"providers":{
    "anthropic":{"models":{"claude-sonnet-4-5":{
        "rates":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite":"3.75","cacheWrite1h":"6"}}}},
    "gcp.gemini":{"models":{"gemini-2.5-pro":{
        "rates":{"input":"1.25","output":"10","cacheRead":"0.125"},
        "tiers":[{"contextOver":200000,"rates":{"input":"2.5","output":"15"}},
                 {"contextOver":500000,"rates":{"input":"4"}}]}}},
    "openai":{"aliases":{"default":"gpt-4o","gone":"no-such-model"},"models":{
        "gpt-4o":{"rates":{"input":"2.5","output":"10"}},
        "gpt-4o-audio":{"rates":{"input":"0.15","output":"0.6","inputAudio":"10","outputAudio":"20"}},
        "served":{"rates":{"input":"2","output":"8"},"tiers":[{"contextOver":1000,"rates":{"input":"4"}}],
            "serviceTiers":{"flex":{"rates":{"input":"1"},"tiers":[{"contextOver":1000,"rates":{"input":"2"}}]},
                "priority":{"rates":{"input":"3","output":"14"}}}},
        "o3":{"rates":{"input":"2","output":"8","reasoning":"9"}},
        "embed":{"rates":{"input":"0.02"}},
        "free":{"rates":{"input":"0","output":"0"}},
        "image":{"rates":{"input":"0","output":"0","perRequest":"0.04"}},
        "tagged":{"tags":["preview"]},
        "long-only":{"tiers":[{"contextOver":1000,"rates":{"input":"1"}}]}}}}}"#;

fn layer(json: &str) -> Layer {
    read(json).expect("document")
}

fn catalog() -> Catalog {
    Catalog::new("v1", [layer(BASE)])
}

fn asked(provider: &str, model: &str, tokens: Tokens) -> Quote {
    let names = ModelNames {
        provider,
        response: None,
        request: model,
        tier: None,
    };
    quote(Some(&catalog()), &names, Some(&tokens))
}

#[test]
fn a_name_of_the_catalogue_stands_for_what_somebody_named() {
    let catalog = catalog();
    for (provider, named, expected) in [
        ("openai", "gpt-4o", Some("gpt-4o")),
        ("openai", "default", Some("gpt-4o")),
        ("openai", "gpt-4o-2024-08-06", Some("gpt-4o")),
        ("openai", "gone", None),
        ("openai", "made-up-by-a-client", None),
        ("anthropic", "gpt-4o", None),
        ("nobody", "gpt-4o", None),
    ] {
        assert_eq!(catalog.name(provider, named), expected, "{named}");
    }
    assert_eq!(catalog.models().count(), 11);
}

#[track_caller]
fn check_cost(provider: &str, model: &str, tokens: Tokens, expected: &str) {
    let quote = asked(provider, model, tokens);
    let total = quote.total().map(|total| total.to_string());
    assert_eq!(total.as_deref(), Some(expected), "{quote:?}");
}

#[track_caller]
fn check_unpriced(provider: &str, model: &str, tokens: Tokens, expected: Unpriced) {
    let expected = Quote::Unpriced {
        why: expected,
        version: Some("v1".into()),
    };
    assert_eq!(asked(provider, model, tokens), expected);
}

fn used(input: u64, output: u64) -> Tokens {
    Tokens {
        input,
        output,
        ..Tokens::default()
    }
}

#[test]
fn a_request_has_its_price_where_nobody_tells_tokens() {
    let catalog = catalog();
    for (model, expected) in [
        ("image", Some("0.04")),
        ("gpt-4o", None),
        ("free", None),
        ("gone", None),
    ] {
        let names = ModelNames {
            provider: "openai",
            response: None,
            request: model,
            tier: None,
        };
        let quote = quote_request(Some(&catalog), &names);
        let total = quote.total().map(|total| total.to_string());
        assert_eq!(total.as_deref(), expected, "{model}: {quote:?}");
    }
}

#[test]
fn parts_of_the_prompt_are_billed_at_their_own_rates() {
    let cached = Tokens {
        cache_read: 2000,
        cache_write: 500,
        cache_write_1h: 100,
        ..used(3500, 500)
    };
    // 1000 * 3 + 2000 * 0.3 + 400 * 3.75 + 100 * 6 + 500 * 15, in millionths.
    check_cost("anthropic", "claude-sonnet-4-5", cached, "0.0132");
    let audio = Tokens {
        input_audio: 50,
        output_audio: 25,
        ..used(1050, 125)
    };
    // 1000 * 0.15 + 50 * 10 + 100 * 0.6 + 25 * 20.
    check_cost("openai", "gpt-4o-audio", audio, "0.00121");
    let reasoned = Tokens {
        reasoning: 400,
        ..used(0, 500)
    };
    check_cost("openai", "o3", reasoned, "0.0044");
}

#[test]
fn a_rate_that_is_not_given_is_that_of_the_text() {
    let every = Tokens {
        cache_read: 100,
        cache_write: 200,
        cache_write_1h: 50,
        input_audio: 10,
        reasoning: 30,
        output_audio: 5,
        ..used(1000, 100)
    };
    // 1000 * 2.5 + 100 * 10: what the parts are makes no difference.
    check_cost("openai", "gpt-4o", every, "0.0035");
    let written = Tokens {
        cache_write: 100,
        ..used(100, 0)
    };
    check_cost("gcp.gemini", "gemini-2.5-pro", written, "0.000125");
}

#[test]
fn the_highest_tier_that_is_exceeded_prices_the_whole_request() {
    let model = ("gcp.gemini", "gemini-2.5-pro");
    check_cost(model.0, model.1, used(200_000, 1000), "0.26");
    check_cost(model.0, model.1, used(200_001, 1000), "0.5150025");
    // Output has no rate in the second tier: it is the model's, not the first tier's.
    check_cost(model.0, model.1, used(600_000, 1000), "2.41");
    let cached = Tokens {
        cache_read: 200_000,
        ..used(250_000, 0)
    };
    // Cached tokens count for the tier: 50000 * 2.5 + 200000 * 0.125.
    check_cost(model.0, model.1, cached, "0.15");
}

#[track_caller]
fn check_tier(tier: Option<&str>, tokens: Tokens, (expected, status): (&str, Status)) {
    let names = ModelNames {
        provider: "openai",
        response: None,
        request: "served",
        tier,
    };
    let quote = quote(Some(&catalog()), &names, Some(&tokens));
    let total = quote.total().expect("priced").to_string();
    assert_eq!((total.as_str(), quote.status()), (expected, status));
}

#[test]
fn a_tier_of_service_has_the_prices_that_are_written_of_it() {
    let (short, long) = (used(1000, 1000), used(2000, 1000));
    check_tier(None, short, ("0.01", Status::Exact));
    check_tier(None, long, ("0.016", Status::Exact));
    // What the tier does not say is the model's.
    check_tier(Some("flex"), short, ("0.009", Status::Exact));
    check_tier(Some("flex"), long, ("0.012", Status::Exact));
    check_tier(Some("priority"), short, ("0.017", Status::Exact));
    check_tier(Some("priority"), long, ("0.02", Status::Exact));
    // Nobody said: the usual price, and that it is only that.
    check_tier(Some("fast"), short, ("0.01", Status::TierMissing));
}

#[test]
fn what_is_not_known_is_unpriced_and_never_zero() {
    check_unpriced("openai", "gpt-9", used(1, 1), Unpriced::Missing);
    check_unpriced("mistral", "gpt-4o", used(1, 1), Unpriced::Missing);
    check_unpriced("openai", "gone", used(1, 1), Unpriced::Missing);
    check_unpriced("openai", "tagged", used(1, 1), Unpriced::NoRates);
    check_unpriced("openai", "long-only", used(1000, 0), Unpriced::NoRates);
    let output = Unpriced::NoRate(TokenKind::Output);
    check_unpriced("openai", "embed", used(1, 1), output);
    check_unpriced("openai", "long-only", used(1001, 1), output);
    let names = ModelNames {
        provider: "openai",
        response: None,
        request: "gpt-4o",
        tier: None,
    };
    let unknown = quote(Some(&catalog()), &names, None);
    assert_eq!(
        (unknown.total(), unknown.status()),
        (None, Status::Unpriced)
    );
    let none = quote(None, &names, Some(&used(1, 1)));
    assert_eq!((none.total(), none.status()), (None, Status::NoCatalog));
    assert_eq!(none.version(), None);
}

#[test]
fn a_zero_that_somebody_wrote_is_a_price() {
    check_cost("openai", "free", used(5, 5), "0");
    check_cost("openai", "image", used(5, 5), "0.04");
    check_cost("openai", "embed", used(1_000_000, 0), "0.02");
    check_cost("openai", "long-only", used(2000, 0), "0.002");
    check_cost("openai", "gpt-4o", Tokens::default(), "0");
}

#[track_caller]
fn check_found(response: Option<&str>, request: &str, expected: Status, rate: &str) {
    let names = ModelNames {
        provider: "openai",
        response,
        request,
        tier: None,
    };
    let quote = quote(Some(&catalog()), &names, Some(&used(1_000_000, 0)));
    let total = quote.total().unwrap_or_default().to_string();
    assert_eq!((quote.status(), total.as_str()), (expected, rate));
}

#[test]
fn a_model_is_found_by_what_the_answer_names_first() {
    check_found(Some("o3"), "gpt-4o", Status::Exact, "2");
    check_found(Some("gpt-9"), "gpt-4o", Status::Exact, "2.5");
    // A name of the catalogue counts before what another name means.
    check_found(Some("o3-2025-04-16"), "gpt-4o", Status::Exact, "2.5");
    check_found(Some("o3-2025-04-16"), "mine", Status::Alias, "2");
    check_found(Some("default"), "mine", Status::Alias, "2.5");
    check_found(None, "default", Status::Alias, "2.5");
    check_found(None, "o3@20250416", Status::Alias, "2");
    check_found(None, "tagged-20250416", Status::Unpriced, "0");
    check_found(Some("gone"), "mine", Status::Missing, "0");
}

#[test]
fn layers_merge_field_by_field() {
    let over = layer(
        r#"{"providers":{
        "openai":{"aliases":{"default":"o3"},"models":{
            "gpt-4o":{"rates":{"output":"8"},"tags":["cheap"],"maxOutput":16384},
            "new":{"rates":{"input":"1"},"contextWindow":128000}}},
        "gcp.gemini":{"models":{"gemini-2.5-pro":{"tiers":[{"contextOver":1,"rates":{"input":"9"}}]}}}}}"#,
    );
    let merged = Catalog::new("v2", [layer(BASE), over.clone(), Layer::default()]);
    let find = |provider, request| {
        let names = ModelNames {
            provider,
            response: None,
            request,
            tier: None,
        };
        merged.find(&names).expect("model").1.clone()
    };
    let model = find("openai", "gpt-4o");
    assert_eq!(model.rates.input, Some("2.5".parse().expect("rate")));
    assert_eq!(model.rates.output, Some("8".parse().expect("rate")));
    assert!(model.tags.contains("cheap"));
    assert_eq!(model.max_output, Some(16_384));
    assert_eq!(find("openai", "new").context_window, Some(128_000));
    assert_eq!(find("openai", "default"), find("openai", "o3"));
    let tiers = find("gcp.gemini", "gemini-2.5-pro").tiers;
    assert_eq!((tiers.len(), tiers[0].context_over), (1, 1));
    let served = layer(
        r#"{"providers":{"openai":{"models":{"served":{"serviceTiers":{
            "flex":{"rates":{"output":"4"}},"fast":{"rates":{"input":"9"}}}}}}}}"#,
    );
    let merged_tiers = Catalog::new("v3", [layer(BASE), served]);
    let names = ModelNames {
        provider: "openai",
        response: None,
        request: "served",
        tier: None,
    };
    let (_, model) = merged_tiers.find(&names).expect("model");
    let tiers: Vec<&str> = model.service_tiers.keys().map(String::as_str).collect();
    assert_eq!(tiers, ["fast", "flex", "priority"]);
    let flex = &model.service_tiers["flex"];
    assert_eq!(flex.rates.input, Some("1".parse().expect("rate")));
    assert_eq!(flex.rates.output, Some("4".parse().expect("rate")));
    assert_eq!(flex.tiers.len(), 1);
    let names = |catalog: &Catalog| Vec::from_iter(catalog.service_tiers().clone());
    assert_eq!(names(&merged), ["flex", "priority"]);
    assert_eq!(names(&merged_tiers), ["fast", "flex", "priority"]);
    let plain = layer(r#"{"providers":{"openai":{"models":{"m":{"rates":{"input":"1"}}}}}}"#);
    assert!(Catalog::new("v4", [plain]).service_tiers().is_empty());
    // A layer twice is a layer once.
    let twice = Catalog::new("v2", [layer(BASE), over.clone(), over]);
    assert_eq!(merged, twice);
}

#[track_caller]
fn check_refused(json: &str, says: &str, because: &str) {
    let error = read(json).expect_err("refused");
    assert!(error.to_string().contains(says), "{error}");
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(source.contains(because), "{source}");
}

fn with_model(model: &str) -> String {
    format!(r#"{{"providers":{{"p":{{"models":{{"m":{model}}}}}}}}}"#)
}

#[test]
fn documents_are_refused_with_the_place() {
    check_refused("[", "no JSON document", "line 1");
    check_refused(r#"{"models":{}}"#, "shape", "unknown field `models`");
    for (model, says, because) in [
        (r#"{"rates":{"input":3}}"#, "shape", "string"),
        (r#"{"rates":{"inputCacheRead":"3"}}"#, "shape", "unknown"),
        (r#"{"limits":{}}"#, "shape", "unknown field `limits`"),
        (
            r#"{"rates":{"cacheRead":"-3"}}"#,
            "providers.p.models.m.rates.cacheRead",
            "no plain decimal",
        ),
        (
            r#"{"tiers":[{"contextOver":1,"rates":{"input":"0.1234567"}}]}"#,
            "providers.p.models.m.tiers[0].rates.input",
            "more than 6 digits",
        ),
        (
            r#"{"tiers":[{"contextOver":2},{"contextOver":2}]}"#,
            "providers.p.models.m.tiers[1].contextOver",
            "",
        ),
        (
            r#"{"serviceTiers":{"flex":{"tiers":[{"contextOver":2},{"contextOver":1}]}}}"#,
            "providers.p.models.m.serviceTiers.flex.tiers[1].contextOver",
            "",
        ),
        (
            r#"{"serviceTiers":{"flex":{"rates":{"output":"-1"}}}}"#,
            "providers.p.models.m.serviceTiers.flex.rates.output",
            "no plain decimal",
        ),
    ] {
        check_refused(&with_model(model), says, because);
    }
    check_refused(
        r#"{"providers":{"p":{"models":{"m":{}},"aliases":{"m":"n"}}}}"#,
        "providers.p.aliases.m",
        "",
    );
    assert_eq!(read("{}").expect("empty"), Layer::default());
}

proptest! {
    #[test]
    fn cost_is_linear_below_the_first_tier(
        a in any::<(u16, u16, u16, u16)>(),
        b in any::<(u16, u16, u16, u16)>(),
    ) {
        let tokens = |(plain, read, write, output): (u16, u16, u16, u16)| {
            let [plain, read, write, output] = [plain, read, write, output].map(u64::from);
            Tokens { cache_read: read, cache_write: write, ..used(plain + read + write, output) }
        };
        let (a, b) = (tokens(a), tokens(b));
        let both = Tokens {
            cache_read: a.cache_read + b.cache_read,
            cache_write: a.cache_write + b.cache_write,
            ..used(a.input + b.input, a.output + b.output)
        };
        let cost = |tokens| asked("anthropic", "claude-sonnet-4-5", tokens).total().expect("priced");
        prop_assert_eq!(cost(a).plus(cost(b)), cost(both));
        prop_assert!(cost(both) >= Money::ZERO);
    }

    #[test]
    fn no_usage_breaks_the_arithmetic(parts in any::<[u64; 8]>()) {
        let [input, cache_read, cache_write, cache_write_1h, input_audio, output, reasoning, output_audio] = parts;
        let tokens = Tokens {
            input, cache_read, cache_write, cache_write_1h, input_audio, output, reasoning, output_audio,
        };
        prop_assert!(asked("openai", "gpt-4o", tokens).total().is_some());
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,64}") {
        let _ = read(&text);
    }
}
