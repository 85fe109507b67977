//! Who of the users that something could be told of may read it.

use super::{people::People, subjects::RecordKey};
use crate::{
    context::{Asked, Moment},
    error::StoreError,
    mutation::Writing,
    plan,
    rights::Rights,
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::{Action, Level, ModuleId};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// What some users may read.
#[derive(Default)]
pub(super) struct Readers {
    /// Users and records that they may read.
    known: HashSet<(Uuid, RecordKey)>,
}

impl Readers {
    /// Finds out whether users may read records, deleted ones among them. Of records that are gone for good, those may
    /// read them who may read all of their module.
    pub(super) async fn load(
        transaction: &mut Transaction<'_>,
        writing: &Writing,
        org: Uuid,
        wanted: &BTreeSet<(Uuid, RecordKey)>,
        people: &People,
        moment: Moment,
    ) -> Result<Self, StoreError> {
        let mut readers = Self::default();
        let mut asked: BTreeMap<(Uuid, ModuleId), Vec<Uuid>> = BTreeMap::new();
        for (user, (module, record)) in wanted {
            match rights(writing, people, *user).map_or(Level::None, |rights| rights.level(*module, Action::Read)) {
                Level::None => {}
                Level::All => {
                    readers.known.insert((*user, (*module, *record)));
                }
                Level::Own | Level::Team => asked.entry((*user, *module)).or_default().push(*record),
            }
        }
        for ((user, module), records) in asked {
            let Some(rights) = rights(writing, people, user) else { continue };
            let selection =
                plan::select_permitted(writing.catalog(), transaction.dialect(), rights, module, Action::Read);
            let ids = [Value::List(records.into_iter().map(Value::Uuid).collect())];
            let asked = Asked { org, user: Some(user), moment };
            let found = transaction.select_ids(&selection, &asked, &ids).await?;
            readers.known.extend(found.into_iter().map(|record| (user, (module, record))));
        }
        Ok(readers)
    }

    /// Whether a user may read a record.
    pub(super) fn may_read(&self, user: Uuid, record: RecordKey) -> bool {
        self.known.contains(&(user, record))
    }
}

/// The rights of a user; none where nobody grants its role any.
pub(super) fn rights<'w>(writing: &'w Writing, people: &People, user: Uuid) -> Option<&'w Arc<Rights>> {
    people.get(user).and_then(|person| writing.rights_of(&person.role))
}
