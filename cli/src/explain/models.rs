//! What a model router makes of names, in the words of a proxy's configuration dump.
//!
//! Must not choose: which target a name gets is decided per request.

use dp_config::Config;
use dp_config::dump::ModelRouterDump;

/// The names of a router, those that lead to others first, as they are looked up.
pub(super) fn of_router(
    config: &Config,
    name: &str,
    of_backend: impl Fn(&str) -> String,
) -> String {
    let Some(router) = config.model_router(name) else {
        return format!("model router {name} does not exist: answered with 500");
    };
    let router = ModelRouterDump::of(config, router);
    let named = router.virtual_models.iter();
    let named = named.map(|model| format!("{} -> {}", model.name, model.routing));
    let concrete = router.models.iter().map(|model| {
        let internal = if model.is_internal { " (internal)" } else { "" };
        format!("{}{internal} -> {}", model.name, of_backend(&model.backend))
    });
    let lines: Vec<_> = named.chain(concrete).collect();
    format!(
        "by model: {}; any other is answered with 404",
        lines.join("; ")
    )
}
