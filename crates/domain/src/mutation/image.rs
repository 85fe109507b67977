//! A record before and after a change, as far as expressions look at it.

use super::Assignment;
use crate::{
    column::{ColumnType, Dialect},
    context::{Context, Moment},
    error::StoreError,
    expression::{Datum, evaluate},
    plan::sql::quote,
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::{
    expr::{Formula, Of},
    model::{Catalog, Field, FieldId, FieldType, Module, Trait},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};
use uuid::Uuid;

/// Fields that formulas read.
pub(super) struct Needs {
    /// Of the record itself.
    own: BTreeSet<FieldId>,
    /// Of the records that relations lead to.
    linked: BTreeMap<FieldId, BTreeSet<FieldId>>,
}

impl Needs {
    /// What these formulas read, and some fields more.
    pub(super) fn of(module: &Module, formulas: &[&Formula], more: impl Iterator<Item = FieldId>) -> Self {
        let mut needs = Self { own: more.collect(), linked: BTreeMap::new() };
        formulas.iter().for_each(|formula| needs.add(module, formula));
        needs
    }

    fn add(&mut self, module: &Module, formula: &Formula) {
        for read in formula.reads.iter().filter(|read| read.of != Of::Linked) {
            match (read.via, module.field(read.field).on_read()) {
                (Some(via), _) => {
                    self.own.insert(via);
                    self.linked.entry(via).or_default().insert(read.field);
                }
                (None, Some(inner)) => self.add(module, inner),
                (None, None) => {
                    self.own.insert(read.field);
                }
            }
        }
    }
}

type Values = HashMap<FieldId, Value>;

/// The record as it was and as it will be, with the records that they link to.
pub(super) struct Images<'m> {
    module: &'m Module,
    moment: Moment,
    old: Values,
    new: Values,
    /// By relation and id.
    linked: HashMap<(FieldId, Uuid), Values>,
}

impl<'m> Images<'m> {
    /// Reads what is needed, and keeps others from changing the record meanwhile; nothing when there is no such record.
    pub(super) async fn load(
        transaction: &mut Transaction<'_>,
        catalog: &Catalog,
        context: &Context,
        module: &'m Module,
        id: Option<Uuid>,
        needs: &Needs,
        assignments: &[Assignment],
    ) -> Result<Option<Self>, StoreError> {
        let old = match id {
            None => Values::new(),
            Some(id) => match row(transaction, context, module, id, &needs.own, true).await? {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        let mut new = old.clone();
        if id.is_none() {
            let now = Value::Timestamp(context.moment.now);
            let stamped = ["created_at", "updated_at"].into_iter().filter_map(|name| module.find(name));
            new.extend(stamped.map(|field| (field.id, now.clone())));
        }
        new.extend(assignments.iter().filter(|a| !a.is_type).map(|a| (a.field, a.value.clone())));
        let mut images = Self { module, moment: context.moment, old, new, linked: HashMap::new() };
        for (via, fields) in &needs.linked {
            let FieldType::Relation { to, .. } = module.field(*via).ty else { continue };
            for link in [images.old.get(via), images.new.get(via)].map(|link| link.cloned()) {
                let Some(Value::Uuid(link)) = link else { continue };
                if let Entry::Vacant(entry) = images.linked.entry((*via, link)) {
                    let row = row(transaction, context, catalog.module(to), link, fields, false).await?;
                    entry.insert(row.unwrap_or_default());
                }
            }
        }
        Ok(Some(images))
    }

    /// The values that a formula reads, by number.
    pub(super) fn reads(&self, formula: &Formula) -> Vec<Datum> {
        let null = Value::Null;
        let value = |read: &kontor_metadata::expr::Read| {
            let image = if read.of == Of::Old { &self.old } else { &self.new };
            let Some(via) = read.via else {
                return match self.computed_on_read(read.field) {
                    Some(value) => value,
                    None => Datum::of(image.get(&read.field).unwrap_or(&null), read.ty),
                };
            };
            let Some(Value::Uuid(link)) = image.get(&via) else { return Datum::Null };
            let linked = self.linked.get(&(via, *link)).and_then(|values| values.get(&read.field));
            Datum::of(linked.unwrap_or(&null), read.ty)
        };
        formula.reads.iter().map(value).collect()
    }

    fn computed_on_read(&self, field: FieldId) -> Option<Datum> {
        let formula = self.module.field(field).on_read()?;
        Some(evaluate(&formula.steps, &self.reads(formula), self.moment))
    }

    /// Gives a field its new value.
    pub(super) fn set(&mut self, field: FieldId, value: Value) {
        self.new.insert(field, value);
    }

    /// Whether a field has no value after the change.
    pub(super) fn is_null(&self, field: FieldId) -> bool {
        self.new.get(&field).is_none_or(Value::is_null)
    }
}

/// Fields of a record of the caller's organisation. The record that changes is locked where the database has locks on
/// rows, and is none when it is deleted (hidden); a linked one counts all the same.
async fn row(
    transaction: &mut Transaction<'_>,
    context: &Context,
    module: &Module,
    id: Uuid,
    fields: &BTreeSet<FieldId>,
    changes: bool,
) -> Result<Option<Values>, StoreError> {
    let fields: Vec<(&Field, ColumnType)> = fields
        .iter()
        .map(|id| module.field(*id))
        .filter(|field| field.is_stored())
        .filter_map(|field| Some((field, ColumnType::of(field)?)))
        .collect();
    let mut names: Vec<String> = fields.iter().map(|(field, _)| quote(&field.column)).collect();
    let mut types: Vec<ColumnType> = fields.iter().map(|(_, ty)| *ty).collect();
    // There may be nothing to read but whether there is a record.
    names.push(quote("id"));
    types.push(ColumnType::Uuid);
    let (id, org) = (Value::Uuid(id), Value::Uuid(context.org));
    let mut args = Args::new(transaction.dialect());
    let mut sql = format!(
        "SELECT {} FROM {} WHERE \"id\" = {} AND {} = {}",
        names.join(", "),
        quote(&module.table),
        args.add(ColumnType::Uuid, &id),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
    );
    if changes && module.has(Trait::SoftDelete) {
        sql.push_str(" AND \"deleted_at\" IS NULL");
    }
    if changes && transaction.dialect() == Dialect::Postgres {
        sql.push_str(" FOR UPDATE");
    }
    let row = transaction.query(&sql, &args, &types).await?.into_iter().next();
    Ok(row.map(|row| fields.iter().map(|(field, _)| field.id).zip(row).collect()))
}
