//! Arguments: values of input types, driven by the schema.

use super::{EXCLUDED_ARGUMENTS, Generator, Hint, literal::Literal};
use crate::property::oracle::{Kind, Meaning};
use apollo_compiler::{
    ast::Type,
    schema::{ExtendedType, FieldDefinition, InputObjectType},
};
use serde_json::Value as Json;

impl<'w> Generator<'w> {
    /// `(first: 3, filter: …)`, or nothing.
    pub(super) fn arguments(
        &mut self,
        field: &FieldDefinition,
        mut given: Vec<(String, Literal)>,
        depth: usize,
    ) -> String {
        let world = self.world;
        let connection = field.ty.inner_named_type().as_str();
        let pages = field.argument_by_name("after").is_some();
        if pages {
            self.paging(connection, depth, &mut given);
        }
        for argument in &field.arguments {
            let name = argument.name.as_str();
            let paging = pages && matches!(name, "first" | "last" | "after" | "before" | "offset");
            // A cursor fits the order that it was given out for.
            let fixed = name == "orderBy" && given.iter().any(|(key, _)| key == "after" || key == "before");
            let there = fixed || name == "groupBy" || given.iter().any(|(key, _)| key == name);
            if paging
                || there
                || EXCLUDED_ARGUMENTS.contains(&name)
                || (!argument.is_required() && self.random.chance(60))
            {
                continue;
            }
            let key = match name {
                "id" | "ids" => "id",
                "first" => "size",
                "offset" => "offset",
                "timeZone" => "timeZone",
                _ => "",
            };
            let module = connection.strip_suffix("Connection").unwrap_or(connection);
            let module = world.catalog.find(module);
            let hint = Hint {
                field: module.filter(|_| name == "id").and_then(|m| m.find("id")),
                key,
                null: !argument.is_required(),
            };
            let value = self.input(&argument.ty, hint, 0);
            given.push((name.to_owned(), value));
        }
        if given.is_empty() {
            return String::new();
        }
        let given: Vec<_> = given.iter().map(|(name, value)| format!("{name}: {}", value.graphql())).collect();
        format!("({})", given.join(", "))
    }

    /// The arguments that say which part of a list.
    fn paging(&mut self, connection: &str, depth: usize, given: &mut Vec<(String, Literal)>) {
        let int = Type::Named(apollo_compiler::name!("Int"));
        let size = Hint { key: if depth > 1 { "small" } else { "size" }, null: depth == 0, ..Hint::default() };
        match self.random.below(10) {
            0 if depth == 0 => {}
            0..8 => given.push(("first".to_owned(), self.input(&int, size, 0))),
            _ => given.push(("last".to_owned(), self.input(&int, size, 0))),
        }
        if self.random.chance(12) {
            given.push((
                "offset".to_owned(),
                self.input(&int, Hint { key: "offset", null: true, ..Hint::default() }, 0),
            ));
        }
        let fitting: Vec<_> =
            self.cursors.iter().filter(|(_, position)| position.list == connection).cloned().collect();
        if fitting.is_empty() || self.random.chance(25) {
            return;
        }
        let (cursor, position) = self.random.pick(&fitting).clone();
        let name = if self.random.chance(70) { "after" } else { "before" };
        let cursors: Vec<_> =
            fitting.iter().filter(|(_, p)| p.order == position.order).map(|(c, _)| Json::String(c.clone())).collect();
        let value = if self.random.chance(40) { self.fixed_variable("String", cursors) } else { Literal::Text(cursor) };
        given.push((name.to_owned(), value));
        if let Json::Array(_) = &position.order {
            given.push(("orderBy".to_owned(), order(&position.order)));
        }
    }

    /// A value for a place: a literal, a variable, null where it has a meaning.
    pub(super) fn input(&mut self, ty: &Type, hint: Hint<'w>, depth: usize) -> Literal {
        self.place(ty, false, hint, depth)
    }

    fn place(&mut self, ty: &Type, one_of: bool, hint: Hint<'w>, depth: usize) -> Literal {
        if !self.outside && self.random.chance(18) {
            return self.variable(ty, one_of, hint);
        }
        if !ty.is_non_null() && !one_of && hint.null && self.random.chance(4) {
            return Literal::Null;
        }
        self.value(ty, hint, depth)
    }

    /// A value that is not null and no variable itself.
    pub(super) fn value(&mut self, ty: &Type, hint: Hint<'w>, depth: usize) -> Literal {
        let world = self.world;
        if ty.is_list() {
            let item = ty.item_type();
            let count = match hint.key {
                "between" if self.random.chance(97) => 2,
                _ => *self.random.pick(&[0, 1, 1, 2, 2, 3]),
            };
            // The value of a whole list in a variable is also a list.
            if count == 1 && !self.outside && self.random.chance(30) {
                return self.value(item, Hint { null: false, ..hint }, depth);
            }
            let hint = Hint { null: false, ..hint };
            return Literal::List((0..count).map(|_| self.place(item, false, hint, depth)).collect());
        }
        let name = ty.inner_named_type();
        match &world.schema.types[name] {
            ExtendedType::InputObject(object) => self.object(object, hint, depth),
            ExtendedType::Enum(options) => {
                let used = hint.field.and_then(|field| self.stored(field));
                let names: Vec<_> = options.values.keys().map(|v| v.to_string()).collect();
                let value = used.filter(|v| names.contains(v)).filter(|_| self.random.chance(50));
                Literal::Enum(value.unwrap_or_else(|| self.random.pick(&names).clone()))
            }
            _ => self.scalar(name, hint),
        }
    }

