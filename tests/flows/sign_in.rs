//! Signing in.

use crate::support::{App, backends};
use serde_json::json;

const LOGIN: &str = "mutation($e: String!, $p: String!) { login(email: $e, password: $p) { accessToken expiresAt user { id email role } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_password_gives_a_token_and_nothing_else_does() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let session = app.bytes(None, LOGIN, json!({"e": "Admin@ACME.example", "p": "correct horse"})).await;
        let session: serde_json::Value = serde_json::from_str(&session).unwrap();
        let session = &session["data"]["login"];
        assert_eq!(session["user"], json!({"id": user.id, "email": "admin@acme.example", "role": "ADMIN"}));
        let caller = app.engine.keys().verify(session["accessToken"].as_str().unwrap()).unwrap();
        assert_eq!((caller.user, caller.org), (user.id, user.org));
        let wrong = app.bytes(None, LOGIN, json!({"e": "admin@acme.example", "p": "wrong horse"})).await;
        let unknown = app.bytes(None, LOGIN, json!({"e": "nobody@acme.example", "p": "correct horse"})).await;
        assert_eq!(wrong, unknown);
        assert!(wrong.contains("UNAUTHENTICATED"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_not_in_the_schema() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        for field in ["passwordHash", "mfaSecret"] {
            let answer = app.ask(&user, &format!("{{ me {{ {field} }} }}"), json!({})).await;
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains("Unknown field"), "{answer}");
        }
    }
}
