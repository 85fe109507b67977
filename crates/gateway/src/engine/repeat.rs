//! Mutations that come with an Idempotency-Key, and may come twice.

use super::{Engine, Run, mutate::Failed};
use crate::{
    auth::{Caller, Scope},
    error::{Code, Error},
    lower::{Action, Prepared},
};
use kontor_domain::{
    error::StoreError,
    processes::{self, Claim, Repeatable},
    store::Transaction,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

impl Engine {
    /// Removes answers that are kept no longer; gives their number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn sweep_answers(&self) -> Result<u64, StoreError> {
        processes::forget_old_answers(&self.store, kontor_domain::calendar::now()).await
    }
}

impl Run<'_> {
    /// What the operation is known by if it comes again; nothing where its answer is not kept: it is only tried, it has no
    /// key, nobody is signed in, or it is a process, whose answer may be a secret.
    pub(super) fn repeatable(&self, prepared: &Prepared) -> Option<Repeatable> {
        let secret = prepared.roots.iter().any(|root| matches!(root.action, Action::Process(_)));
        let (key, caller) = (self.from.idempotency_key.clone()?, self.from.caller.as_ref()?);
        (!prepared.dry_run && !secret).then(|| Repeatable {
            org: caller.org,
            user: caller.user,
            key,
            fingerprint: self.fingerprint(),
        })
    }

    /// What was answered when the operation came before.
    pub(super) async fn claim(
        &self,
        transaction: &mut Transaction<'_>,
        request: &Repeatable,
    ) -> Result<Option<String>, Failed> {
        match processes::claim(transaction, request, self.circumstances.moment.now).await {
            Ok(Claim::First) => Ok(None),
            Ok(Claim::Answered(answer)) => Ok(Some(answer)),
            Ok(Claim::Reused) => {
                let message = "The Idempotency-Key was sent with another request before: choose a new one.";
                Err(Error::new(Code::IdempotencyKeyReused, message).into())
            }
            Err(error) => Err(self.store_failed(&error)),
        }
    }

    /// The same for two requests that say the same.
    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        // What one may do decides what is answered.
        part(self.from.caller.as_ref().map_or("", |caller| &caller.role));
        part(self.from.caller.as_ref().and_then(Caller::scope).map_or("", Scope::name));
        part(&self.request.query);
        part(self.request.operation_name.as_deref().unwrap_or_default());
        let mut variables = String::new();
        canonical(self.request.variables.iter(), &mut variables);
        part(&variables);
        for upload in &self.request.uploads {
            part(&upload.checksum);
            part(&upload.file_name);
            part(upload.media_type.as_deref().unwrap_or_default());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// An object whose keys have the order of their bytes, throughout.
fn canonical<'v>(entries: impl Iterator<Item = (&'v String, &'v Value)>, out: &mut String) {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, _)| *key);
    out.push('{');
    for (key, value) in entries {
        out.push_str(&Value::from(key.as_str()).to_string());
        out.push(':');
        canonical_value(value, out);
        out.push(',');
    }
    out.push('}');
}

fn canonical_value(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => canonical(object.iter(), out),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical_value(item, out);
                out.push(',');
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}
