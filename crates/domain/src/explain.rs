//! Why somebody may do something with a record, or may not: the same rights that plans apply, told ground by ground.

use crate::plan::sql::quote;
use crate::{
    column::ColumnType,
    context::{Asked, Whose},
    error::StoreError,
    plan,
    query::{Circle, Filter, Operand},
    rights::{Ground, Rights},
    store::{Args, Store},
    value::Value,
};
use kontor_metadata::model::{Action, Catalog, FieldId, Level, ModuleId};
use uuid::Uuid;

/// How a record stands to somebody's rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How far the action reaches.
    pub level: Level,
    /// Whether it reaches the record.
    pub reached: bool,
    /// Whether the record may be read: what may not is not there for anything else either.
    pub readable: bool,
    /// Why it falls within the level, where that is own or team.
    pub grounds: Vec<Met>,
    /// How far the action reaches the field that is asked about, and whether it does in this record.
    pub field: Option<(Level, bool)>,
}

/// A ground that a record meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// Which.
    pub ground: Ground,
    /// Of people, whether it is the caller and not only a colleague.
    pub is_caller: bool,
}

/// The module of a record of an organisation, deleted or not, whoever may read it.
///
/// # Errors
/// See [`StoreError`].
pub async fn locate(store: &Store, catalog: &Catalog, org: Uuid, record: Uuid) -> Result<Option<ModuleId>, StoreError> {
    let (whose, org, record) = (Whose::Organization(org), Value::Uuid(org), Value::Uuid(record));
    let mut args = Args::new(store.dialect());
    let (id, tenant) = (args.add(ColumnType::Uuid, &record), args.add(ColumnType::Uuid, &org));
    let of_module = catalog.modules.iter().filter(|module| module.operations.read).map(|module| {
        let (table, column) = (quote(&module.table), quote(&module.tenant));
        format!("SELECT {} FROM {table} WHERE \"id\" = {id} AND {column} = {tenant}", module.id.0)
    });
    let sql = of_module.collect::<Vec<_>>().join(" UNION ALL ");
    let rows = store.query(whose, &sql, &args, &[ColumnType::Integer]).await?;
    Ok(rows.into_iter().flatten().find_map(|value| match value {
        Value::Integer(number) => u16::try_from(number).ok().map(ModuleId),
        _ => None,
    }))
}

/// How a record of a module, and a field of it, stand to an action of whom `asked` names.
///
/// # Errors
/// See [`StoreError`].
pub async fn standing(
    store: &Store,
    catalog: &Catalog,
    rights: &Rights,
    asked: &Asked,
    (module, record): (ModuleId, Uuid),
    action: Action,
    field: Option<FieldId>,
) -> Result<Standing, StoreError> {
    let everything = || Filter::All(Vec::new());
    let reach = |action| rights.reach(catalog, module, action).unwrap_or_else(everything);
    let grounds = rights.grounds(catalog, module, action);
    let of_field = field.and_then(|field| rights.reach_of_field(catalog, module, field, action));
    let mut conditions = vec![reach(Action::Read), reach(action), of_field.unwrap_or_else(everything)];
    for (ground, condition) in &grounds {
        conditions.push(condition.clone());
        conditions.push(match ground {
            Ground::Person(field) => Filter::In(*field, Circle::Caller),
            Ground::Team(_) | Ground::Parent(_) | Ground::Shared => Filter::Any(Vec::new()),
        });
    }
    let statement = plan::judge(catalog, store.dialect(), rights, (module, Operand(0)), &conditions);
    let answers = store.answers(&statement, asked, &[Value::Uuid(record)]).await?;
    let [readable, reached, open, of_grounds @ ..] = answers.as_slice() else {
        unreachable!("three conditions are always asked")
    };
    let met = grounds.iter().zip(of_grounds.chunks_exact(2)).filter(|(_, answers)| answers[0]);
    Ok(Standing {
        level: rights.level(module, action),
        reached: *reached,
        readable: *readable,
        grounds: met.map(|((ground, _), answers)| Met { ground: *ground, is_caller: answers[1] }).collect(),
        field: field.map(|field| (rights.level_of_field(module, field, action), *open)),
    })
}
