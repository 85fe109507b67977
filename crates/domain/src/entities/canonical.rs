//! Writing moments in the one stored form.

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, Value, Values, prelude::async_trait,
};

/// A connection or transaction whose statements write moments as the rest of the program does.
///
/// sqlx writes a moment to SQLite as `2026-11-21T04:19:38+00:00`, with as many digits as it happens to have. Such
/// texts sort wrongly and differ from what the compiled path writes, `2026-11-21T04:19:38.000000Z`; the platform
/// tables refuse them. Every other value, and everything on PostgreSQL, passes as it is.
#[derive(Debug)]
pub struct Canonical<'c, C>(pub &'c C);

#[async_trait::async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Canonical<'_, C> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute_raw(canonical(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.query_one_raw(canonical(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.query_all_raw(canonical(statement)).await
    }
}

fn canonical(mut statement: Statement) -> Statement {
    if statement.db_backend == DbBackend::Sqlite
        && let Some(Values(values)) = &mut statement.values
    {
        for value in values {
            match value {
                Value::ChronoDateTimeUtc(moment) => *value = Value::String(moment.as_ref().map(stored)),
                Value::ChronoDateTimeWithTimeZone(moment) => {
                    *value = Value::String(moment.as_ref().map(|moment| stored(&moment.to_utc())));
                }
                _ => {}
            }
        }
    }
    statement
}

fn stored(moment: &DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}
