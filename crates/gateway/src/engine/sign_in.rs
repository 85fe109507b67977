//! The answer to a sign-in.

use super::Run;
use crate::{
    auth::{self, LoginError},
    error::{self, Code, Error},
    lower::{self, Prepared, SessionOutput},
};
use kontor_domain::{query::Operand, store::Transaction, value::Value};

impl Run<'_> {
    /// Signs in, within the transaction that is open, and writes what is asked of the session.
    pub(super) async fn login(
        &self,
        values: &[Value],
        open: Option<&mut Transaction<'_>>,
        (email, password): (Operand, Operand),
        parts: &[(String, SessionOutput)],
        prepared: &Prepared,
        body: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let text = |operand: Operand| match &values[operand.0 as usize] {
            Value::Text(text) => text.as_str(),
            _ => "",
        };
        let caller =
            auth::login(&self.engine.store, open, text(email), text(password)).await.map_err(|error| match error {
                LoginError::Wrong => Error::new(Code::Unauthenticated, "The e-mail address or the password is wrong."),
                LoginError::Store(error) => error::of_store(&error, &self.from.request_id),
            })?;
        let (token, expires) = self.engine.keys.issue(&caller);
        let user: Vec<Value> = prepared
            .operands
            .iter()
            .zip(values)
            .map(|(source, value)| match source {
                lower::OperandSource::Written => Value::Uuid(caller.user),
                _ => value.clone(),
            })
            .collect();
        for (n, (key, part)) in parts.iter().enumerate() {
            body.push(if n == 0 { b'{' } else { b',' });
            kontor_domain::json::text(body, key.as_bytes());
            body.push(b':');
            match part {
                SessionOutput::Constant(json) => body.extend_from_slice(json.as_bytes()),
                SessionOutput::AccessToken => kontor_domain::json::text(body, token.as_bytes()),
                SessionOutput::ExpiresAt => {
                    let moment = chrono::DateTime::from_timestamp(expires, 0).unwrap_or_default();
                    let text = moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                    kontor_domain::json::text(body, text.as_bytes());
                }
                SessionOutput::User(plan) => {
                    let read = self.engine.store.read(plan, &self.asked(&caller), &user, body).await;
                    read.map_err(|e| error::of_store(&e, &self.from.request_id))?;
                }
            }
        }
        body.push(b'}');
        Ok(())
    }
}
