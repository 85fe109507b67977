//! Nothing secret is in a log, whatever is logged.

use crate::support::{Answer, Backend, Database, Output, Place, Served, backends};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

const PASSWORD: &str = "correct horse battery";
const WRONG: &str = "wrong mule accumulator";
const OF_DATABASE: &str = "password-of-the-database";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_logged() {
    for backend in backends() {
        for format in ["text", "json"] {
            let place = Place::new();
            let database = Database::new(backend, &place);
            // Whom the server trusts it asks for no password.
            let url = match backend {
                Backend::Postgres => with_password(&database.url),
                _ => database.url.clone(),
            };
            let create = ["user", "create", "--email", "ada@example.com", "--org", "acme", "--database", &url];
            let created =
                Output::of(place.command(&create).env("KONTOR_USER_PASSWORD", PASSWORD).env("KONTOR_LOG", "trace"));
            let told = created.stderr.clone() + &created.success();
            let settings = [("KONTOR_LOG", "trace"), ("KONTOR_LOG_FORMAT", format)];
            let served = Served::start_with(&place, &["--database", &url], &settings);
            let mut secrets = used(&served).await;
            let greeting = served.greeting.clone();
            for file in ["data/signing-key", "data/encryption-key"] {
                let key = std::fs::read_to_string(place.path(file)).unwrap();
                secrets.extend(
                    key.lines().filter(|line| line.len() > 20).map(|line| ("a key of a file", line.to_owned())),
                );
            }
            let log = served.log();
            assert!(log.contains("TRACE") && log.contains("/graphql"), "there is a log: {log}");
            for (what, secret) in secrets {
                for text in [&log, &told, &greeting] {
                    assert!(!text.contains(&secret), "{backend:?}: {what} is logged");
                }
            }
        }
    }
}

/// Signs in and uses all that there is to be kept secret; gives it.
async fn used(served: &Served) -> Vec<(&'static str, String)> {
    let ask =
        |token: Option<&str>, query: &str, variables: Value| Answer::graphql(&served.address, token, query, &variables);
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned();
    let login =
        "mutation($p: String!) { login(email: \"ada@example.com\", password: $p) { accessToken refreshToken } }";
    ask(None, login, json!({"p": WRONG}));
    ask(None, &login.replace("$p: String!", "$x: Int").replace("$p", &format!("\"{WRONG}\"")), json!({}));
    let opened = ask(None, login, json!({"p": PASSWORD}))["data"]["login"].clone();
    let (access, refresh) = (text(&opened["accessToken"]), text(&opened["refreshToken"]));
    let renew = "mutation($t: String!) { refreshToken(refreshToken: $t) { accessToken refreshToken } }";
    let renewed = ask(None, renew, json!({"t": refresh}))["data"]["refreshToken"].clone();
    let (access_2, refresh_2) = (text(&renewed["accessToken"]), text(&renewed["refreshToken"]));
    let key = ask(Some(&access_2), "mutation { createApiKey(name: \"x\", role: ADMIN) { key } }", json!({}));
    let key = text(&key["data"]["createApiKey"]["key"]);
    let told = ask(Some(&key), "{ __typename }", json!({}));
    assert!(told["data"]["__typename"] == "Query" || told["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED");
    ask(Some(&access), "mutation { requestPasswordReset(email: \"ada@example.com\") }", json!({}));
    let second =
        ask(Some(&access_2), "mutation($p: String!) { enrolTotp(password: $p) { secret } }", json!({"p": PASSWORD}));
    let mut request = format!("ws://{}/graphql", served.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let stream = TcpStream::connect(&served.address).await.unwrap();
    let (mut socket, _) = client_async(request, stream).await.unwrap();
    let init = json!({"type": "connection_init", "payload": {"token": access_2}}).to_string();
    let query = json!({"type": "subscribe", "id": "1", "payload": {"query": login, "variables": {"p": PASSWORD}}});
    for message in [init, query.to_string()] {
        socket.send(Message::text(message)).await.unwrap();
    }
    let mut heard = String::new();
    while !heard.contains("\"complete\"") {
        heard = socket.next().await.unwrap().unwrap().into_text().unwrap().to_string();
    }
    let mut secrets = vec![
        ("a password", PASSWORD.to_owned()),
        ("a wrong password", WRONG.to_owned()),
        ("the password of the database", OF_DATABASE.to_owned()),
        ("an access token", access),
        ("an access token", access_2),
        ("a refresh token", refresh),
        ("a refresh token", refresh_2),
        ("an API key", key),
    ];
    secrets.extend(second["data"]["enrolTotp"]["secret"].as_str().map(|s| ("a second factor", s.to_owned())));
    secrets
}

fn with_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (user, place) = rest.split_once('@').unwrap_or(("postgres", rest));
    let user = user.split(':').next().unwrap();
    format!("{scheme}://{user}:{OF_DATABASE}@{place}")
}
