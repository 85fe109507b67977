//! ORDER BY, and the conditions by which a page begins behind a cursor.

use super::{
    expression::Instant,
    sql::{Params, quote},
};
use crate::{
    column::ColumnType,
    query::{Deleted, Operand, Order},
};
use kontor_metadata::model::{Catalog, FieldId, FieldType, Module};

/// One order key, ready for SQL.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) expression: String,
    /// Columns that lead to it, `owner_id.last_name`: the same whatever the aliases.
    pub(super) name: String,
    pub(super) ty: ColumnType,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
    pub(super) nullable: bool,
}

impl Key {
    /// The same key read from the other end.
    fn reversed(&self) -> Self {
        Self { descending: !self.descending, nulls_first: !self.nulls_first, ..self.clone() }
    }

    /// `expression DESC NULLS LAST`; the place of nulls only where there can be some, so that plain indexes serve.
    pub(super) fn term(&self, expression: &str) -> String {
        let direction = if self.descending { " DESC" } else { "" };
        let nulls = match (self.nullable, self.nulls_first) {
            (false, _) => "",
            (true, true) => " NULLS FIRST",
            (true, false) => " NULLS LAST",
        };
        format!("{expression}{direction}{nulls}")
    }
}

/// Joins of the records that paths of relations lead to; paths that begin alike share them.
#[derive(Debug, Default)]
pub(super) struct Joins {
    pub(super) sql: String,
    /// Alias of the table that a relation of an alias leads to.
    known: Vec<((String, FieldId), String)>,
}

/// The order of a list: the keys asked for, the module's own order where none is, `id` last. Joins that keys of related
/// records need are added to `joins`.
pub(super) fn keys<'a>(
    conditions: &mut super::condition::Conditions<'a>,
    params: &mut Params,
    module: &'a Module,
    alias: &str,
    order: &[Order],
    instant: Option<Instant>,
    joins: &mut Joins,
) -> Vec<Key> {
    let position = module.ordered_by.map(|field| Order { path: vec![], field, descending: false, nulls_first: false });
    let order = if order.is_empty() { position.as_slice() } else { order };
    let mut keys: Vec<Key> = Vec::with_capacity(order.len() + 1);
    let mut by_id = false;
    for one in order {
        let (owner, table) = follow(conditions, params, module, alias, &one.path, joins);
        let field = owner.field(one.field);
        by_id |= one.path.is_empty() && matches!(field.ty, FieldType::Id);
        let mut names: Vec<&str> = Vec::with_capacity(one.path.len() + 1);
        let mut passed = module;
        for relation in &one.path {
            let relation = passed.field(*relation);
            names.push(&relation.column);
            if let FieldType::Relation { to, .. } = relation.ty {
                passed = conditions.catalog.module(to);
            }
        }
        names.push(if field.is_stored() { &field.column } else { &field.name });
        keys.push(Key {
            expression: conditions.field(params, owner, &table, field, instant),
            name: names.join("."),
            ty: ColumnType::of(field).expect("the gateway offers orders by fields with a value only"),
            descending: one.descending,
            nulls_first: one.nulls_first,
            nullable: !(field.required && one.path.is_empty() && conditions.may_read_all(owner.id, field.id)),
        });
        if by_id {
            return keys;
        }
    }
    // The tiebreaker runs the way of the key before it, so that one index serves both.
    let descending = keys.last().is_some_and(|k| k.descending);
    let expression = format!("{alias}.\"id\"");
    let name = "id".to_owned();
    keys.push(Key { expression, name, ty: ColumnType::Uuid, descending, nulls_first: false, nullable: false });
    keys
}

/// Whether an order changes with time alone. Its cursors carry the time of the first page behind their keys.
pub(super) fn moves(catalog: &Catalog, module: &Module, order: &[Order]) -> bool {
    order.iter().any(|one| {
        let owner = one.path.iter().fold(module, |module, relation| match module.field(*relation).ty {
            FieldType::Relation { to, .. } => catalog.module(to),
            _ => module,
        });
        owner.field(one.field).on_read().is_some()
    })
}

