//! The limit: what a shape costs when nothing stands between HTTP and the database. A bare axum handler for each shape
//! sends one statement written by hand over a held connection and writes the JSON of the rows by hand.
//!
//! It knows neither users nor rights nor other shapes, and leaves out what Kontor cannot. Its statements keep the same
//! promises: the organisation, deleted rows, links within the organisation.

mod cells;
mod feeds;
mod json;
mod postgres;
mod replay;
mod sql;
mod sqlite;
mod writes;

use crate::{data::Kind, failure::Failure};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Deserialize;
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;
use writes::Write;

/// The account of an id.
#[derive(Deserialize)]
struct ById {
    id: Uuid,
}

/// Leads of a status and a least score.
#[derive(Deserialize)]
struct List {
    status: String,
    score: i32,
}

/// Accounts of an industry with their contacts and the activities of those.
#[derive(Deserialize)]
struct Nested {
    industry: String,
}

/// Opportunities from a date on with three relations.
#[derive(Deserialize)]
struct Joined {
    date: String,
}

/// Contacts of accounts with a text in their name.
#[derive(Deserialize)]
struct Search {
    text: String,
}

/// Stages with their opportunities of a least amount.
#[derive(Deserialize)]
struct Group {
    least: sqlx::types::Decimal,
}

/// New accounts.
#[derive(Deserialize)]
struct Bulk {
    names: Vec<String>,
}

/// Accounts behind one, by name.
#[derive(Deserialize)]
struct Deep {
    name: String,
    id: Uuid,
}

/// Whom the limit works for: found once, where Kontor reads it from the token of each request.
#[derive(Debug, Clone, Copy)]
struct Caller {
    org: Uuid,
    user: Uuid,
}

/// A handler per shape over one kind of database.
trait Limit: Send + Sync + 'static {
    fn by_id(&self, asked: ById) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    fn list(&self, asked: List) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    fn nested(&self, asked: Nested) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    fn joined(&self, asked: Joined) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    fn search(&self, asked: Search) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    fn group(&self, asked: Group) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    fn deep(&self, asked: Deep) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    fn bulk(&self, asked: Bulk) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
    /// A write that was recorded.
    fn write(&self, shape: &'static str, asked: Write) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
}

/// What the limit sends for a shape.
pub(crate) fn statements(shape: &str, database: Kind) -> &'static [&'static str] {
    match (shape, database) {
        ("by_id", _) => &[sql::BY_ID],
        ("list", _) => &[sql::LIST],
        ("nested", Kind::Postgres) => &[sql::NESTED],
        ("nested", Kind::Sqlite) => &[sql::NESTED_ACCOUNTS, sql::NESTED_CONTACTS, sql::NESTED_ACTIVITIES],
        ("joined", _) => &[sql::JOINED],
        ("search", Kind::Postgres) => &[sql::SEARCH],
        ("search", Kind::Sqlite) => &[sql::SEARCH_SQLITE],
        ("group", _) => &[sql::GROUP],
        ("bulk", Kind::Postgres) => &[writes::BULK],
        ("bulk", Kind::Sqlite) => &["INSERT INTO accounts (…) VALUES (…), …"],
        ("create" | "update" | "quote" | "upsert" | "update_many", _) => &["the same, sent by hand"],
        ("deep", _) => &[sql::DEEP],
        _ => &[],
    }
}

/// Serves the limit until the process is ended.
pub(crate) async fn serve(database: &str, port: u16) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let router = match database.strip_prefix("sqlite:") {
        Some(path) => router(Arc::new(sqlite::Sqlite::open(PathBuf::from(path)).await?)),
        None => router(Arc::new(postgres::Postgres::open(database).await?)),
    };
    Ok(axum::serve(listener, router).await?)
}

fn router<L: Limit>(limit: Arc<L>) -> Router {
    Router::new()
        .route("/by_id", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.by_id(a)).await))
        .route("/list", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.list(a)).await))
        .route("/nested", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.nested(a)).await))
        .route("/joined", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.joined(a)).await))
        .route("/search", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.search(a)).await))
        .route("/group", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.group(a)).await))
        .route("/bulk", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.bulk(a)).await))
        .merge(written("create"))
        .merge(written("update"))
        .merge(written("quote"))
        .merge(written("upsert"))
        .merge(written("update_many"))
        .route("/deep", post(async |State(l): State<Arc<L>>, b: axum::body::Bytes| answer(b, |a| l.deep(a)).await))
        .with_state(limit)
        .merge(feeds::routes())
}

/// The route of a recorded write.
fn written<L: Limit>(shape: &'static str) -> Router<Arc<L>> {
    let handler = async move |State(limit): State<Arc<L>>, body: axum::body::Bytes| {
        answer(body, |asked| limit.write(shape, asked)).await
    };
    Router::new().route(&format!("/{shape}"), post(handler))
}

async fn answer<A: for<'d> Deserialize<'d>, F: Future<Output = Result<Vec<u8>, Failure>>>(
    body: axum::body::Bytes,
    run: impl FnOnce(A) -> F,
) -> Response {
    let asked = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    match run(asked).await {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// `{"data":{"FIELD":{"nodes":[…],"pageInfo":{"hasNextPage":…}}}}` over rows of which one is beyond the page.
fn page<R>(field: &str, size: usize, rows: &[R], write: impl Fn(&mut Vec<u8>, &R)) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + rows.len() * 300);
    out.extend_from_slice(b"{\"data\":{\"");
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(b"\":{\"nodes\":[");
    for (n, row) in rows.iter().take(size).enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write(&mut out, row);
    }
    end_page(&mut out, rows.len() > size);
    out
}

fn end_page(out: &mut Vec<u8>, more: bool) {
    out.extend_from_slice(b"],\"pageInfo\":{\"hasNextPage\":");
    out.extend_from_slice(if more { b"true" } else { b"false" });
    out.extend_from_slice(b"}}}}");
}
