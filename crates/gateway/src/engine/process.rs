//! What processes answer, as far as it is asked for.

use super::{
    Run,
    mutate::{MOST_ATTEMPTS, pause},
};
use crate::{
    auth::Refusal,
    error::{self, Error},
    lower::{Call, Part, Template},
};
use kontor_domain::{context::Asked, error::StoreError, json, value::Value};
use serde_json::Value as Json;
use uuid::Uuid;

/// What a process answers.
pub(super) struct Answered {
    /// The value; in the place of a record stands its id.
    pub(super) value: Json,
    /// The organisation of its records.
    pub(super) org: Uuid,
    /// The user who is told.
    pub(super) user: Option<Uuid>,
}

impl Run<'_> {
    /// Runs a process, again where another transaction is in the way, and writes what is told of it.
    pub(super) async fn process(&self, call: &Call, values: &[Value], body: &mut Vec<u8>) -> Result<(), Error> {
        let mut attempts = 1;
        let answered = loop {
            match self.identify(call).await {
                Err(Refusal::Store(StoreError::Busy)) if attempts < MOST_ATTEMPTS => {
                    tokio::time::sleep(pause(attempts)).await;
                    attempts += 1;
                }
                done => break done,
            }
        };
        let answered = answered.map_err(|refusal| {
            error::of_refusal(Some(&self.snapshot.catalog), &refusal, &self.from.language, &self.from.request_id)
        })?;
        let asked = Asked { org: answered.org, user: answered.user, moment: self.circumstances.moment };
        self.tell_of(&call.template, &answered.value, &asked, &mut values.to_vec(), body).await
    }

    async fn tell_of(
        &self,
        template: &Template,
        value: &Json,
        asked: &Asked,
        values: &mut Vec<Value>,
        body: &mut Vec<u8>,
    ) -> Result<(), Error> {
        match (template, value) {
            (Template::Record(plan, id), Json::String(text)) => {
                values[id.0 as usize] = Uuid::try_parse(text).map_or(Value::Null, Value::Uuid);
                let read = self.engine.store.read(plan, asked, values, body).await;
                read.map_err(|e| error::of_store(&e, &self.from.request_id))?;
            }
            (Template::Whole, value) => body.extend_from_slice(value.to_string().as_bytes()),
            (_, Json::Array(items)) => {
                body.push(b'[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        body.push(b',');
                    }
                    Box::pin(self.tell_of(template, item, asked, values, body)).await?;
                }
                body.push(b']');
            }
            (Template::Object(parts), Json::Object(object)) => {
                for (n, (key, part)) in parts.iter().enumerate() {
                    body.push(if n == 0 { b'{' } else { b',' });
                    json::text(body, key.as_bytes());
                    body.push(b':');
                    match part {
                        Part::Constant(constant) => body.extend_from_slice(constant.as_bytes()),
                        Part::Key(name, template) => {
                            let value = object.get(name).unwrap_or(&Json::Null);
                            Box::pin(self.tell_of(template, value, asked, values, body)).await?;
                        }
                    }
                }
                body.push(b'}');
            }
            _ => body.extend_from_slice(b"null"),
        }
        Ok(())
    }
}
