//! The limit over PostgreSQL: held connections, prepared statements, binary rows.

use super::{
    Bulk, ById, Caller, Deep, Group, Joined, Limit, List, Nested, Search, Write,
    cells::Cells as _,
    json, page,
    replay::{self, Studio},
    sql,
    writes::{self, Script},
};
use crate::failure::Failure;
use kontor_domain::column::Dialect;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Executor as _, Postgres as Db, Row as _,
    postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow, PgSslMode},
    query::Query,
    types::chrono::{NaiveDate, Utc},
};
use std::{
    collections::BTreeMap,
    str::FromStr as _,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

pub(super) struct Postgres {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    permits: tokio::sync::Semaphore,
    caller: Caller,
    scripts: BTreeMap<&'static str, Script>,
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self, Failure> {
        let options = PgConnectOptions::from_str(url)?
            .application_name(crate::data::LIMIT)
            .options([("TimeZone", "UTC"), ("max_parallel_workers_per_gather", "0"), ("jit", "off")])
            // As Kontor does on one machine.
            .ssl_mode(PgSslMode::Disable)
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        let row = connection.fetch_one("SELECT org, id FROM users WHERE email = 'admin@demo.kontor.example'").await?;
        let caller = Caller { org: row.try_get(0)?, user: row.try_get(1)? };
        let scripts = writes::scripts(&Studio::open(url, caller.org, caller.user).await?).await?;
        let permits = tokio::sync::Semaphore::new(16);
        Ok(Self { options, idle: Mutex::new(vec![connection]), permits, caller, scripts })
    }

    async fn rows(&self, query: Query<'_, Db, PgArguments>) -> Result<Vec<PgRow>, Failure> {
        self.lent(async |connection| Ok(connection.fetch_all(query).await?)).await
    }

    /// Lends a connection; one that failed is closed, which rolls back.
    async fn lent<T>(&self, run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Failure>) -> Result<T, Failure> {
        let _permit = self.permits.acquire().await.map_err(std::io::Error::other)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        let done = run(&mut connection).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(done)
    }

    async fn one(
        &self,
        field: &str,
        query: Query<'_, Db, PgArguments>,
        write: impl FnOnce(&mut Vec<u8>, &PgRow),
    ) -> Result<Vec<u8>, Failure> {
        let rows = self.rows(query).await?;
        let mut out = json::begin(field);
        match rows.first() {
            Some(row) => write(&mut out, row),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b"}}");
        Ok(out)
    }
}

impl Limit for Postgres {
    async fn by_id(&self, asked: ById) -> Result<Vec<u8>, Failure> {
        let query = sqlx::query(sql::BY_ID).bind(asked.id).bind(self.caller.org);
        self.one("account", query, json::account).await
    }

    async fn list(&self, asked: List) -> Result<Vec<u8>, Failure> {
        let query = sqlx::query(sql::LIST).bind(self.caller.org).bind(asked.status.to_lowercase()).bind(asked.score);
        Ok(page("leads", 50, &self.rows(query).await?, json::lead))
    }

    async fn nested(&self, asked: Nested) -> Result<Vec<u8>, Failure> {
        let rows = self.rows(sqlx::query(sql::NESTED).bind(self.caller.org).bind(asked.industry)).await?;
        Ok(levels(&rows))
    }

    async fn joined(&self, asked: Joined) -> Result<Vec<u8>, Failure> {
        let date: NaiveDate = asked.date.parse().map_err(std::io::Error::other)?;
        let rows = self.rows(sqlx::query(sql::JOINED).bind(self.caller.org).bind(date)).await?;
        let mut out = Vec::with_capacity(64 + rows.len() * 500);
        out.extend_from_slice(b"{\"data\":{\"opportunities\":{\"nodes\":[");
        for (n, row) in rows.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            json::opportunity(&mut out, row);
        }
        out.extend_from_slice(b"]}}}");
        Ok(out)
    }

    async fn search(&self, asked: Search) -> Result<Vec<u8>, Failure> {
        let rows = self.rows(sqlx::query(sql::SEARCH).bind(self.caller.org).bind(format!("%{}%", asked.text))).await?;
        let total = rows.first().and_then(|row| row.integer(4)).unwrap_or(0);
        let mut out = Vec::with_capacity(64 + rows.len() * 200);
        out.extend_from_slice(b"{\"data\":{\"contacts\":{\"totalCount\":");
        kontor_domain::json::integer(&mut out, total);
        out.extend_from_slice(b",\"nodes\":[");
        for (n, row) in rows.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            json::found_contact(&mut out, row);
        }
        out.extend_from_slice(b"]}}}");
        Ok(out)
    }

    async fn group(&self, asked: Group) -> Result<Vec<u8>, Failure> {
        let rows = self.rows(sqlx::query(sql::GROUP).bind(self.caller.org).bind(asked.least)).await?;
        let mut out = Vec::with_capacity(64 + rows.len() * 100);
        out.extend_from_slice(b"{\"data\":{\"opportunitiesAggregate\":[");
        for (n, row) in rows.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            json::group(&mut out, row);
        }
        out.extend_from_slice(b"]}}");
        Ok(out)
    }

    async fn deep(&self, asked: Deep) -> Result<Vec<u8>, Failure> {
        let query = sqlx::query(sql::DEEP).bind(self.caller.org).bind(asked.name).bind(asked.id);
        Ok(page("accounts", 50, &self.rows(query).await?, json::page_account))
    }

    async fn bulk(&self, asked: Bulk) -> Result<Vec<u8>, Failure> {
        let ids: Vec<_> = asked.names.iter().map(|_| Uuid::now_v7()).collect();
        let query = sqlx::query(writes::BULK)
            .bind(ids.clone())
            .bind(self.caller.org)
            .bind(asked.names)
            .bind(self.caller.user)
            .bind(Utc::now());
        self.rows(query).await?;
        Ok(json::created_accounts(&ids))
    }

    async fn write(&self, shape: &'static str, asked: Write) -> Result<Vec<u8>, Failure> {
        let script = self.scripts.get(shape).ok_or_else(|| Failure::Server(format!("{shape} was not recorded")))?;
        let (statements, written) = script.recorded.ready(&asked.values());
        self.lent(async |connection| {
            connection.execute("BEGIN").await?;
            let mut found = 0;
            if let Some((find, of)) = script.find {
                found = connection.fetch_all(sqlx::query(find).bind(self.caller.org).bind(of)).await?.len();
            }
            for statement in &statements {
                let arguments = replay::arguments(Dialect::Postgres, &statement.values).postgres();
                let arguments = arguments.map_err(std::io::Error::other)?;
                connection.fetch_all(sqlx::query_with(AssertSqlSafe(statement.sql), arguments)).await?;
            }
            let mut out = json::begin(script.field);
            match script.read {
                Some(read) => {
                    let query = sqlx::query(read).bind(written).bind(self.caller.org);
                    json::written(&mut out, script.field, &connection.fetch_one(query).await?);
                }
                None => json::affected(&mut out, found),
            }
            connection.execute("COMMIT").await?;
            out.extend_from_slice(b"}}");
            Ok(out)
        })
        .await
    }
}

