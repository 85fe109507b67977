//! Stored answers to requests that may come twice, which repeat what was erased.

use super::words::Words;
use crate::{column::ColumnType, error::StoreError, mutation::session::Session, store::Args, value::Value};
use uuid::Uuid;

/// Answers that are looked at together.
const BATCH: usize = 200;
/// What is answered instead, should the request come again.
const GONE: &str = r#"{"data":null,"errors":[{"message":"The request was executed before; what it answered then is not kept any more, since a person was erased.","extensions":{"code":"ANSWER_ERASED"}}]}"#;

/// Replaces the stored answers in which any of the words occurs; gives their number.
pub(super) async fn clean(session: &mut Session<'_, '_>, words: &Words) -> Result<u64, StoreError> {
    let org = Value::Uuid(session.context.org);
    let gone = Value::Text(GONE.to_owned());
    let mut last = (Value::Uuid(Uuid::nil()), Value::Text(String::new()));
    let mut cleaned = 0;
    loop {
        let mut args = Args::new(session.transaction.dialect());
        let sql = format!(
            "SELECT user_id, key, answer FROM idempotency_keys WHERE org = {} AND (user_id, key) > ({}, {}) \
             AND answer IS NOT NULL ORDER BY user_id, key LIMIT {BATCH}",
            args.add(ColumnType::Uuid, &org),
            args.add(ColumnType::Uuid, &last.0),
            args.add(ColumnType::Text, &last.1),
        );
        let types = [ColumnType::Uuid, ColumnType::Text, ColumnType::Text];
        let found = session.transaction.query(&sql, &args, &types).await?;
        let whole = found.len() == BATCH;
        for row in found {
            let Ok([user, key, Value::Text(answer)]) = <[Value; 3]>::try_from(row) else { continue };
            if answer != GONE && words.occur_in(&answer) {
                let mut args = Args::new(session.transaction.dialect());
                let sql = format!(
                    "UPDATE idempotency_keys SET answer = {} WHERE org = {} AND user_id = {} AND key = {}",
                    args.add(ColumnType::Text, &gone),
                    args.add(ColumnType::Uuid, &org),
                    args.add(ColumnType::Uuid, &user),
                    args.add(ColumnType::Text, &key),
                );
                cleaned += session.transaction.execute(&sql, &args).await?;
            }
            last = (user, key);
        }
        if !whole {
            return Ok(cleaned);
        }
    }
}
