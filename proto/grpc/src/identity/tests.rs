//! Who is let in, as tables; the judges of other kinds of tokens are stood in for.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tonic::metadata::MetadataMap;
use tonic::{Code, Extensions, Request, Status};

use super::{Authenticate, Caller, Denied, Guard, Identity, Presented, Purpose, Rights};
use crate::certificate::PeerCertificate;
use crate::token::{GatewayName, RunSecret, Subject};

/// Judges every token that is not ours, as an API server does.
struct Reviewer;

#[tonic::async_trait]
impl Authenticate for Reviewer {
    async fn identify(
        &self,
        caller: &Caller,
        purpose: Purpose,
    ) -> Result<Option<Identity>, Denied> {
        let identity = |rights| {
            Ok(Some(Identity {
                rights,
                expires_at: None,
            }))
        };
        match (caller.token.as_ref().map(Presented::expose), purpose) {
            (None, _) => Ok(None),
            (Some("away"), _) => Err(Denied::Unavailable("the API server is away".to_owned())),
            (Some("account"), Purpose::Stream) => identity(Rights::gateway(name("a", "b"))),
            (Some("account"), Purpose::Admin) => identity(Rights::Viewer),
            (Some("other"), _) => Err(Denied::Forbidden("of no Gateway".to_owned())),
            (Some(_), _) => Err(Denied::Unauthenticated),
        }
    }
}

fn name(namespace: &str, name: &str) -> GatewayName {
    GatewayName {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

fn secret() -> RunSecret {
    RunSecret::new([7; 32])
}

fn guard() -> Guard {
    Guard::new([
        Arc::new(secret()) as Arc<dyn Authenticate>,
        Arc::new(Reviewer),
    ])
}

fn caller(authorization: &str) -> Caller {
    let mut metadata = MetadataMap::new();
    metadata.insert("authorization", authorization.parse().expect("value"));
    Caller::of(&Request::from_parts(metadata, Extensions::new(), ()))
}

#[track_caller]
fn check(caller: &Caller, purpose: Purpose, expected: Result<Rights, Code>) {
    let mut found = block_on(guard().identify(caller, purpose));
    let found = found
        .as_mut()
        .map(|identity| identity.rights.clone())
        .map_err(|denied| Status::from(denied.clone()).code());
    assert_eq!(found, expected);
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("runtime")
        .block_on(future)
}

#[test]
fn tokens_of_this_run() {
    let subject = Subject::gateway("a", "b");
    let token = secret().mint(&subject);
    let ours = Ok(Rights::gateway(name("a", "b")));
    let bearer = |token: &str| caller(&format!("Bearer {token}"));
    check(&bearer(&token), Purpose::Stream, ours.clone());
    check(
        &caller(&format!("bearer  {token}")),
        Purpose::Stream,
        ours.clone(),
    );
    let admin = secret().mint(&Subject::Admin);
    check(&bearer(&admin), Purpose::Admin, Ok(Rights::Operator));
    let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    let timed = |end| bearer(&secret().mint_until(&subject, end));
    check(&timed(now + minute), Purpose::Stream, ours);
    let refused = Err(Code::Unauthenticated);
    check(&timed(now - minute), Purpose::Stream, refused.clone());
    check(&timed(now), Purpose::Stream, refused.clone());
    let others = RunSecret::new([8; 32]).mint(&subject);
    check(&bearer(&others), Purpose::Stream, refused.clone());
    check(&caller(&token), Purpose::Stream, refused.clone());
    check(
        &caller(&format!("Basic {token}")),
        Purpose::Stream,
        refused.clone(),
    );
    check(&caller("Bearer "), Purpose::Stream, refused.clone());
    check(&Caller::default(), Purpose::Stream, refused);
}

#[test]
fn tokens_of_others_are_judged_by_others() {
    let bearer = |token: &str| caller(&format!("Bearer {token}"));
    let own = Ok(Rights::gateway(name("a", "b")));
    check(&bearer("account"), Purpose::Stream, own);
    check(&bearer("account"), Purpose::Admin, Ok(Rights::Viewer));
    let stream = |token, code| check(&bearer(token), Purpose::Stream, Err(code));
    stream("other", Code::PermissionDenied);
    stream("forged", Code::Unauthenticated);
    // Who cannot be judged now is asked to come again, and not let in.
    stream("away", Code::Unavailable);
}

#[test]
fn what_is_presented_does_not_print() {
    let caller = Caller {
        certificate: Some(PeerCertificate {
            uris: Arc::from(["tidegate://gateway/a/b".to_owned()]),
            expires_at: SystemTime::UNIX_EPOCH,
        }),
        ..caller("Bearer very-secret")
    };
    let printed = format!("{caller:?}");
    assert!(!printed.contains("very-secret"), "{printed}");
    assert!(printed.contains("tidegate://gateway/a/b"), "{printed}");
}
