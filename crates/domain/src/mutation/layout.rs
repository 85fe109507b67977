//! How a record stands in memory: one value per stored column, in the order of the module's fields.

use super::{eligible, encoding};
use crate::{column::ColumnType, plan::sql::quote, value::Value};
use kontor_metadata::model::{Field, FieldId, Module};
use std::{borrow::Cow, collections::HashSet};

/// The values of a record's columns, by slot; see [`Layout`].
pub(super) type Row = Vec<Value>;

/// A column of a module's table.
#[derive(Debug)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// How it is stored.
    pub(super) ty: ColumnType,
    /// The field whose value it holds.
    pub(super) field: FieldId,
    /// Whether it is the module name of a polymorphic relation.
    pub(super) is_type: bool,
    /// `"accountId":`, its key in the JSON of the API.
    pub(super) key: Vec<u8>,
}

/// Which column of a record is where.
#[derive(Debug)]
pub(super) struct Layout {
    /// By slot.
    pub(super) columns: Vec<Column>,
    /// Representations, by slot.
    pub(super) types: Vec<ColumnType>,
    /// The columns as a list of SQL.
    pub(super) select: String,
    slots: Vec<Option<usize>>,
    type_slots: Vec<Option<usize>>,
    /// Every field with a column.
    pub(super) stored: HashSet<FieldId>,
    /// Relations to many whose conditions follow fields of the record.
    pub(super) following: Vec<FieldId>,
    /// Slots of fields that the platform keeps, where the module has them.
    pub(super) created_at: Option<usize>,
    pub(super) updated_at: Option<usize>,
    pub(super) created_by: Option<usize>,
    pub(super) updated_by: Option<usize>,
    pub(super) version: Option<usize>,
    pub(super) deleted_at: Option<usize>,
}

/// What a field without a column has.
static NOTHING: Value = Value::Null;

impl Layout {
    /// The layout of a module.
    pub(super) fn of(module: &Module) -> Self {
        let mut columns = Vec::new();
        let mut slots = Vec::new();
        let mut type_slots = Vec::new();
        for field in &module.fields {
            type_slots.push(field.type_column().map(|name| {
                let key = encoding::key(field, true);
                columns.push(Column { name, ty: ColumnType::Text, field: field.id, is_type: true, key });
                columns.len() - 1
            }));
            let ty = ColumnType::of(field).filter(|_| field.is_stored());
            slots.push(ty.map(|ty| {
                let (name, key) = (field.column.clone(), encoding::key(field, false));
                columns.push(Column { name, ty, field: field.id, is_type: false, key });
                columns.len() - 1
            }));
        }
        let kept = |name: &str| {
            let field = module.find(name).filter(|field| field.generated)?;
            slots[usize::from(field.id.0)]
        };
        Self {
            created_at: kept("created_at"),
            updated_at: kept("updated_at"),
            created_by: kept("created_by"),
            updated_by: kept("updated_by"),
            version: kept("version"),
            deleted_at: kept("deleted_at"),
            types: columns.iter().map(|column| column.ty).collect(),
            select: columns.iter().map(|column| quote(&column.name)).collect::<Vec<_>>().join(", "),
            following: eligible::following(module),
            stored: columns.iter().map(|column| column.field).collect(),
            columns,
            slots,
            type_slots,
        }
    }

    /// The slot of a field; none for fields without a column.
    pub(super) fn slot(&self, field: FieldId) -> Option<usize> {
        self.slots.get(usize::from(field.0)).copied().flatten()
    }

    /// The slot of the module name of a polymorphic relation.
    pub(super) fn type_slot(&self, field: FieldId) -> Option<usize> {
        self.type_slots.get(usize::from(field.0)).copied().flatten()
    }

    /// The value of a field.
    pub(super) fn value<'r>(&self, row: &'r Row, field: FieldId) -> &'r Value {
        self.slot(field).map_or(&NOTHING, |slot| &row[slot])
    }

    /// Sets the value of a field.
    pub(super) fn set(&self, row: &mut Row, field: FieldId, value: Value) {
        if let Some(slot) = self.slot(field) {
            row[slot] = value;
        }
    }

    /// A row without any value.
    pub(super) fn empty(&self) -> Row {
        vec![Value::Null; self.columns.len()]
    }

    /// Whether the platform keeps this column by itself, so that its change is no news.
    pub(super) fn is_kept(&self, slot: usize) -> bool {
        [self.created_at, self.updated_at, self.created_by, self.updated_by, self.version].contains(&Some(slot))
    }

    /// The fields in which a record differs from what it was; all of them in a new one.
    pub(super) fn changed(&self, old: Option<&Row>, new: &Row) -> Cow<'_, HashSet<FieldId>> {
        let Some(old) = old else { return Cow::Borrowed(&self.stored) };
        let columns = self.columns.iter().enumerate();
        Cow::Owned(columns.filter(|(slot, _)| old[*slot] != new[*slot]).map(|(_, column)| column.field).collect())
    }

    /// Whether a field differs between two states of a record; everything differs from nothing.
    pub(super) fn differs(&self, old: Option<&Row>, new: &Row, field: &Field) -> bool {
        let Some(old) = old else { return true };
        let at = |slot: Option<usize>| slot.is_some_and(|slot| old[slot] != new[slot]);
        at(self.slot(field.id)) || at(self.type_slot(field.id))
    }
}
