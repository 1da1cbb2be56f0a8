//! Why a response is refused, in the form of a NACK.
//!
//! Owns the gRPC code of each kind and the length of the message. Must not decide anything. The invariant: a
//! NACK always names the resource, and the server can tell bad content (put the resource aside) from what only
//! this machine lacks.

use dp_config::Config;
use dp_config::reject::{Refused, Rejection, RejectionKind};
use dp_proxy::{Cause, Unprepared};
use proto::type_url::TypeUrl;

/// INTERNAL: a bug of ours.
const INTERNAL: i32 = 13;
/// UNAVAILABLE: the content is good, this machine cannot have it (a port in use, say).
const UNAVAILABLE: i32 = 14;
/// Longest message in bytes; the report is complete, the message is for people.
const MAX_MESSAGE: usize = 2048;

/// A refusal.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// dp-config: not decodable, not what the Commit says, not known.
    Config(Rejection),
    /// dp-proxy: good, but cannot be had on this machine now.
    Unavailable(Rejection),
    /// Preparing panicked.
    Bug,
}

// === impl Refusal ===

impl Refusal {
    /// What dp-proxy refused, with the versions that `next` holds. A NACK has one code for all that it names, and
    /// only a fault of this machine may pass by itself: where content is bad, that alone is told, and the rest
    /// comes up again once the server has put it aside.
    pub(crate) fn unprepared(items: Vec<Unprepared>, next: &Config) -> Self {
        let refused = |item: Unprepared| Refused {
            version: version(next, item.type_url, &item.name),
            type_url: item.type_url.as_str().to_owned(),
            name: item.name,
            path: item.path,
            message: item.message,
        };
        let rejection =
            |items: Vec<Unprepared>| Rejection::invalid(items.into_iter().map(refused).collect());
        let (bad, unavailable): (Vec<_>, Vec<_>) = items
            .into_iter()
            .partition(|item| item.cause == Cause::Content);
        if bad.is_empty() {
            Refusal::Unavailable(rejection(unavailable))
        } else {
            Refusal::Config(rejection(bad))
        }
    }

    /// Whether what is staged differs from what the server believes.
    pub(crate) fn is_mismatch(&self) -> bool {
        match self {
            Refusal::Config(rejection) => rejection.kind == RejectionKind::Mismatch,
            Refusal::Unavailable(_) | Refusal::Bug => false,
        }
    }

    /// Whether another machine, or this one at another time, could take it.
    pub(crate) fn is_of_machine(&self) -> bool {
        match self {
            Refusal::Unavailable(_) => true,
            Refusal::Config(_) | Refusal::Bug => false,
        }
    }

    /// The NACK.
    pub(crate) fn nack(&self) -> xds::client::Rejection {
        let of = |code, rejection: &Rejection| xds::client::Rejection {
            code,
            message: shortened(rejection.to_string()),
            report: Some(rejection.report()),
        };
        match self {
            Refusal::Config(rejection) => of(rejection.code(), rejection),
            Refusal::Unavailable(rejection) => of(UNAVAILABLE, rejection),
            Refusal::Bug => xds::client::Rejection {
                code: INTERNAL,
                message: "the proxy failed while it prepared this; its log says where".to_owned(),
                report: None,
            },
        }
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Refusal::Config(rejection)
    }
}

fn version(config: &Config, type_url: TypeUrl, name: &str) -> String {
    config
        .version(type_url, name)
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn shortened(mut message: String) -> String {
    const ELLIPSIS: &str = " ...";
    if message.len() > MAX_MESSAGE {
        let mut end = MAX_MESSAGE - ELLIPSIS.len();
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
        message.push_str(ELLIPSIS);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, Refusal, shortened};
    use dp_config::reject::{Refused, Rejection, RejectionKind};
    use dp_proxy::{Cause, Unprepared};
    use proto::type_url::TypeUrl;

    fn refused() -> Refused {
        Refused {
            type_url: TypeUrl::Cluster.as_str().to_owned(),
            name: "svc/a/b/80".to_owned(),
            version: "v1".to_owned(),
            path: "lb_policy".to_owned(),
            message: "7 is no policy".to_owned(),
        }
    }

    #[test]
    fn each_kind_has_its_code_and_names_the_resource() {
        let of = |kind| {
            Refusal::Config(Rejection {
                kind,
                items: vec![refused()],
            })
        };
        let unprepared = |cause| Unprepared {
            cause,
            type_url: TypeUrl::Listener,
            name: "svc/a/b/80".to_owned(),
            path: "lb_policy".to_owned(),
            message: "in use".to_owned(),
        };
        let prepared = |causes: &[Cause]| {
            Refusal::unprepared(
                causes.iter().copied().map(unprepared).collect(),
                &Default::default(),
            )
        };
        for (refusal, code, mismatch) in [
            (of(RejectionKind::Invalid), 3, false),
            (of(RejectionKind::Mismatch), 9, true),
            (of(RejectionKind::UnknownType), 12, false),
            (prepared(&[Cause::Machine]), 14, false),
            (prepared(&[Cause::Content]), 3, false),
            // What is bad is told alone: it must not be tried again like the rest.
            (prepared(&[Cause::Machine, Cause::Content]), 3, false),
        ] {
            let nack = refusal.nack();
            assert_eq!((nack.code, refusal.is_mismatch()), (code, mismatch));
            assert!(
                nack.message.starts_with("svc/a/b/80: lb_policy: "),
                "{}",
                nack.message
            );
            assert_eq!(nack.report.expect("report").items.len(), 1);
        }
        assert_eq!(Refusal::Bug.nack().code, 13);
    }

    #[test]
    fn a_message_is_cut_between_characters() {
        let short = shortened("ü".repeat(MAX_MESSAGE));
        assert!(
            short.len() <= MAX_MESSAGE && short.ends_with("ü ..."),
            "{}",
            short.len()
        );
        assert_eq!(shortened("short".to_owned()), "short");
    }
}
