//! Condition types and reasons, as closed lists with the documentation a user reads.
//!
//! Owns the words. Must not decide when one applies. A reason's text is user documentation: it says what the
//! condition means and what to do, and it is what `docs` prints.

use std::fmt;

/// Declares an enum whose variants are the words themselves.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $text] $variant,)+
        }

        impl $name {
            /// Every word.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word as it stands in a status.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => stringify!($variant),)+
                }
            }

            /// What it means and what to do about it.
            pub const fn documentation(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// The type of a condition.
    ConditionType {
        Accepted = "The object is valid and Tidegate serves it.",
        Programmed = "Every connected proxy applied this generation.",
        Conflicted = "The listener conflicts with another listener.",
        ResolvedRefs = "Every reference leads to an object that may be used.",
        PartiallyInvalid = "Some rules of the route are invalid and answer 500; the others are served.",
        Attached = "Every target of the policy leads to a Gateway, and the policy is in force there.",
        StatusSummarized = "True on the entry that stands for those that a status has no room for.",
        EnvoyProfile = "False while an Envoy serves this Gateway that cannot serve this object.",
    }
}

words! {
    /// The status of a condition.
    ConditionStatus {
        True = "It holds.",
        False = "It does not hold.",
        Unknown = "Not known yet.",
    }
}

words! {
    /// Why a condition has its status.
    Reason {
        Accepted = "Nothing is wrong.",
        ResolvedRefs = "Every reference resolves.",
        Programmed = "Applied by every connected proxy.",
        NoConflicts = "No other listener claims the same port, protocol and hostname.",
        Pending = "Not yet: no proxy applied it, or a target of a policy leads to no Gateway; the message says which.",
        Invalid = "Follows from another condition of the object; see there.",
        ListenersNotValid = "One or more listeners are invalid; see their conditions.",
        UnsupportedAddress = "The type of an address in spec.addresses is not supported; remove it.",
        AddressNotUsable = "An address or port cannot be used; the message names who holds it.",
        AddressNotAssigned = "The Gateway has no address yet; see its Service.",
        InvalidParameters = "Parameters cannot be used; what is deployed stays as it is. The message says what to mend.",
        DeploymentFailed = "What the Gateway is made of could not be written; the message says why. It is tried again.",
        UnsupportedProtocol = "The listener's protocol is not served; use HTTP or HTTPS.",
        HostnameConflict = "Two listeners share port, protocol and hostname; change one of them.",
        NameConflict = "Another model of the same listener has the name and is asked in its place; change one of them.",
        ProtocolConflict = "Two listeners share a port but not the protocol; change one of them.",
        PortUnavailable = "The port cannot be bound; choose another.",
        InvalidCertificateRef = "A certificate is missing or unusable; handshakes fail until it is mended.",
        InvalidClientCertificateRef = "A client certificate towards backends cannot be used; backends see none.",
        InvalidRouteKinds = "allowedRoutes.kinds names a kind that the protocol does not have.",
        RefNotPermitted = "A reference crosses namespaces without a ReferenceGrant; create one.",
        NoMatchingParent = "The parentRef's sectionName or port fits no listener of the Gateway.",
        NotAllowedByListeners = "No listener admits routes of this namespace or kind; see allowedRoutes.",
        NoMatchingListenerHostname = "The route and the listeners have no hostname in common.",
        UnsupportedValue = "A field holds a value that Tidegate does not support; the message names it.",
        IncompatibleFilters = "Two filters of one rule exclude each other; remove one.",
        BackendNotFound = "A backend does not exist; requests for its share get 500.",
        InvalidKind = "A backend has a kind that cannot be referred to; requests for its share get 500.",
        InvalidSecretRef = "A Secret or its key is missing; nothing is sent without it. Other providers of the backend are asked; with none, requests are refused.",
        PartiallyValid = "Some providers or targets are broken and refuse requests; the others are served. Of a policy, some fields or targets have no effect; the rest is in force. The message names them.",
        TranslationError = "The object cannot be served; the message says why.",
        NotSupported = "Tidegate does not support this yet; the message names the fields. Routes to a backend answer 503.",
        RejectedByProxy = "A proxy refused a resource made from this object; its words are in the message.",
        Attached = "Every target leads to a Gateway.",
        Merged = "Another policy comes first for some fields; the message names winner and field.",
        Overridden = "Other policies come first for every field; the message names them.",
        StatusSummarized = "The object reaches more Gateways than its status can list.",
        NotReferenced = "No Gateway of ours reaches the object, so nothing is sent for it.",
    }
}

/// One condition of one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// Type.
    pub kind: ConditionType,
    /// Status.
    pub status: ConditionStatus,
    /// Reason.
    pub reason: Reason,
    /// For humans; empty where the reason says it all.
    pub message: String,
}

// === impl Condition ===

impl Condition {
    /// A condition that holds.
    pub fn holds(kind: ConditionType, reason: Reason) -> Condition {
        Condition {
            kind,
            status: ConditionStatus::True,
            reason,
            message: String::new(),
        }
    }

    /// A condition that fails.
    pub fn fails(kind: ConditionType, reason: Reason, message: impl Into<String>) -> Condition {
        Condition {
            kind,
            status: ConditionStatus::False,
            reason,
            message: message.into(),
        }
    }

    /// The condition with a message.
    #[must_use]
    pub fn saying(self, message: impl Into<String>) -> Condition {
        Condition {
            message: message.into(),
            ..self
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={} {}", self.kind, self.status, self.reason)?;
        if self.message.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.message)
        }
    }
}
