//! Requests that are too much before they are any GraphQL.

use crate::client;
use serde_json::json;
use std::fmt::Write as _;

/// All of them.
pub(super) fn all(token: &str) -> Vec<(&'static str, Vec<u8>)> {
    let authorization = format!("authorization: Bearer {token}\r\n");
    let typename = json!({"query": "{ __typename }"});
    let batch = serde_json::Value::Array(vec![typename; 5_000]).to_string();
    let gzip = "content-encoding: gzip\r\n";
    let encoded = |query: &str| query.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    vec![
        ("a batch of 5,000", client::post("/graphql", Some(token), &batch)),
        ("a body of 50 MB, announced", announced()),
        ("a body of 50 MB, in chunks", chunked(50_000, 1_000)),
        ("a body of 1 MB in chunks of one byte", chunked(1, 1_100_000)),
        ("a body that says it is compressed", client::post_with("/graphql", gzip, &"\u{1f}".repeat(1_000_000))),
        ("JSON, 500,000 levels deep", client::post("/graphql", None, &format!("{{\"query\": {}", "[".repeat(500_000)))),
        (
            "JSON of 500,000 values",
            client::post("/graphql", None, &format!("{{\"variables\": [{}0]}}", "0,".repeat(500_000))),
        ),
        ("a document in the URL, 100 kB", get(&format!("/graphql?query={}", encoded(&"a ".repeat(16_000))), "")),
        ("a head of 200 kB", get("/graphql", &format!("x-a: {}\r\n", "x".repeat(200_000)))),
        ("a head of 1,000 lines", get("/graphql", &"x-a: b\r\n".repeat(1_000))),
        ("parameters of the URL, 20,000", get(&format!("/graphql?{}", "a=b&".repeat(20_000)), "")),
        (
            "a token of 100 kB",
            get("/graphql?query=%7Ba%7D", &format!("authorization: Bearer {}\r\n", "x.".repeat(50_000))),
        ),
        ("a form of 20,000 parts", form(&authorization, 20_000, "")),
        ("a form of 20,000 parts, of nobody", form("", 20_000, "")),
        ("a form with a map of 60,000 places", form(&authorization, 0, &"\"variables.a.b.c.d\",".repeat(40_000))),
        ("a part with a head of 1 MB", form_head(&authorization)),
    ]
}

fn get(path: &str, head: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n{head}\r\n").into_bytes()
}

fn announced() -> Vec<u8> {
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50000000\r\n\r\n";
    let mut request = head.as_bytes().to_vec();
    request.resize(request.len() + 50_000_000, b'x');
    request
}

fn chunked(size: usize, count: usize) -> Vec<u8> {
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{size:x}\r\n{}\r\n", "x".repeat(size));
    let mut request = head.as_bytes().to_vec();
    for _ in 0..count {
        request.extend_from_slice(chunk.as_bytes());
    }
    request
}

const BOUNDARY: &str = "----kontor";

fn form(authorization: &str, parts: usize, places: &str) -> Vec<u8> {
    let mut body = String::new();
    let mut part = |name: &str, text: &str| {
        let _ = write!(body, "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
    };
    part("operations", "{\"query\": \"mutation($a: Upload!) { __typename }\", \"variables\": {\"a\": null}}");
    part("map", &format!("{{\"0\": [{places}\"variables.a\"]}}"));
    (0..parts).for_each(|n| part(&n.to_string(), "x"));
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    multipart(authorization, &body)
}

fn form_head(authorization: &str) -> Vec<u8> {
    let name = "x".repeat(1_000_000);
    let body =
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{{}}\r\n--{BOUNDARY}--\r\n");
    multipart(authorization, &body)
}

fn multipart(authorization: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\n{authorization}content-type: multipart/form-data; boundary={BOUNDARY}\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