    fn object(&mut self, ty: &'w InputObjectType, hint: Hint<'w>, depth: usize) -> Literal {
        let world = self.world;
        if ty.name == "JSONFilter" {
            return self.json_filter();
        }
        let one_of = ty.directives.has("oneOf");
        let strip = |suffix: &str| ty.name.strip_suffix(suffix).and_then(|name| world.catalog.find(name));
        let module = ["Filter", "Order", "GroupBy", "CountsHaving", "TotalsHaving", "ExtremesHaving"].into_iter();
        let module = module.chain(["CountsOrder", "TotalsOrder", "ExtremesOrder"]).find_map(strip);
        let nests = |key: &str| {
            let module = module.and_then(|m| world.meaning(m, key));
            matches!(key, "and" | "or" | "not") || matches!(module, Some(Meaning::One(..) | Meaning::Many(_)))
        };
        let inexact = ty.name.contains("Totals");
        let stored = |key: &str| match module.and_then(|m| world.meaning(m, key)) {
            Some(Meaning::Column(field)) => field.is_stored() && !(inexact && Kind::of(field) == Kind::Float),
            _ => !(ty.name.ends_with("AggregateOrder") && key == "group"),
        };
        let keys = ty.fields.values().filter(|f| stored(&f.name) && (depth < 4 || !nests(&f.name)));
        let keys: Vec<_> = keys.collect();
        let count = match (one_of, module.is_some()) {
            (true, _) => 1,
            (_, true) => *self.random.pick(&[0, 1, 1, 1, 2, 2, 3]),
            _ => *self.random.pick(&[0, 1, 1, 1, 1, 1, 2]),
        };
        let mut given: Vec<(String, Literal)> = Vec::new();
        for _ in 0..count {
            let field = if self.random.chance(12) && depth < 4 {
                let logical: Vec<_> = keys.iter().filter(|f| matches!(f.name.as_str(), "and" | "or" | "not")).collect();
                if logical.is_empty() { *self.random.pick(&keys) } else { **self.random.pick(&logical) }
            } else {
                *self.random.pick(&keys)
            };
            let key = field.name.as_str();
            if given.iter().any(|(name, _)| name == key) {
                continue;
            }
            let meaning = module.and_then(|module| world.meaning(module, key));
            let compared = match meaning {
                Some(Meaning::Column(field) | Meaning::TypeOf(field)) => Some(field),
                Some(_) => None,
                None => hint.field,
            };
            // Operators but `eq` and `ne` refuse null; that is seen now and then.
            let null = module.is_some() && !ty.name.ends_with("Having")
                || ty.name.ends_with("ListFilter")
                || matches!(key, "eq" | "ne")
                || self.random.chance(1);
            let inner = Hint { field: compared, key: if hint.key == "group" { "group" } else { key }, null };
            let value = self.place(&field.ty, one_of, inner, depth + 1);
            given.push((key.to_owned(), value));
        }
        Literal::Object(given)
    }

    /// Conditions on JSON, whose keys depend on each other.
    fn json_filter(&mut self) -> Literal {
        let paths = ["a", "a.b", "a.b.0", "a.1", "a.2.c", "color", "0", "-1", "1", "n", "b", "no.such", "a.-1"];
        let mut given = Vec::new();
        if self.random.chance(25) {
            return Literal::Object(vec![("isNull".to_owned(), Literal::Boolean(self.random.chance(50)))]);
        }
        if self.random.chance(80) {
            given.push(("path".to_owned(), Literal::Text((*self.random.pick(&paths)).to_owned())));
        }
        if self.random.chance(60) {
            let documents = crate::property::seed::documents();
            let mut value = self.random.pick(&documents).clone();
            // A part of a document, as often as a whole one.
            while self.random.chance(60) {
                value = match &value {
                    Json::Array(items) if !items.is_empty() => self.random.pick(items).clone(),
                    Json::Object(object) if !object.is_empty() => {
                        let values: Vec<_> = object.values().collect();
                        (*self.random.pick(&values)).clone()
                    }
                    _ => break,
                };
            }
            given.push(("eq".to_owned(), Literal::of(&value)));
        } else {
            given.push(("exists".to_owned(), Literal::Boolean(self.random.chance(70))));
        }
        Literal::Object(given)
    }
}

/// An `orderBy` of before.
fn order(order: &Json) -> Literal {
    match order {
        Json::Array(keys) => Literal::List(keys.iter().map(self::order).collect()),
        Json::Object(key) => Literal::Object(key.iter().map(|(k, v)| (k.clone(), self::order(v))).collect()),
        other => Literal::Enum(other.as_str().unwrap().to_owned()),
    }
}
