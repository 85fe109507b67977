//! Several requests in one body, where the operator allows it: a JSON array, answered by an array in the same order. They
//! are executed one after the other, each as if it had come alone, but all within the time of one.

use super::{
    Shared,
    graphql::{self, Handled, respond},
    request::{self, Malformed, malformed},
    stream::EVENT_STREAM,
};
use crate::{
    engine::{Asker, Begun, Outcome},
    error::Error,
    limits,
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{json, value::RawValue};
use std::time::Instant;

/// Whether a body is a batch.
pub(super) fn is_one(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

/// Answers a batch, unless it is larger than allowed: nothing of it is looked into then.
pub(super) async fn answer(shared: &Shared, asker: &Asker, body: &[u8], media: &'static str) -> Response {
    let entries = match entries(body, shared.options.batch) {
        Ok(_) if media == EVENT_STREAM => return refused("A batch is not answered as a stream.", media),
        Ok(_) if asker.idempotency_key.is_some() => {
            return refused("An Idempotency-Key cannot stand for a batch: send its requests one by one.", media);
        }
        Ok(entries) => entries,
        Err(malformed) => return graphql::refused(malformed, media),
    };
    // Each costs its point, whatever becomes of it.
    if let Err(error) = shared.engine.charge(asker, entries.len() as u64) {
        return graphql::too_many(error, media);
    }
    let end = shared.engine.deadline();
    let asker = &Asker { until: Some(end), ..asker.clone() };
    let mut answers = b"[".to_vec();
    let mut wait = None;
    for (n, entry) in entries.iter().enumerate() {
        if n > 0 {
            answers.push(b',');
        }
        if Instant::now() >= end {
            answers.extend_from_slice(json!({"errors": [shared.engine.late()]}).to_string().as_bytes());
            continue;
        }
        let envelope = match request::from_json(entry.get().as_bytes()) {
            Ok(envelope) => envelope,
            Err(Malformed { error, .. }) => {
                answers.extend_from_slice(json!({"errors": [error]}).to_string().as_bytes());
                continue;
            }
        };
        match graphql::handle(shared, asker, envelope, Handled { charged: true, ..Handled::default() }).await {
            Ok(Begun::Answered(answer)) => {
                if let Outcome::RateLimited(seconds) | Outcome::TooEarly(seconds) = answer.outcome {
                    wait = wait.max(Some(seconds));
                }
                answers.append(&mut answer.into_bytes());
            }
            Ok(Begun::Subscribed(_)) => unreachable!("a stream was not asked for"),
            Err(error) => answers.extend_from_slice(json!({"errors": [error]}).to_string().as_bytes()),
        }
    }
    answers.push(b']');
    let mut response = respond(StatusCode::OK, media, answers);
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn refused(message: &str, media: &'static str) -> Response {
    graphql::refused(malformed(message), media)
}

fn entries(body: &[u8], most: usize) -> Result<Vec<&RawValue>, Malformed> {
    let entries: Vec<&RawValue> =
        serde_json::from_slice(body).map_err(|e| malformed(format!("The body is not JSON: {e}.")))?;
    let found = entries.len();
    if found <= most && found > 0 {
        return Ok(entries);
    }
    let message = match (most, found) {
        (0, _) => format!(
            "This server takes no batches (setting `limits.batch`), and the body is one of {found} requests: send them one by one."
        ),
        (_, 0) => "The batch is empty.".to_owned(),
        _ => format!(
            "The batch has {found} requests; at most {most} are allowed (setting `limits.batch`): send several batches."
        ),
    };
    let Error { extensions, .. } = limits::exceeded("batch", found as u64, most as u64, "");
    let mut error = Error::input(message);
    error.extensions.extend(extensions.into_iter().filter(|(key, _)| key == "limit"));
    Err(Malformed { status: StatusCode::BAD_REQUEST, error })
}
