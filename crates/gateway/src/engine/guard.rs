//! What stands before an operation: how much it may ask for, how often anybody may ask, and who may ask about the schema.

use super::{Answer, Asker, Engine, Outcome, refused};
use crate::{
    auth::Caller,
    error::{Code, Error},
    limits::Limits,
    rates::Rates,
};
use serde_json::json;
use std::{collections::BTreeSet, time::Instant};

/// Who may ask about the schema (`__schema`, `__type`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Introspection {
    /// Everybody, signed in or not.
    #[default]
    Everybody,
    /// Who has one of these roles; nobody if there is none.
    Roles(BTreeSet<String>),
}

impl Introspection {
    /// Whether a caller may.
    pub(super) fn allows(&self, caller: Option<&Caller>) -> bool {
        match self {
            Self::Everybody => true,
            Self::Roles(roles) => caller.is_some_and(|caller| roles.contains(&caller.role)),
        }
    }
}

/// The caller may not ask about the schema.
pub(crate) fn undescribed(signed_in: bool) -> Error {
    if signed_in {
        let message = "Your role may not ask about the schema (setting `introspection.roles`); `__typename` stays.";
        return Error::new(Code::Forbidden, message);
    }
    let message =
        "Who is not signed in may not ask about the schema (setting `introspection.roles`); `__typename` stays.";
    Error::new(Code::Unauthenticated, message)
}

/// Without the names that a message suggests: they tell of the schema too.
pub(super) fn without_suggestions(mut error: Error) -> Error {
    if let Some(at) = error.message.find(" Did you mean") {
        error.message.truncate(at);
    }
    error
}

impl Engine {
    /// The same with other limits of an operation.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with limits on how often anybody may ask; there are none at first.
    #[must_use]
    pub fn with_rates(self, rates: Rates) -> Self {
        Self { rates, ..self }
    }

    /// The same for which not everybody may ask about the schema.
    #[must_use]
    pub fn with_introspection(self, introspection: Introspection) -> Self {
        Self { introspection, ..self }
    }

    /// How often anybody may ask.
    #[must_use]
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// When an operation that begins now must be done.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.limits.time
    }

    /// A request takes longer than it may.
    pub(crate) fn late(&self) -> Error {
        let seconds = self.limits.time.as_secs_f64();
        let message = format!(
            "The request took longer than {seconds} s (setting `limits.request_timeout`): ask for less, or in several requests."
        );
        Error::new(Code::Timeout, message).with("limit", json!({"name": "requestTimeout", "most": seconds}))
    }

    /// Charges who asks.
    ///
    /// # Errors
    /// RATE_LIMITED.
    pub(crate) fn charge(&self, from: &Asker, points: u64) -> Result<(), Error> {
        if points == 0 {
            return Ok(());
        }
        self.rates.spend(from.caller.as_ref(), from.address, points, &from.language)
    }
}

/// The answer to a request that has no plan.
pub(super) fn unprepared(mut errors: Vec<Error>) -> Answer {
    match errors.iter().position(|error| error.is(Code::RateLimited)) {
        Some(at) => too_often(errors.swap_remove(at)),
        None => refused(&errors),
    }
}

/// The answer to who asks too often.
pub(super) fn too_often(error: Error) -> Answer {
    let seconds = error.retry_after().unwrap_or(1);
    Answer { outcome: Outcome::RateLimited(seconds), ..refused(&[error]) }
}
