//! A DNS server that answers every question for an A record, in place of CoreDNS.
//!
//! Must not know Kubernetes. Invariant: whatever arrives, it goes on answering.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

/// From the range for documentation: nobody has it.
const ANSWER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);

/// What is known about a name.
pub(crate) enum Found {
    Addresses(Vec<Ipv4Addr>),
    NoSuchName,
}

/// Serves until it is stopped.
pub(crate) async fn stub(listen: SocketAddr) -> Result<()> {
    let socket = UdpSocket::bind(listen)
        .await
        .with_context(|| format!("{listen} (UDP) cannot be bound"))?;
    tracing::info!(%listen, "answering DNS");
    serve(socket, |_| Found::Addresses(vec![ANSWER])).await
}

/// Answers each question with what `find` says about its name (lower case, no dot at the end).
pub(crate) async fn serve(socket: UdpSocket, find: impl Fn(&str) -> Found) -> Result<()> {
    let mut buffer = vec![0; 4096];
    loop {
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else {
            // A client that is gone is reported on the server's socket.
            continue;
        };
        let question = buffer.get(..length).unwrap_or_default();
        if let Some(answer) = answer(question, &find) {
            let _ = socket.send_to(&answer, peer).await;
        }
    }
}

fn answer(question: &[u8], find: impl Fn(&str) -> Found) -> Option<Vec<u8>> {
    let question = Message::from_vec(question).ok()?;
    if question.metadata.message_type != MessageType::Query {
        return None;
    }
    let query = question.queries.first()?.clone();
    let mut reply = Message::new(
        question.metadata.id,
        MessageType::Response,
        question.metadata.op_code,
    );
    reply.metadata.authoritative = true;
    reply.metadata.recursion_desired = question.metadata.recursion_desired;
    reply.metadata.recursion_available = true;
    let name = query.name().to_ascii().to_ascii_lowercase();
    match find(name.trim_end_matches('.')) {
        Found::NoSuchName => reply.metadata.response_code = ResponseCode::NXDomain,
        Found::Addresses(addresses) if query.query_type() == RecordType::A => {
            for address in addresses {
                let record = Record::from_rdata(query.name().clone(), 5, RData::A(A(address)));
                reply.add_answer(record);
            }
        }
        // The name exists and has no record of this type.
        Found::Addresses(_) => {}
    }
    reply.add_query(query);
    reply.to_vec().ok()
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::Query;
    use hickory_proto::rr::Name;

    use super::*;

    fn ask(name: &str, kind: RecordType) -> Message {
        let mut question = Message::query();
        question.add_query(Query::query(Name::from_ascii(name).expect("a name"), kind));
        let bytes = question.to_vec().expect("encodes");
        let find = |name: &str| match name {
            "web.shop.svc" => Found::Addresses(vec![ANSWER]),
            _ => Found::NoSuchName,
        };
        Message::from_vec(&answer(&bytes, find).expect("an answer")).expect("decodes")
    }

    #[test]
    fn known_names_have_addresses() {
        let reply = ask("WEB.shop.svc.", RecordType::A);
        assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
        assert!(matches!(reply.answers[0].data, RData::A(A(ANSWER))));
        assert_eq!(reply.queries.len(), 1);
    }

    #[test]
    fn other_types_are_empty_and_other_names_are_not_there() {
        assert!(ask("web.shop.svc.", RecordType::AAAA).answers.is_empty());
        let reply = ask("nowhere.", RecordType::A);
        assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain);
    }

    #[test]
    fn noise_gets_no_answer() {
        assert!(answer(b"", |_| Found::NoSuchName).is_none());
        assert!(answer(&[0xff; 40], |_| Found::NoSuchName).is_none());
    }
}
