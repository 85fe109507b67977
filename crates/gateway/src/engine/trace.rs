//! What a request did, for administrators who ask: its phases, and the statements with their times. Values are never
//! part of it.

use super::{Answer, Asker, Engine, GraphQlRequest};
use crate::document::Document;
use kontor_domain::store::{Traced, traced};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The phases of a request; times are taken only where somebody asks.
#[derive(Default)]
pub(super) struct Phases {
    asked: bool,
    document: Value,
    plan: Value,
    execution: Duration,
}

impl Phases {
    /// Now, if somebody asks.
    pub(super) fn start(&self) -> Option<Instant> {
        self.asked.then(Instant::now)
    }

    /// The document was found or made.
    pub(super) fn document(&mut self, document: &Document, cached: bool) {
        if self.asked {
            let (parsing, validation) = document.times;
            self.document = match cached {
                true => json!({"cached": true}),
                false => json!({"cached": false, "parseMicros": micros(parsing), "validateMicros": micros(validation)}),
            };
        }
    }

    /// The plans were found or made.
    pub(super) fn plan(&mut self, started: Option<Instant>, cached: bool) {
        if let Some(started) = started {
            self.plan = json!({"cached": cached, "micros": micros(started.elapsed())});
        }
    }

    /// The operation was executed.
    pub(super) fn executed(&mut self, started: Option<Instant>) {
        self.execution = started.map_or(Duration::ZERO, |started| started.elapsed());
    }
}

impl Engine {
    /// Answers a request, and tells in its `extensions` what was done.
    pub(super) async fn execute_traced(&self, request: &GraphQlRequest, from: &Asker) -> Answer {
        let mut phases = Phases { asked: true, ..Phases::default() };
        let (mut answer, statements) = traced(self.answer(request, from, &mut phases)).await;
        let trace = json!({
            "document": phases.document,
            "plan": phases.plan,
            "execute": {"micros": micros(phases.execution)},
            "statements": statements.iter().map(statement).collect::<Vec<_>>(),
        });
        if !answer.extensions.is_empty() {
            answer.extensions.push(b',');
        }
        answer.extensions.extend_from_slice(format!("\"trace\":{trace}").as_bytes());
        answer
    }
}

fn statement(traced: &Traced) -> Value {
    json!({"sql": traced.sql, "runs": traced.runs, "rows": traced.rows, "micros": micros(traced.time)})
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
