//! References between namespaces.
//!
//! Owns the one question whether an object may refer to another (Gateway API, ReferenceGrant). Must not resolve
//! the reference: a grant for what does not exist is still a grant. Inside one namespace no grant is needed.

use cp_api::key::Kind;

use crate::lookup::Lookup;

/// Who refers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From<'a> {
    pub(crate) kind: Kind,
    pub(crate) namespace: &'a str,
}

/// To what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To<'a> {
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

/// Whether the reference is permitted.
pub(crate) fn is_permitted(lookup: &Lookup<'_>, from: From<'_>, to: To<'_>) -> bool {
    from.namespace == to.namespace
        || lookup.grants(to.namespace).any(|grant| {
            let may_refer = grant.spec.from.iter().any(|granted| {
                granted.group == from.kind.group()
                    && granted.kind == from.kind.as_str()
                    && granted.namespace == from.namespace
            });
            may_refer
                && grant.spec.to.iter().any(|granted| {
                    granted.group == to.group
                        && granted.kind == to.kind
                        && granted.name.as_deref().is_none_or(|name| name == to.name)
                })
        })
}

/// What to do about a reference that is not permitted.
pub(crate) fn remedy(from: From<'_>, to: To<'_>) -> String {
    format!(
        "{} in namespace {} may not refer to {} {}/{}; create a ReferenceGrant in namespace {}",
        from.kind, from.namespace, to.kind, to.namespace, to.name, to.namespace
    )
}
