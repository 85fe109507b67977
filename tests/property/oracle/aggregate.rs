//! Aggregates: groups of rows, and what is computed of each.

use super::{
    BadInput,
    cell::{Cell, Kind},
    coerce::Values,
    execute::Execution,
    filter::{Condition, all, not},
    period::{self, Period},
    test::tests_of,
    world::{Deleted, Meaning, Row},
};
use apollo_compiler::ast::Selection;
use kontor_metadata::model::{Field, Module};
use serde_json::{Map, Value as Json, json};
use std::cmp::Ordering;

/// What rows have in common: names that lead to it, and how its value is found.
struct Key<'w> {
    names: Vec<String>,
    path: Vec<(&'w Field, &'w Module)>,
    field: &'w Field,
    column: String,
    /// Name of the period, of days and moments.
    bucket: Option<String>,
}

/// Rows that have the same keys.
struct Group<'w> {
    keys: Vec<Json>,
    /// What groups are ordered by in the end.
    order: Vec<Cell>,
    rows: Vec<&'w Row>,
}

impl<'d, 'w> Execution<'d, 'w> {
    /// The groups of the rows that belong.
    pub(super) fn aggregate(
        &self,
        module: &'w Module,
        arguments: &Values,
        belongs: impl Fn(&Row) -> bool,
        sets: &[&'d [Selection]],
    ) -> Result<Json, BadInput> {
        let deleted = Deleted::read(arguments);
        let filter = arguments.get("filter").and_then(Json::as_object);
        let filter = Condition::read(self.world, module, filter.unwrap_or(&Map::new()))?;
        let keys = self.keys(module, arguments);
        let zone = match arguments.get("timeZone").and_then(Json::as_str) {
            Some(name) => name.parse().unwrap(),
            None => self.world.time_zone(),
        };
        // Read once for a group of nothing, since bad values are refused even if there is no group.
        let nulls = keys.iter().map(|_| Json::Null).collect();
        let nothing = Group { keys: nulls, order: keys.iter().map(|_| Cell::Null).collect(), rows: Vec::new() };
        self.group(module, &keys, &nothing, sets)?;
        if let Some(Json::Object(having)) = arguments.get("having") {
            self.holds(module, having, &nothing)?;
        }
        let mut groups: Vec<Group<'w>> = Vec::new();
        let rows = self.world.visible(module, deleted).into_iter().filter(|row| belongs(row));
        for row in rows.filter(|row| filter.holds(self.world, module, row) == Some(true)) {
            let (values, order): (Vec<_>, Vec<_>) = keys.iter().map(|key| self.value(key, row, zone)).unzip();
            match groups.iter_mut().find(|group| group.order == order) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { keys: values, order, rows: vec![row] }),
            }
        }
        if keys.is_empty() && groups.is_empty() {
            groups.push(Group { keys: Vec::new(), order: Vec::new(), rows: Vec::new() });
        }
        if let Some(Json::Object(having)) = arguments.get("having") {
            let mut kept = Vec::new();
            for group in groups {
                if self.holds(module, having, &group)? == Some(true) {
                    kept.push(group);
                }
            }
            groups = kept;
        }
        let terms = arguments.get("orderBy").and_then(Json::as_array).cloned().unwrap_or_default();
        let of_none =
            |term: &Json| term.get("group").is_some_and(|path| !keys.iter().any(|k| k.names == names(path).0));
        if terms.iter().any(of_none) {
            return Err(BadInput);
        }
        groups.sort_by(|a, b| self.compare(module, &terms, &keys, a, b));
        let number = |name: &str, default| match arguments.get(name) {
            None | Some(Json::Null) => Ok(default),
            Some(value) => match usize::try_from(value.as_i64().unwrap()) {
                Ok(number) if number <= 1_000 || name == "offset" => Ok(number),
                _ => Err(BadInput),
            },
        };
        let (first, offset) = (number("first", 1_000)?, number("offset", 0)?);
        let page = groups.iter().skip(offset).take(first);
        page.map(|group| self.group(module, &keys, group, sets)).collect()
    }

    fn keys(&self, module: &'w Module, arguments: &Values) -> Vec<Key<'w>> {
        let given = arguments.get("groupBy").and_then(Json::as_array);
        given.into_iter().flatten().map(|key| self.key(module, key, Vec::new(), Vec::new())).collect()
    }

    fn key(
        &self,
        module: &'w Module,
        key: &Json,
        mut names: Vec<String>,
        mut path: Vec<(&'w Field, &'w Module)>,
    ) -> Key<'w> {
        let (name, value) = key.as_object().unwrap().iter().next().unwrap();
        names.push(name.clone());
        let bucket = value.as_str().map(str::to_owned);
        match self.world.meaning(module, name) {
            Some(Meaning::One(field, target)) => {
                path.push((field, target));
                self.key(target, value, names, path)
            }
            Some(Meaning::Column(field)) => Key { names, path, field, column: field.column.clone(), bucket },
            Some(Meaning::TypeOf(field)) => Key { names, path, field, column: field.type_column().unwrap(), bucket },
            _ => panic!("{}: unknown group {name}", module.name),
        }
    }

    /// A key of a row as it is shown, and as it is ordered.
    fn value(&self, key: &Key<'w>, row: &Row, zone: chrono_tz::Tz) -> (Json, Cell) {
        let end = key.path.iter().try_fold(row, |row, (field, target)| self.world.find(target, &row[&field.column]));
        let cell = end.map_or(Cell::Null, |row| row[&key.column].clone());
        match &key.bucket {
            Some(bucket) => match period::of(&cell, bucket, zone) {
                Period::Start(cell) => (cell.plain(), cell),
                Period::Number(number) => (json!(number), Cell::Integer(number)),
                Period::None => (Json::Null, Cell::Null),
            },
            None if key.field.column == key.column => (cell.json(key.field), cell),
            None => (cell.plain(), cell),
        }
    }

    /// Whether a group meets conditions.
    fn holds(&self, module: &'w Module, having: &Values, group: &Group<'w>) -> Result<Option<bool>, BadInput> {
        let mut parts = Vec::new();
        for (key, value) in having.iter().filter(|(_, value)| !value.is_null()) {
            match (key.as_str(), value) {
                ("and" | "or", Json::Array(inner)) => {
                    let inner = inner.iter().map(|h| self.holds(module, h.as_object().unwrap(), group));
                    let inner = inner.collect::<Result<Vec<_>, _>>()?;
                    parts.push(match key.as_str() {
                        "and" => all(inner.into_iter()),
                        _ => not(all(inner.into_iter().map(not))),
                    });
                }
                ("not", Json::Object(inner)) => parts.push(not(self.holds(module, inner, group)?)),
                ("count", conditions) => {
                    parts.push(self.passes(&self.measure(module, "count", "", group), conditions)?)
                }
                (calculation, Json::Object(fields)) => {
                    for (name, conditions) in fields {
                        parts.push(self.passes(&self.measure(module, calculation, name, group), conditions)?);
                    }
                }
                _ => panic!("unknown condition {key} on groups"),
            }
        }
        Ok(all(parts.into_iter()))
    }

    fn passes(&self, (cell, kind): &(Cell, Kind), conditions: &Json) -> Result<Option<bool>, BadInput> {
        let tests = tests_of(self.world, None, *kind, conditions)?;
        Ok(all(tests.iter().map(|test| test.holds(cell))))
    }

    /// What is computed of a group, and its kind.
    fn measure(&self, module: &'w Module, calculation: &str, name: &str, group: &Group<'w>) -> (Cell, Kind) {
        if calculation == "count" {
            return (Cell::Integer(i64::try_from(group.rows.len()).unwrap()), Kind::Integer);
        }
        let (column, kind) = match self.world.meaning(module, name) {
            Some(Meaning::Column(field)) => (field.column.clone(), Kind::of(field)),
            Some(Meaning::TypeOf(field)) => (field.type_column().unwrap(), Kind::Text),
            _ => panic!("{}: nothing to compute of {name}", module.name),
        };
        let values: Vec<&Cell> = group.rows.iter().map(|row| &row[&column]).filter(|cell| !cell.is_null()).collect();
        let count = |number: usize| (Cell::Integer(i64::try_from(number).unwrap()), Kind::Integer);
        let extreme = |which: Ordering| {
            let better = |a: &&Cell, b: &&Cell| if a.compare(b) == which { *a } else { *b }.clone();
            values
                .iter()
                .skip(1)
                .fold(values.first().map(|v| (*v).clone()), |best, cell| best.map(|b| better(&&b, cell)))
        };
        match calculation {
            "countValues" => count(values.len()),
            "countDistinct" => {
                let mut distinct: Vec<&Cell> = Vec::new();
                values.iter().for_each(|value| {
                    if !distinct.contains(value) {
                        distinct.push(value)
                    }
                });
                count(distinct.len())
            }
            "min" => (extreme(Ordering::Less).unwrap_or(Cell::Null), kind),
            "max" => (extreme(Ordering::Greater).unwrap_or(Cell::Null), kind),
            "sum" | "avg" => exact(&values, kind, calculation == "avg"),
            other => panic!("unknown calculation {other}"),
        }
    }

    fn compare(&self, module: &'w Module, terms: &[Json], keys: &[Key<'w>], a: &Group<'w>, b: &Group<'w>) -> Ordering {
        let mut order = Ordering::Equal;
        for term in terms {
            let (what, value) = term.as_object().unwrap().iter().next().unwrap();
            let (one, other, direction) = match (what.as_str(), value) {
                ("group", path) => {
                    let (names, direction) = names(path);
                    let n = keys.iter().position(|key| key.names == names).unwrap();
                    (a.order[n].clone(), b.order[n].clone(), direction)
                }
                ("count", direction) => {
                    (self.measure(module, "count", "", a).0, self.measure(module, "count", "", b).0, direction)
                }
                (calculation, of) => {
                    let (name, direction) = of.as_object().unwrap().iter().next().unwrap();
                    let of = |group| self.measure(module, calculation, name, group).0;
                    (of(a), of(b), direction)
                }
            };
            order = order.then_with(|| super::order::directed(&one, &other, direction.as_str().unwrap()));
        }
        let rest = a.order.iter().zip(&b.order).map(|(a, b)| super::order::directed(a, b, "ASC"));
        order.then_with(|| rest.fold(Ordering::Equal, Ordering::then))
    }

    fn group(
        &self,
        module: &'w Module,
        keys: &[Key<'w>],
        group: &Group<'w>,
        sets: &[&'d [Selection]],
    ) -> Result<Json, BadInput> {
        let ty = format!("{}Aggregate", module.name);
        let mut object = Map::new();
        for selected in self.collect(&ty, sets) {
            let value = match selected.field().name.as_str() {
                "__typename" => json!(ty),
                "keys" => json!(group.keys),
                "count" => self.measure(module, "count", "", group).0.plain(),
                "group" => self.named(&format!("{}Group", module.name), &[], keys, group, &selected.selections())?,
                calculation => {
                    let inner = self.definition(&ty, &selected).ty.inner_named_type();
                    self.flat(inner, &selected.selections(), |name| {
                        self.measure(module, calculation, name, group).0.plain()
                    })
                }
            };
            object.insert(selected.key.to_owned(), value);
        }
        Ok(Json::Object(object))
    }

    /// Keys by name.
    fn named(
        &self,
        ty: &str,
        path: &[String],
        keys: &[Key<'w>],
        group: &Group<'w>,
        sets: &[&'d [Selection]],
    ) -> Result<Json, BadInput> {
        let mut object = Map::new();
        for selected in self.collect(ty, sets) {
            let name = selected.field().name.to_string();
            let path = [path, std::slice::from_ref(&name)].concat();
            let below = selected.selections();
            let cyclic = |key: &Key<'_>| key.bucket.as_ref().is_some_and(|b| b.contains("_OF_"));
            let number = keys.iter().position(|key| key.names == path && !cyclic(key));
            let value = match number {
                _ if name == "__typename" => json!(ty),
                Some(n) => group.keys[n].clone(),
                None if selected.field().selection_set.is_empty() => return Err(BadInput),
                None => self.named(self.definition(ty, &selected).ty.inner_named_type(), &path, keys, group, &below)?,
            };
            object.insert(selected.key.to_owned(), value);
        }
        Ok(Json::Object(object))
    }
}

/// `[account, name]` and the direction of `{account: {name: ASC}}`.
fn names(path: &Json) -> (Vec<String>, &Json) {
    let (name, value) = path.as_object().unwrap().iter().next().unwrap();
    if !value.is_object() {
        return (vec![name.clone()], value);
    }
    let (mut rest, direction) = names(value);
    rest.insert(0, name.clone());
    (rest, direction)
}

/// A sum, or a mean rounded half away from zero to four digits more.
fn exact(values: &[&Cell], kind: Kind, mean: bool) -> (Cell, Kind) {
    let scale = if let Kind::Decimal(scale) = kind { scale } else { 0 };
    let units = values.iter().map(|cell| match cell {
        Cell::Decimal(units, _) => *units,
        Cell::Integer(integer) => i128::from(*integer),
        other => panic!("{other:?} has no sum"),
    });
    let (sum, count): (i128, i128) = (units.sum(), i128::try_from(values.len()).unwrap());
    match (count, mean) {
        (0, _) => (Cell::Null, Kind::Decimal(if mean { scale + 4 } else { scale })),
        (_, false) => (Cell::Decimal(sum, scale), Kind::Decimal(scale)),
        (count, true) => {
            let doubled = (sum.abs() * 10_000 * 2 + count) / (count * 2);
            (Cell::Decimal(doubled * sum.signum(), scale + 4), Kind::Decimal(scale + 4))
        }
    }
}