/// Joins the relations of a path; gives the module and the alias at its end.
pub(super) fn follow<'m>(
    conditions: &mut super::condition::Conditions<'m>,
    params: &mut Params,
    module: &'m Module,
    alias: &str,
    path: &[FieldId],
    joins: &mut Joins,
) -> (&'m Module, String) {
    let (mut module, mut alias) = (module, alias.to_owned());
    for relation in path {
        let field = module.field(*relation);
        let FieldType::Relation { to, .. } = field.ty else {
            unreachable!("the gateway orders through relations only")
        };
        let target = conditions.catalog.module(to);
        let step = (alias, *relation);
        if let Some((_, known)) = joins.known.iter().find(|(known, _)| *known == step) {
            (module, alias) = (target, known.clone());
            continue;
        }
        let other = conditions.alias();
        let link = conditions.column(params, module, &step.0, *relation, &field.column);
        let scope = conditions.scope(params, target, &other, Deleted::Exclude);
        joins
            .sql
            .push_str(&format!(" LEFT JOIN {} {other} ON {other}.\"id\" = {link} AND {scope}", quote(&target.table)));
        joins.known.push((step, other.clone()));
        (module, alias) = (target, other);
    }
    (module, alias)
}

/// `ORDER BY` terms over the keys' expressions.
pub(super) fn order_by(keys: &[Key], backward: bool) -> String {
    let terms: Vec<_> =
        keys.iter().map(|k| if backward { k.reversed().term(&k.expression) } else { k.term(&k.expression) }).collect();
    terms.join(", ")
}

/// Rows behind the position (`before`: in front of it). One operand per key, `None` for null.
pub(super) fn beyond(params: &mut Params, keys: &[Key], position: &[Option<Operand>], before: bool) -> String {
    let keys: Vec<Key> = if before { keys.iter().map(Key::reversed).collect() } else { keys.to_vec() };
    let descending = keys[0].descending;
    if position.iter().all(Option::is_some) && keys.iter().all(|k| !k.nullable && k.descending == descending) {
        return row_comparison(params, &keys, position, descending);
    }
    let mut alternatives = Vec::with_capacity(keys.len());
    for (n, key) in keys.iter().enumerate() {
        let Some(after) = past(params, key, position[n]) else { continue };
        let mut parts: Vec<_> = (0..n).map(|i| same(params, &keys[i], position[i])).collect();
        parts.push(after);
        alternatives.push(format!("({})", parts.join(" AND ")));
    }
    match alternatives.len() {
        0 => "FALSE".to_owned(),
        _ => format!("({})", alternatives.join(" OR ")),
    }
}

/// `(a, id) > ($1, $2)`: what an index answers with one descent.
fn row_comparison(params: &mut Params, keys: &[Key], position: &[Option<Operand>], descending: bool) -> String {
    let left: Vec<_> = keys.iter().map(|k| k.expression.clone()).collect();
    let right: Vec<_> =
        keys.iter().zip(position).filter_map(|(k, o)| o.map(|operand| params.operand(operand, k.ty))).collect();
    format!("({}) {} ({})", left.join(", "), if descending { "<" } else { ">" }, right.join(", "))
}

fn same(params: &mut Params, key: &Key, position: Option<Operand>) -> String {
    match position {
        None => format!("{} IS NULL", key.expression),
        Some(operand) => format!("{} = {}", key.expression, params.operand(operand, key.ty)),
    }
}

/// That a key is strictly past a position; `None` where nothing can be.
fn past(params: &mut Params, key: &Key, position: Option<Operand>) -> Option<String> {
    match position {
        None => (key.nullable && key.nulls_first).then(|| format!("{} IS NOT NULL", key.expression)),
        Some(operand) => {
            let operator = if key.descending { "<" } else { ">" };
            let beyond = format!("{} {operator} {}", key.expression, params.operand(operand, key.ty));
            let nulls_follow = key.nullable && !key.nulls_first;
            Some(if nulls_follow { format!("({beyond} OR {} IS NULL)", key.expression) } else { beyond })
        }
    }
}

/// Tells the cursors of one order from those of another (FNV-1a over what defines it).
pub(super) fn fingerprint(module: &Module, keys: &[Key]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut eat = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    };
    eat(module.name.as_bytes());
    for key in keys {
        eat(key.name.as_bytes());
        eat(&[u8::from(key.descending), u8::from(key.nulls_first && key.nullable)]);
    }
    hash
}
