//! Connections that die while they are idle cost nobody an answer.

use super::feeds::{next, subscribe};
use crate::support::{App, Backend, backends};
use kontor_domain::store::Location;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

/// Ends all connections to a database, as its restart would.
pub(super) async fn terminate_connections(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let terminate = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(terminate).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_connections_are_replaced() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let app = App::new(Backend::Postgres).await;
    let user = app.user("acme").await;
    let Location::Postgres(url) = &app.database.location else { unreachable!("PostgreSQL was asked for") };
    let create = "mutation($n: String!) { createTag(input: {name: $n}) { name } }";
    let login = "mutation { login(email: \"admin@acme.example\", password: \"correct horse\") { user { email } } }";
    for (n, query) in ["{ tags { totalCount } }", create, login].into_iter().enumerate() {
        let variables = if query == create { json!({"n": n.to_string()}) } else { json!({}) };
        app.data(&user, "{ me { email } }", json!({})).await;
        terminate_connections(url).await;
        app.data(&user, query, variables).await;
        app.engine.store().ping().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_go_on_when_the_database_has_ended_their_connections() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let app = App::new(Backend::Postgres).await;
    let user = app.user("acme").await;
    let Location::Postgres(url) = &app.database.location else { unreachable!("PostgreSQL was asked for") };
    let query = "subscription { accountEvents { after } }";
    let mut feed = subscribe(&app.engine, &user, query, json!({})).await.unwrap();
    for name in ["One", "Two", "Three"] {
        terminate_connections(url).await;
        let create = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
        app.data(&user, create, json!({"n": name})).await;
        assert_eq!(next(&mut feed).await["after"]["name"], name);
    }
}
