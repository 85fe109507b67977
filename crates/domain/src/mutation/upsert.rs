//! New values for records that are there, new records where there are none.

use super::{
    WriteError,
    create::{assign, create_chunk},
    input::Input,
    journal,
    permit::permit,
    rows::Lock,
    session::{CHUNK, Session},
    unique,
    update::update_each,
};
use kontor_metadata::model::{Action, FieldType, Index, Module};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Finds each input's record by its unique keys and changes it, or creates it; gives the ids in the order of the inputs.
pub(super) async fn upsert<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    inputs: Vec<Input>,
    keys: &[usize],
) -> Result<Vec<Uuid>, WriteError> {
    let named: Vec<&Index> = keys.iter().filter_map(|n| module.indexes.get(*n)).collect();
    let indexes: Vec<&Index> = match named.is_empty() {
        true => module.indexes.iter().filter(|index| index.unique && given_by_people(module, index)).collect(),
        false => named,
    };
    let mut ids = Vec::with_capacity(inputs.len());
    let mut rest = inputs;
    while !rest.is_empty() {
        // Inputs with the same key follow each other, so that the later ones change what the earlier ones made.
        let mut seen: HashSet<(usize, Vec<String>)> = HashSet::new();
        let until = rest.iter().take(CHUNK).position(|input| {
            let keys: Vec<_> =
                keys_of(session, module, &indexes, input).into_iter().map(|(n, key)| (n, unique::text(&key))).collect();
            let again = keys.iter().any(|key| seen.contains(key));
            seen.extend(keys);
            again
        });
        let later = rest.split_off(until.unwrap_or(CHUNK).min(rest.len()));
        ids.extend(some(session, module, &indexes, rest).await?);
        if session.violations.is_empty() {
            journal::relieve(session).await?;
        }
        rest = later;
    }
    Ok(ids)
}

fn given_by_people(module: &Module, index: &Index) -> bool {
    !index.fields.iter().any(|field| {
        let field = module.field(*field);
        field.generated || matches!(field.ty, FieldType::Autonumber { .. })
    })
}

type Key = Vec<crate::value::Value>;

/// The unique keys that an input has all values of, by the number of their index.
fn keys_of(session: &Session<'_, '_>, module: &Module, indexes: &[&Index], input: &Input) -> Vec<(usize, Key)> {
    let layout = session.layout(module.id);
    let mut row = layout.empty();
    assign(module, layout, &mut row, input.values.clone());
    indexes.iter().enumerate().filter_map(|(n, index)| Some((n, unique::key(layout, index, &row)?))).collect()
}

/// Inputs of which no two have a key in common.
async fn some<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    indexes: &[&Index],
    inputs: Vec<Input>,
) -> Result<Vec<Uuid>, WriteError> {
    let mut found: Vec<BTreeSet<Uuid>> = vec![BTreeSet::new(); inputs.len()];
    for index in indexes {
        let keys: Vec<(usize, Key)> = inputs
            .iter()
            .enumerate()
            .flat_map(|(at, input)| {
                keys_of(session, module, &[index], input).into_iter().map(move |(_, key)| (at, key))
            })
            .collect();
        let list: Vec<Key> = keys.iter().map(|(_, key)| key.clone()).collect();
        let known: HashMap<Vec<String>, Uuid> = unique::find(session, module, index, &list, Lock::Change).await?;
        for (at, key) in keys {
            found[at].extend(known.get(&unique::text(&key)));
        }
    }
    let mut ids = vec![Uuid::nil(); inputs.len()];
    let (mut updates, mut creates, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (mut input, known)) in inputs.into_iter().zip(found).enumerate() {
        let known: Vec<Uuid> = known.into_iter().collect();
        match known.as_slice() {
            [] => {
                places.push(at);
                creates.push(input);
            }
            [id] => {
                ids[at] = *id;
                // What is given once and for all stays.
                input.values.retain(|value| !module.field(value.field).immutable);
                updates.push((*id, input));
            }
            _ => {
                // Of records that the caller may not know it is not told.
                permit(session, module, Action::Update, &known).await?;
                return Err(WriteError::Ambiguous { module: module.name.clone(), ids: known });
            }
        }
    }
    if !updates.is_empty() {
        update_each(session, module, updates, None).await?;
    }
    if !creates.is_empty() {
        for (place, id) in places.into_iter().zip(create_chunk(session, module, creates).await?) {
            ids[place] = id;
        }
    }
    Ok(ids)
}
