//! Who asks, and from which organisation: the only place that a plan takes its tenant from.

use crate::{calendar, rights::Rights, value::Value};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use std::sync::Arc;
use uuid::Uuid;

/// The time of a request: one for everything that the request does, however long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// The day in the time zone of the organisation, in days since 1970-01-01.
    pub today: i32,
}

impl Moment {
    /// This moment, with the day that it is in a time zone.
    #[must_use]
    pub fn now(zone: Tz) -> Self {
        let now = calendar::now();
        let local = DateTime::from_timestamp_micros(now).unwrap_or_default().with_timezone(&zone).date_naive();
        let days = local.signed_duration_since(NaiveDate::default()).num_days();
        Self { now, today: i32::try_from(days).unwrap_or_default() }
    }
}

/// Whose rows a statement may touch. On PostgreSQL the database itself sees to it, by row-level security: what is said
/// here is what it goes by, whatever the statement asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of one organisation.
    Organization(Uuid),
    /// Everybody's: for what the program does for the installation as a whole (its tables, the log of changes, clean-up)
    /// or before it knows whom it has to do with (a sign-in).
    Platform,
}

/// What a plan takes from its request besides the values: for whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Organisation that every level of the plan is confined to.
    pub org: Uuid,
    /// The caller; none for the program itself.
    pub user: Option<Uuid>,
    /// What `now()` and `today()` are.
    pub moment: Moment,
}

/// The caller of one request.
#[derive(Debug, Clone)]
pub struct Context {
    /// Organisation that every read and write is confined to.
    pub org: Uuid,
    /// The signed-in user; none for the program itself.
    pub user: Option<Uuid>,
    /// Role name, as in the metadata (`sales_rep`).
    pub role: String,
    /// What it may do; none for what the program does by itself, which nothing is forbidden.
    pub rights: Option<Arc<Rights>>,
    /// Language of messages (BCP 47).
    pub language: String,
    /// When it asks.
    pub moment: Moment,
    /// Address that the request came from, for the audit log.
    pub ip: Option<String>,
    /// The API key that it came with, if any.
    pub api_key: Option<Uuid>,
    /// Stands for the operation in the logs: the same for everything that it changes.
    pub operation: Uuid,
}

impl Context {
    /// The program itself, in an organisation.
    #[must_use]
    pub fn of_program(org: Uuid, moment: Moment) -> Self {
        Self {
            org,
            user: None,
            rights: None,
            role: String::new(),
            language: "en".to_owned(),
            moment,
            ip: None,
            api_key: None,
            operation: Uuid::now_v7(),
        }
    }

    /// Who writes, as the value of a column.
    pub(crate) fn actor(&self) -> Value {
        self.user.map_or(Value::Null, Value::Uuid)
    }
}
