//! Every test of the cluster, by name.

use std::pin::Pin;

use anyhow::Result;

use crate::cluster::Cluster;
use crate::{
    churn, conformance, crd_rules, deploy, fleets, helm, identity, install, kube_source,
    kube_status, lab, measure, named_namespaces, readme, upstream_definitions,
};

/// A test.
pub(crate) type Test = for<'a> fn(&'a Cluster) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Declares a row for each test: the name is its path.
macro_rules! tests {
    ($($module:ident::$test:ident,)+) => {
        /// The tests, in the order in which they run.
        pub(crate) const ALL: &[(&str, Test)] = &[$((
            concat!(stringify!($module), "::", stringify!($test)),
            |cluster| Box::pin($module::$test(cluster)),
        ),)+];
    };
}

tests! {
    lab::pods_run_and_answer,
    crd_rules::definitions_are_sound,
    crd_rules::an_api_server_agrees_with_our_judge,
    kube_source::nothing_is_published_before_all_is_listed,
    kube_source::a_right_is_taken_away_and_given_back,
    kube_source::a_definition_comes_goes_and_comes_back,
    kube_source::the_api_server_restarts,
    kube_source::a_gap_is_closed_by_a_list,
    kube_source::an_object_that_cannot_be_read,
    kube_source::a_secret_after_what_needs_it,
    kube_source::five_thousand_routes_at_once,
    kube_source::named_namespaces_need_no_more_than_their_role,
    kube_source::labels_of_namespaces_decide_what_is_read,
    kube_source::the_guide_names_what_is_counted,
    kube_status::a_leader_that_is_killed_is_replaced,
    kube_status::a_new_leader_writes_only_what_differs,
    kube_status::two_controllers_share_a_status,
    kube_status::policies_models_and_pins_have_statuses,
    kube_status::a_route_that_moves_away_loses_our_entry,
    identity::tokens_of_accounts,
    identity::viewers,
    identity::certificates_rotate,
    install::as_the_guide_says,
    helm::the_chart_comes_changes_and_goes,
    upstream_definitions::stay_as_they_are,
    named_namespaces::rights_there_are_enough,
    readme::on_kubernetes,
    // From here on it stays installed.
    deploy::what_is_deployed_is_kept,
    deploy::what_is_somebody_elses_stays,
    deploy::ways_to_be_reached,
    deploy::parameters_say_how,
    deploy::a_new_version_loses_no_request,
    fleets::names_that_are_too_long,
    fleets::on_the_network_of_the_node,
    fleets::scaling_comes_and_goes,
    fleets::a_leader_freezes_while_it_deploys,
    fleets::an_authority_is_exchanged,
    fleets::proxies_live_without_a_control_plane,
    churn::random_edits_and_killed_replicas,
    conformance::gateway_http,
}

/// What takes figures, and judges nothing.
pub(crate) const MEASURED: &[(&str, Test)] = &[("measure::edits_in_a_cluster", |cluster| {
    Box::pin(measure::edits_in_a_cluster(cluster))
})];
