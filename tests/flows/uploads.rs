//! Files: multipart requests in, `/files/{id}` out.

use crate::support::{RESPONSE, Received, Served, backends};
use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use kontor_gateway::http::Options;
use serde_json::{Value, json};
use std::path::PathBuf;

const CREATE: &str = "mutation($i: AttachmentCreateInput!) { createAttachment(input: $i) \
    { id fileName mimeType size checksum url record { ... on Account { name } } } }";
const HELLO_SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A part of a body: its head behind `form-data; `, and its content.
type Part<'p> = (&'p str, &'p [u8]);

fn body(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(format!("--frontier\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    body
}

async fn send(served: &Served, token: Option<&str>, body: impl Into<Body>) -> Received {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=frontier")
        .header(header::ACCEPT, RESPONSE);
    let request = token.into_iter().fold(request, |request, token| request.header(header::AUTHORIZATION, token));
    served.send(request.body(body.into()).unwrap()).await
}

/// Sends parts as the administrator.
async fn upload(served: &Served, parts: &[Part<'_>]) -> Received {
    send(served, Some(&served.bearer("admin")), body(parts)).await
}

async fn account(served: &Served) -> Value {
    let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
    served.app.data(&served.user, create, json!({})).await["createAccount"]["id"].clone()
}

fn operations(account: &Value) -> String {
    let input = json!({"file": null, "recordId": account, "recordType": "Account"});
    json!({"query": CREATE, "variables": {"i": input}}).to_string()
}

/// Every file in the storage.
fn stored(served: &Served) -> Vec<PathBuf> {
    let entries = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let folders = entries(served.app.database.folder.path().join("files"));
    folders.flat_map(entries).collect()
}

async fn download(served: &Served, url: &str, role: &str, range: Option<&str>) -> Received {
    let path = url.strip_prefix("http://kontor.test").unwrap();
    let request = Request::get(path).header(header::AUTHORIZATION, served.bearer(role));
    let request = range.into_iter().fold(request, |request, range| request.header(header::RANGE, range));
    served.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_goes_in_and_comes_out() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let account = account(&served).await;
        let operations = operations(&account);
        let file = "name=\"0\"; filename=\"Grüße.txt\"\r\nContent-Type: text/html; charset=utf-8";
        let parts: [Part<'_>; 3] = [
            ("name=\"operations\"", operations.as_bytes()),
            ("name=\"map\"", br#"{"0": ["variables.i.file"]}"#),
            (file, b"hello"),
        ];
        let answer = upload(&served, &parts).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let created = answer.json()["data"]["createAttachment"].clone();
        let url = created["url"].as_str().unwrap().to_owned();
        assert_eq!(url, format!("http://kontor.test/files/{}", created["id"].as_str().unwrap()));
        let expected = json!({
            "id": created["id"], "fileName": "Grüße.txt", "mimeType": "text/html", "size": 5, "checksum": HELLO_SHA256,
            "url": url, "record": {"name": "Acme"},
        });
        assert_eq!(created, expected, "{backend:?}");
        assert_eq!(stored(&served).len(), 1);

        let whole = download(&served, &url, "admin", None).await;
        assert_eq!((whole.status, &whole.body), (StatusCode::OK, &Bytes::from("hello")));
        assert_eq!(whole.headers[header::CONTENT_TYPE], "text/html");
        let disposition = whole.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(
            disposition.starts_with("attachment; ") && disposition.contains("Gr%C3%BC%C3%9Fe.txt"),
            "{disposition}"
        );
        assert_eq!(whole.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let part = download(&served, &url, "admin", Some("bytes=1-2")).await;
        assert_eq!((part.status, &part.body), (StatusCode::PARTIAL_CONTENT, &Bytes::from("el")));

        let stranger = served.app.user("stranger").await;
        let of_stranger = Served { user: stranger, app: served.app, transport: served.transport };
        assert_eq!(download(&of_stranger, &url, "admin", None).await.code(), "NOT_FOUND", "{backend:?}");
        let anonymous = Request::get(url.strip_prefix("http://kontor.test").unwrap()).body(Body::empty()).unwrap();
        assert_eq!(of_stranger.send(anonymous).await.status, StatusCode::UNAUTHORIZED);
        for other in ["http://kontor.test/files/x", "http://kontor.test/files/00000000-0000-0000-0000-000000000000"] {
            assert_eq!(download(&of_stranger, other, "admin", None).await.status, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mutation_that_fails_leaves_no_file() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let account = account(&served).await;
        let mutation = "mutation($a: AttachmentCreateInput!, $b: AttachmentCreateInput!) { \
                        a: createAttachment(input: $a) { url } b: createAttachment(input: $b) { url } }";
        let input =
            |record: &Value| json!({"file": null, "recordId": record, "recordType": "Account", "fileName": "x"});
        for (second, files) in [(json!("00000000-0000-0000-0000-000000000000"), 0), (account.clone(), 2)] {
            let variables = json!({"a": input(&account), "b": input(&second)});
            let operations = json!({"query": mutation, "variables": variables}).to_string();
            let parts: [Part<'_>; 3] = [
                ("name=\"operations\"", operations.as_bytes()),
                ("name=\"map\"", br#"{"f": ["variables.a.file", "variables.b.file"]}"#),
                ("name=\"f\"; filename=\"a.txt\"", b"hello"),
            ];
            let answer = upload(&served, &parts).await.json();
            assert_eq!(answer["data"].is_null(), files == 0, "{answer}");
            assert_eq!(stored(&served).len(), files, "{backend:?}");
        }
        let total = served.app.data(&served.user, "{ attachments { totalCount } }", json!({})).await;
        assert_eq!(total["attachments"]["totalCount"], 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_elsewhere_is_known_by_its_address() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let account = account(&served).await;
        let create = |more: Value| {
            let mut input = json!({"recordId": account, "recordType": "Account", "fileName": "plan.pdf"});
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"i": input})
        };
        let url = "https://files.example.com/plan.pdf";
        let created =
            served.app.data(&served.user, CREATE, create(json!({"url": url}))).await["createAttachment"].clone();
        assert_eq!((&created["url"], &created["size"]), (&json!(url), &Value::Null), "{backend:?}");
        let id = created["id"].as_str().unwrap();
        let nothing = download(&served, &format!("http://kontor.test/files/{id}"), "admin", None).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        for (wrong, code) in [
            (json!({}), "VALIDATION_FAILED"),
            (json!({"url": null}), "VALIDATION_FAILED"),
            (json!({"url": url, "file": "0"}), "VALIDATION_FAILED"),
            (json!({"file": "0"}), "BAD_USER_INPUT"),
            (json!({"file": 0}), "BAD_USER_INPUT"),
            (json!({"url": url, "checksum": "x"}), "BAD_USER_INPUT"),
        ] {
            let found = served.app.code(&served.user, CREATE, create(wrong.clone())).await;
            assert_eq!(found, code, "{wrong}");
        }
    }
}

/// Files of records that are created with another are kept like others, and none of what is only tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_come_with_nested_records_too() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let create = |how: &str| {
            let query = format!(
                "mutation($i: AccountCreateInput!) {how} {{ createAccount(input: $i) {{ attachments {{ nodes {{ fileName size }} }} }} }}"
            );
            let input = json!({"name": "Acme", "attachments": {"create": [{"file": null}]}});
            json!({"query": query, "variables": {"i": input}}).to_string()
        };
        for (how, kept) in [("@dryRun", 0), ("", 1)] {
            let operations = create(how);
            let parts: [Part<'_>; 3] = [
                ("name=\"operations\"", operations.as_bytes()),
                ("name=\"map\"", br#"{"0": ["variables.i.attachments.create.0.file"]}"#),
                ("name=\"0\"; filename=\"a.txt\"", b"hello"),
            ];
            let answer = upload(&served, &parts).await.json();
            let expected = json!([{"fileName": "a.txt", "size": 5}]);
            assert_eq!(answer["data"]["createAccount"]["attachments"]["nodes"], expected, "{backend:?} {answer}");
            assert_eq!(stored(&served).len(), kept, "{how}");
        }
        let wrong = json!({"name": "Acme", "attachments": {"create": [{"fileName": "x"}]}});
        let query = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
        let answer = served.app.ask(&served.user, query, json!({"i": wrong})).await;
        let path = &answer["errors"][0]["extensions"]["violations"][0]["path"];
        assert_eq!(*path, json!(["input", "attachments", 0, "file"]), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_a_file_needs_no_upload() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let account = account(&served).await;
        let input = json!({"recordId": account, "recordType": "Account", "url": "https://x.example/", "fileName": "a"});
        let created = served.app.data(&served.user, CREATE, json!({"i": input})).await;
        let update = "mutation($id: ID!) { updateAttachment(id: $id, input: {fileName: \"b\"}) { fileName } }";
        let id = created["createAttachment"]["id"].clone();
        let updated = served.app.data(&served.user, update, json!({"id": id})).await;
        assert_eq!(updated["updateAttachment"]["fileName"], "b", "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_multipart_request_is_refused() {
    let served =
        Served::new(crate::support::Backend::Sqlite, Options { body_limit: 5_000, ..Options::default() }).await;
    let account = account(&served).await;
    let operations = operations(&account);
    let o: Part<'_> = ("name=\"operations\"", operations.as_bytes());
    let m: Part<'_> = ("name=\"map\"", br#"{"0": ["variables.i.file"]}"#);
    let f: Part<'_> = ("name=\"0\"; filename=\"a\"", b"x");
    let large = vec![b'x'; 300_001];
    let long = vec![b' '; 5_001];
    let cases: [(&[Part<'_>], StatusCode, &str); 15] = [
        (&[], StatusCode::BAD_REQUEST, "`operations`, then `map`"),
        (&[m, o, f], StatusCode::BAD_REQUEST, "`operations`, then `map`"),
        (&[o, f], StatusCode::BAD_REQUEST, "`operations`, then `map`"),
        (&[o, m], StatusCode::BAD_REQUEST, "is missing"),
        (&[o, m, f, f], StatusCode::BAD_REQUEST, "two files"),
        (&[o, m, ("name=\"1\"", b"x")], StatusCode::BAD_REQUEST, "says nothing of the file `1`"),
        (&[o, m, ("filename=\"1\"", b"x")], StatusCode::BAD_REQUEST, "says nothing"),
        (&[("name=\"operations\"", b"{"), m, f], StatusCode::BAD_REQUEST, "`operations` is not JSON"),
        (&[("name=\"operations\"", b"[]"), m, f], StatusCode::BAD_REQUEST, "batches"),
        (&[o, ("name=\"map\"", b"{"), f], StatusCode::BAD_REQUEST, "`map` is not JSON"),
        (&[o, ("name=\"map\"", b"[]"), f], StatusCode::BAD_REQUEST, "`map` must be"),
        (&[o, ("name=\"map\"", br#"{"0": ["variables.x"]}"#), f], StatusCode::BAD_REQUEST, "leads to no `null`"),
        (
            &[o, ("name=\"map\"", br#"{"0":[""],"1":[""],"2":[""],"3":[""]}"#)],
            StatusCode::PAYLOAD_TOO_LARGE,
            "at most 3",
        ),
        (&[o, m, ("name=\"0\"", &large)], StatusCode::PAYLOAD_TOO_LARGE, "files.size_limit"),
        (&[("name=\"operations\"", &long), m, f], StatusCode::PAYLOAD_TOO_LARGE, "server.body_limit"),
    ];
    for (parts, status, expected) in cases {
        let answer = upload(&served, parts).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(expected), "{expected}: {}", answer.text());
        assert!(stored(&served).is_empty(), "{expected}");
    }
    let anonymous = send(&served, None, body(&[o, m, f])).await;
    assert_eq!((anonymous.status, anonymous.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    let cut = body(&[o, m, f]);
    let cut = send(&served, Some(&served.bearer("admin")), cut[..cut.len() - 20].to_vec()).await;
    assert_eq!(cut.status, StatusCode::BAD_REQUEST, "{}", cut.text());
    let endless = format!("--frontier\r\nContent-Disposition: {}", "x".repeat(200_000));
    let endless = send(&served, Some(&served.bearer("admin")), endless).await;
    assert!(endless.text().contains("head of a part is too long"), "{}", endless.text());
    assert!(stored(&served).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_removes_what_a_crash_has_left() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let account = account(&served).await;
        let operations = operations(&account);
        let parts: [Part<'_>; 3] = [
            ("name=\"operations\"", operations.as_bytes()),
            ("name=\"map\"", br#"{"0": ["variables.i.file"]}"#),
            ("name=\"0\"; filename=\"a\"", b"hello"),
        ];
        upload(&served, &parts).await;
        let [kept] = &stored(&served)[..] else { panic!("one file was uploaded") };
        let folder = kept.parent().unwrap();
        let name = || uuid::Uuid::now_v7().to_string();
        let lost = [folder.join(name()), folder.join("../incoming").join(name())];
        let young = folder.join(name());
        let yesterday = std::time::SystemTime::now() - std::time::Duration::from_secs(100_000);
        for path in lost.iter().chain([&young]) {
            std::fs::write(path, "lost").unwrap();
        }
        for path in lost.iter().chain([kept]) {
            std::fs::File::options().write(true).open(path).unwrap().set_modified(yesterday).unwrap();
        }
        assert_eq!(served.app.engine.sweep_files().await.unwrap(), 2, "{backend:?}");
        assert!(kept.exists() && young.exists() && lost.iter().all(|path| !path.exists()));
    }
}
