//! Aggregates: what is selected of a group, and how groups are ordered, follows from what they are grouped by.

use super::{Generator, Hint, literal::Literal};
use apollo_compiler::{
    Name,
    ast::Type,
    schema::{ExtendedType, FieldDefinition},
};

impl Generator<'_> {
    /// The arguments `groupBy` and `orderBy`, and the selection of a group.
    pub(super) fn groups(&mut self, field: &FieldDefinition, depth: usize) -> (Vec<(String, Literal)>, String) {
        let ty = field.ty.inner_named_type().as_str();
        let module = ty.strip_suffix("Aggregate").expect("it was told by its name");
        let group_by = Type::NonNullNamed(Name::new(&format!("{module}GroupBy")).unwrap());
        let mut given = Vec::new();
        let count = *self.random.pick(&[0, 1, 1, 1, 2, 3]);
        let keys: Vec<_> =
            (0..count).map(|_| self.inside(&group_by, Hint { key: "group", ..Hint::default() })).collect();
        if !keys.is_empty() || self.random.chance(30) {
            let list = Literal::List(keys.clone());
            let value = match self.random.chance(30) {
                true => self.fixed_variable(&format!("[{module}GroupBy!]"), vec![list.json()]),
                false => list,
            };
            given.push(("groupBy".to_owned(), value));
        }
        let ordered: Vec<_> = keys.iter().filter(|key| self.has_order(&format!("{module}Order"), key)).collect();
        if !ordered.is_empty() && self.random.chance(25) {
            let key = (*self.random.pick(&ordered)).clone();
            let direction = *self.random.pick(&["ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_LAST"]);
            let by = Literal::Object(vec![("group".to_owned(), directed(&key, direction))]);
            given.push(("orderBy".to_owned(), Literal::List(vec![by])));
        }
        let names: Vec<_> = keys.iter().filter_map(name).collect();
        let mut selection = self.selection(ty, depth + 1);
        if !names.is_empty() && self.random.chance(70) {
            selection = selection.replacen('{', &format!("{{ group {{ {} __typename }}", names.join(" ")), 1);
        }
        (given, selection)
    }

    /// Whether records can be ordered by what they are grouped by.
    fn has_order(&self, order: &str, key: &Literal) -> bool {
        let Literal::Object(keys) = key else { return true };
        let Some(ExtendedType::InputObject(object)) = self.world.schema.types.get(order) else { return false };
        let (name, value) = &keys[0];
        object.fields.get(name.as_str()).is_some_and(|field| self.has_order(field.ty.inner_named_type(), value))
    }
}

/// `account { name }` of `{account: {name: true}}`; nothing for a period that comes again, which has no name.
fn name(key: &Literal) -> Option<String> {
    let Literal::Object(keys) = key else { return Some(String::new()) };
    let (name, value) = &keys[0];
    match value {
        Literal::Enum(bucket) if bucket.contains("_OF_") => None,
        Literal::Object(_) => Some(format!("{name} {{ {} }}", self::name(value)?)),
        _ => Some(name.clone()),
    }
}

/// `{account: {name: ASC}}` of `{account: {name: true}}`.
fn directed(key: &Literal, direction: &str) -> Literal {
    match key {
        Literal::Object(keys) => Literal::Object(vec![(keys[0].0.clone(), directed(&keys[0].1, direction))]),
        _ => Literal::Enum(direction.to_owned()),
    }
}
