//! What is kept is told again, and what is not is unknown.

use http::request::Parts;
use http::{Method, Request};
use serde_json::{Value, json};

use super::{Kept, MOST, Resource};
use crate::asked::Asked;
use crate::demand::Wishes;
use crate::reply::Reply;

const LINE: &str =
    r#"{"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"m","input":"x"}}"#;

fn parts(method: Method, path: &str, kind: &str) -> Parts {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", kind).body(());
    request.expect("a request").into_parts().0
}

fn ask(kept: &mut Kept, method: Method, path: &str, body: &str) -> Option<Value> {
    let kind = match body.starts_with("--") {
        true => "multipart/form-data; boundary=a",
        false => "application/json",
    };
    let parts = parts(method, path, kind);
    let resource = Resource::of_path(parts.uri.path()).expect("a resource");
    assert!(resource.takes(&parts.method), "{path}");
    let asked = kept.answer(&resource, &parts, body.as_bytes(), 7).ok()?;
    Some(asked.body)
}

fn upload(kept: &mut Kept, purpose: &str, text: &str) -> Option<String> {
    let form = format!(
        "--a\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n\
         --a\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.jsonl\"\r\n\r\n{text}\r\n--a--\r\n"
    );
    let told = ask(kept, Method::POST, "/files", &form)?;
    Some(told["id"].as_str().expect("an id").to_owned())
}

#[test]
fn a_file_is_there_until_it_is_deleted() {
    let mut kept = Kept::default();
    assert_eq!(upload(&mut kept, "poetry", "x"), None);
    let ids: Vec<String> = ["batch", "vision", "batch"]
        .iter()
        .filter_map(|purpose| upload(&mut kept, purpose, "x"))
        .collect();
    let list = ask(&mut kept, Method::GET, "/files?purpose=batch&limit=1", "").expect("a page");
    assert_eq!(
        (&list["data"][0]["id"], &list["has_more"]),
        (&json!(ids[2]), &json!(true))
    );
    let after = format!("/files?purpose=batch&after={}", ids[2]);
    let list = ask(&mut kept, Method::GET, &after, "").expect("a page");
    assert_eq!(list["data"][0]["id"], json!(ids[0]));
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(ask(&mut kept, Method::GET, "/files?page=2", ""), None);
    let path = format!("/files/{}", ids[0]);
    assert!(ask(&mut kept, Method::GET, &path, "").is_some());
    let told = ask(&mut kept, Method::DELETE, &path, "").expect("deleted");
    assert_eq!(told["deleted"], true);
    assert_eq!(ask(&mut kept, Method::GET, &path, ""), None);
    for _ in 0..MOST {
        upload(&mut kept, "vision", "x");
    }
    assert_eq!(kept.files.len(), MOST);
}

#[test]
fn a_batch_has_a_file_of_requests() {
    let mut kept = Kept::default();
    let other = upload(&mut kept, "vision", LINE).expect("kept");
    let twice = upload(&mut kept, "batch", &format!("{LINE}\n{LINE}")).expect("kept");
    let file = upload(&mut kept, "batch", &format!("{LINE}\n")).expect("kept");
    let body = |file: &str, endpoint: &str| {
        json!({"input_file_id": file, "endpoint": endpoint, "completion_window": "24h"}).to_string()
    };
    for wrong in [
        body(&other, "/v1/responses"),
        body(&twice, "/v1/responses"),
        body(&file, "/v1/embeddings"),
        body("file-x", "/v1/responses"),
        "{}".to_owned(),
    ] {
        assert_eq!(
            ask(&mut kept, Method::POST, "/batches", &wrong),
            None,
            "{wrong}"
        );
    }
    let right = body(&file, "/v1/responses");
    let batch = ask(&mut kept, Method::POST, "/batches", &right).expect("started");
    assert_eq!(batch["request_counts"]["total"], 1);
    let path = format!("/batches/{}", batch["id"].as_str().expect("an id"));
    assert_eq!(ask(&mut kept, Method::GET, &path, ""), Some(batch));
    let told = ask(&mut kept, Method::POST, &format!("{path}/cancel"), "").expect("cancelled");
    assert_eq!(told["status"], "cancelling");
}

#[test]
fn a_response_is_kept_unless_it_shall_not_be() {
    let mut kept = Kept::default();
    for (number, store) in [(1, json!(true)), (2, json!(false)), (3, Value::Null)] {
        let mut asked = Asked::new("m");
        asked.body = json!({"input": "hello tide", "store": store});
        kept.keep(&asked, &Reply::new(&asked, &Wishes::default(), number, 1));
    }
    let of = |kept: &mut Kept, path: &str| ask(kept, Method::GET, path, "");
    let told = of(&mut kept, "/responses/resp_mock_1").expect("kept");
    assert_eq!(told["id"], "resp_mock_1");
    assert_eq!(of(&mut kept, "/responses/resp_mock_2"), None);
    let items = of(&mut kept, "/responses/resp_mock_3/input_items?limit=2").expect("kept");
    assert_eq!(items["data"][0]["content"][0]["text"], "hello tide");
    assert_eq!(of(&mut kept, "/responses/resp_mock_1?stream=true"), None);
    let cancel = ask(&mut kept, Method::POST, "/responses/resp_mock_1/cancel", "");
    assert_eq!(cancel, None);
    let deleted = ask(&mut kept, Method::DELETE, "/responses/resp_mock_1", "");
    assert_eq!(deleted.expect("deleted")["deleted"], true);
    assert_eq!(of(&mut kept, "/responses/resp_mock_1"), None);
}
