//! The root fields of a query, one after the other.

use super::Run;
use crate::{
    error::{self, Error},
    lower::{Action, Prepared, Root},
};
use kontor_domain::{
    events::{self, Cursor},
    json,
    value::Value,
};

impl Run<'_> {
    /// Runs the root fields of a query; tells whether there are data, or a field that is never null failed.
    pub(super) async fn query(
        &self,
        prepared: &Prepared,
        values: &[Value],
        body: &mut Vec<u8>,
        errors: &mut Vec<Error>,
    ) -> bool {
        let mut whole = true;
        // It is found before anything is read. That it was not found is said where it is asked for.
        let wanted = prepared.roots.iter().any(|root| matches!(root.action, Action::EventCursor));
        if wanted && self.from.caller.is_some() {
            let _ = self.place().await;
        }
        for root in &prepared.roots {
            body.extend_from_slice(&root.prefix);
            let start = body.len();
            let read = self.in_time(Box::pin(self.read(root, values, body))).await;
            if let Err(error) = read.unwrap_or_else(|| Err(self.late())) {
                body.truncate(start);
                body.extend_from_slice(b"null");
                errors.push(error.at(root.pos).under(&root.key));
                whole &= !root.required;
            }
        }
        whole
    }

    pub(super) async fn read(&self, root: &Root, values: &[Value], body: &mut Vec<u8>) -> Result<(), Error> {
        match &root.action {
            Action::Forbidden(module) => {
                self.caller()?;
                return Err(error::unreadable(&self.snapshot.catalog, module, &self.from.language));
            }
            Action::Constant(json) => body.extend_from_slice(json.as_bytes()),
            // What is rare is on the heap: each read is moved there itself, and would be as large as the largest.
            Action::Introspection(field) => Box::pin(self.introspect(field, &root.key, body)).await?,
            Action::Read { plan, one } => {
                let caller = self.caller()?;
                let start = body.len();
                let read = self.engine.store.read(plan, &self.asked(caller), values, body).await;
                read.map_err(|e| error::of_store(&e, &self.from.request_id))?;
                if let Some(module) = one
                    && body[start..] == *b"null"
                {
                    return Err(error::not_found(module, &self.from.language));
                }
            }
            Action::EventCursor => {
                self.caller()?;
                json::text(body, self.place().await?.to_string().as_bytes());
            }
            Action::Process(call) => Box::pin(self.process(call, values, body)).await?,
            Action::Write(_) | Action::Feed(_) | Action::Watch(_) => {
                return Err(Error::internal(&self.from.request_id));
            }
        }
        Ok(())
    }

    /// Where feeds begin now, the same throughout the execution.
    async fn place(&self) -> Result<Cursor, Error> {
        let found = self.place.get_or_try_init(|| Box::pin(events::last(&self.engine.store))).await;
        found.copied().map_err(|e| error::of_store(&e, &self.from.request_id))
    }
}
