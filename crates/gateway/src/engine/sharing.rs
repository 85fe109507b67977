//! Sharing records: who may change one may let others read or change it.

use super::{
    Run,
    mutate::{Attempt, Failed},
    write::upsert,
};
use crate::{error, lower::Sharing};
use kontor_domain::{
    mutation::{Action, WriteError},
    plan,
    query::Operand,
    value::Value,
};
use kontor_metadata::model::{Action as Right, Module};

impl<'a> Run<'a> {
    /// That a record is shared at a level, whatever it was shared at before.
    pub(super) async fn share(
        &self,
        module: &Module,
        sharing: &Sharing,
        level: Operand,
        values: &[Value],
        attempt: &mut Attempt<'a>,
    ) -> Result<Action, Failed> {
        let target = self.may_share(sharing, values, attempt).await?;
        let receiver = self.module_of(&sharing.receiver, "User or Team", values, attempt).await?;
        let value = |operand: Operand| values[operand.0 as usize].clone();
        let with = if receiver == "Team" { "team" } else { "user" };
        let given = [
            ("record", true, Value::Text(target)),
            ("record", false, value(sharing.record)),
            (with, false, value(sharing.with)),
            ("level", false, value(level)),
        ];
        Ok(upsert(module, given))
    }

    /// The module of a record, which is refused to who may not change it: nobody hands on more than it has.
    pub(super) async fn may_share(
        &self,
        sharing: &Sharing,
        values: &[Value],
        attempt: &mut Attempt<'a>,
    ) -> Result<String, Failed> {
        let name = self.module_of(&sharing.target, "record", values, attempt).await?;
        let caller = self.caller()?;
        let (catalog, rights) = (&self.snapshot.catalog, self.snapshot.rights(Some(caller)));
        let Some(module) = catalog.find(&name) else {
            return Err(error::not_found("record", &self.from.language).into());
        };
        let store = &self.engine.store;
        let selection = plan::select_permitted(catalog, store.dialect(), &rights, module.id, Right::Update, &[]);
        let record = Value::List(vec![values[sharing.record.0 as usize].clone()]);
        let transaction = attempt.transaction(store, caller.org).await.map_err(|e| self.store_failed(&e))?;
        let found = transaction.select_ids(&selection, &self.asked(caller), &[record]).await;
        match found.map_err(|e| self.store_failed(&e))?.is_empty() {
            false => Ok(name),
            true => {
                let refused = WriteError::Forbidden { module: name, action: Right::Update, field: None };
                Err(error::of_write(catalog, &refused, &self.from.language, &self.from.request_id).into())
            }
        }
    }
}
