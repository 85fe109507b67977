//! What users may know of: nobody is told of a record or a field that it may not read.

use super::{people::People, subjects::RecordKey};
use crate::{
    context::{Asked, Moment},
    error::StoreError,
    plan,
    rights::Rights,
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::{Action, Catalog, FieldId, Level, ModuleId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// What some users may read of some records.
pub(super) struct Reach {
    rights: HashMap<String, Rights>,
    readable: HashSet<(Uuid, RecordKey)>,
}

impl Reach {
    /// Looks at pairs of users and records: a statement for each user and module, where a role does not read all or none.
    pub(super) async fn load(
        transaction: &mut Transaction<'_>,
        catalog: &Catalog,
        (org, moment): (Uuid, Moment),
        people: &People,
        pairs: BTreeSet<(Uuid, RecordKey)>,
    ) -> Result<Self, StoreError> {
        let mut rights = HashMap::new();
        let mut readable = HashSet::new();
        let mut asked: BTreeMap<(Uuid, ModuleId), Vec<Uuid>> = BTreeMap::new();
        for (user, (module, record)) in pairs {
            let Some(person) = people.get(user) else { continue };
            let role = rights.entry(person.role.clone()).or_insert_with(|| Rights::of_role(catalog, &person.role));
            match role.level(module, Action::Read) {
                Level::All => {
                    readable.insert((user, (module, record)));
                }
                Level::None => {}
                Level::Own | Level::Team => asked.entry((user, module)).or_default().push(record),
            }
        }
        for ((user, module), records) in asked {
            let Some(role) = people.get(user).and_then(|person| rights.get(&person.role)) else { continue };
            let selection = plan::select_permitted(catalog, transaction.dialect(), role, module, Action::Read, &[]);
            let ids = [Value::List(records.into_iter().map(Value::Uuid).collect())];
            let found = transaction.select_ids(&selection, &Asked { org, user: Some(user), moment }, &ids).await?;
            readable.extend(found.into_iter().map(|record| (user, (module, record))));
        }
        Ok(Self { rights, readable })
    }

    /// Whether a user may read a record.
    pub(super) fn has(&self, user: Uuid, record: RecordKey) -> bool {
        self.readable.contains(&(user, record))
    }

    /// Whether somebody with a role may read a field.
    pub(super) fn shows(&self, role: &str, module: ModuleId, field: FieldId) -> bool {
        self.rights.get(role).is_some_and(|rights| rights.may_read_all(module, field))
    }
}