/// Accounts, their contacts, the activities of those: a cursor for each level, since its rows come in order.
fn levels(rows: &[PgRow]) -> Vec<u8> {
    let level = |row: &PgRow| row.integer(0).unwrap_or(0);
    let parent = |row: &PgRow| row.integer(1).unwrap_or(0);
    let (accounts, rest) = rows.split_at(rows.partition_point(|row| level(row) < 1));
    let (contacts, activities) = rest.split_at(rest.partition_point(|row| level(row) < 2));
    let (mut contacts, mut activities) = (contacts.iter().peekable(), activities.iter().peekable());
    let mut number = 0;
    let mut out = Vec::with_capacity(64 + rows.len() * 160);
    out.extend_from_slice(b"{\"data\":{\"accounts\":{\"nodes\":[");
    for (n, account) in (1..).zip(accounts) {
        if n > 1 {
            out.push(b',');
        }
        json::nested_account(&mut out, account, 2);
        out.extend_from_slice(b",\"contacts\":{\"nodes\":[");
        let first = number;
        while let Some(contact) = contacts.next_if(|row| parent(row) == n) {
            if number > first {
                out.push(b',');
            }
            number += 1;
            json::nested_contact(&mut out, contact, 2);
            out.extend_from_slice(b",\"activities\":{\"nodes\":[");
            let mut none = true;
            while let Some(activity) = activities.next_if(|row| parent(row) == number) {
                if !none {
                    out.push(b',');
                }
                none = false;
                json::nested_activity(&mut out, activity, 2);
            }
            out.extend_from_slice(b"]}}");
        }
        out.extend_from_slice(b"]}}");
    }
    out.extend_from_slice(b"]}}}");
    out
}
