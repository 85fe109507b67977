//! `/status`: which metadata are served, since when, and how loading them went last.
//!
//! Everybody is told what a deployment or a page has to know: whether the packages are served, their version and hash.
//! Administrators are told the rest: the diagnostics quote the files, and the version of the program helps who looks for
//! a weakness. In development so is whoever asks from the same machine.

use super::{Shared, graphql, request, serve::Peer};
use crate::{engine::Asker, error, packages::Status};
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use kontor_domain::column::Dialect;
use serde_json::{Value, json};
use std::net::IpAddr;

/// Headers that tell of a proxy in between.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// Tells how the server is; as text to browsers, else as JSON.
pub(super) async fn get(State(shared): State<Shared>, peer: Option<Extension<Peer>>, headers: HeaderMap) -> Response {
    let is_local = peer.as_ref().is_some_and(|Extension(peer)| is_local(peer.address, &headers));
    let asker = match request::asker(&headers, shared.engine.keys(), true) {
        Ok(asker) => Asker { address: graphql::address(&shared, &headers, peer.as_deref()), ..asker },
        Err(malformed) => return graphql::refused(malformed, graphql::JSON),
    };
    if let Err(error) = shared.engine.charge(&asker, 1) {
        return graphql::too_many(error, graphql::JSON);
    }
    let Some(packages) = shared.engine.packages() else { return StatusCode::NOT_FOUND.into_response() };
    let status = packages.status();
    let administers = match &asker.caller {
        Some(caller) => shared.engine.may_administer(caller).await.unwrap_or_else(|error| {
            tracing::warn!(error = error::chain(&error), "whether an administrator asks for the status is not known");
            false
        }),
        None => false,
    };
    let database = match shared.engine.store().dialect() {
        Dialect::Postgres => "PostgreSQL",
        Dialect::Sqlite => "SQLite",
    };
    let told = tell(&status, database, administers || (status.watching && is_local));
    let head = [(header::CACHE_CONTROL, "no-store"), (header::VARY, "Accept, Authorization")];
    let accepts_html = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts_html.is_some_and(|accepted| accepted.contains("text/html")) {
        return (head, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text(&told)).into_response();
    }
    (head, Json(told)).into_response()
}

/// Whether a person at the same machine asks: over no proxy, and by no name that somebody else's page could have given
/// this address.
fn is_local(address: IpAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    address.is_loopback()
        && (name == "localhost" || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback()))
        && !FORWARDED.iter().any(|name| headers.contains_key(HeaderName::from_static(name)))
}

fn tell(status: &Status, database: &str, all: bool) -> Value {
    let mut told = json!(status);
    if all {
        told["version"] = json!(env!("CARGO_PKG_VERSION"));
        told["database"] = json!(database);
    } else if let Some(reload) = told["lastReload"].as_object_mut() {
        reload.retain(|key, _| matches!(key.as_str(), "at" | "ok"));
    }
    told
}

/// The same for people.
fn text(told: &Value) -> String {
    let part = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut text = match told["state"].as_str() {
        Some("broken") => "The packages cannot be used as they are: those before are served.\n".to_owned(),
        Some("outdated") => "The packages here do not make what another server has made of the database.\n".to_owned(),
        _ => "The packages are served.\n".to_owned(),
    };
    let served = &told["metadata"];
    let mut line = |name: &str, value: String| text.push_str(&format!("\n{name:<12}{value}"));
    line("metadata", format!("version {}, {}", served["version"], part(&served["hash"])));
    line("since", part(&served["since"]));
    if let Some(version) = told["version"].as_str() {
        line("kontor", version.to_owned());
        line("database", part(&told["database"]));
    }
    let reload = &told["lastReload"];
    if reload.is_object() {
        line("reloaded", format!("{}, {}", part(&reload["at"]), if reload["ok"] == true { "ok" } else { "failed" }));
    }
    for change in reload["changes"].as_array().into_iter().flatten() {
        text.push_str(&format!("\n  {}", part(change)));
    }
    if let Some(problems) = reload["problems"].as_str() {
        text.push_str(&format!("\n\n{}", problems.trim_end()));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::{Reload, Served, State as Standing};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_who_is_at_the_machine_is_local() {
        let here = "127.0.0.1".parse().unwrap();
        assert!(is_local(here, &headers(&[("host", "localhost:8080")])));
        assert!(is_local("::1".parse().unwrap(), &headers(&[("host", "[::1]:8080")])));
        assert!(!is_local(here, &headers(&[("host", "evil.example:8080")])));
        assert!(!is_local(here, &headers(&[("host", "localhost"), ("x-forwarded-for", "192.0.2.1")])));
        assert!(!is_local("192.0.2.1".parse().unwrap(), &headers(&[("host", "localhost")])));
    }

    #[test]
    fn only_who_may_know_is_told_the_diagnostics() {
        let status = Status {
            state: Standing::Broken,
            metadata: Served { version: 3, hash: "ab".to_owned(), since: "2026-01-01T00:00:00Z".to_owned() },
            last_reload: Some(Reload {
                at: "2026-01-02T00:00:00Z".to_owned(),
                ok: false,
                changes: Vec::new(),
                problems: Some("secret.yaml:1:1".to_owned()),
            }),
            watching: true,
        };
        let (all, some) = (tell(&status, "SQLite", true), tell(&status, "SQLite", false));
        assert_eq!(all["lastReload"]["problems"], "secret.yaml:1:1");
        assert!(text(&all).contains("secret.yaml:1:1"));
        assert_eq!(some["lastReload"], json!({"at": "2026-01-02T00:00:00Z", "ok": false}));
        assert_eq!(
            (&some["version"], &some["database"], &some["state"]),
            (&Value::Null, &Value::Null, &json!("broken"))
        );
    }
}
