//! Connections that die while they are idle cost nobody an answer.

use crate::support::{App, Backend, backends};
use kontor_domain::store::Location;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_connections_are_replaced() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let app = App::new(Backend::Postgres).await;
    let user = app.user("acme").await;
    let Location::Postgres(url) = &app.database.location else { unreachable!("PostgreSQL was asked for") };
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let create = "mutation($n: String!) { createTag(input: {name: $n}) { name } }";
    let login = "mutation { login(email: \"admin@acme.example\", password: \"correct horse\") { user { email } } }";
    for (n, query) in ["{ tags { totalCount } }", create, login].into_iter().enumerate() {
        let variables = if query == create { json!({"n": n.to_string()}) } else { json!({}) };
        app.data(&user, "{ me { email } }", json!({})).await;
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query(kill).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        app.data(&user, query, variables).await;
        app.engine.store().ping().await.unwrap();
    }
}
