//! What a change of the schema means for clients, as graphql-js tells it (`findBreakingChanges`,
//! `findDangerousChanges`); but what a client may leave out is safe.

use async_graphql::parser::{
    parse_schema,
    types::{
        BaseType, EnumType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
        TypeSystemDefinition,
    },
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How a client takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Operations that were valid are not any more, or fail.
    Breaking,
    /// Operations stay valid and may meet what they have not met before.
    Dangerous,
    /// No operation notices.
    Safe,
}

impl Class {
    /// `breaking`, `dangerous` or `safe`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// How a client takes it.
    pub class: Class,
    /// `Account`, `Account.name` or `Query.accounts(first:)`.
    pub path: String,
    /// What happened to it: `was removed`.
    pub what: String,
}

/// The changes between two schemas in SDL, the worst first; nothing where one of them is not understood.
#[must_use]
pub fn changes(old: &str, new: &str) -> Vec<Change> {
    let (Ok(old), Ok(new)) = (parse_schema(old), parse_schema(new)) else { return Vec::new() };
    let (old, new) = (types(&old), types(&new));
    let mut found = Changes::default();
    for (name, was) in &old {
        match new.get(name) {
            Some(is) => found.definition(name, was, is),
            None => found.add(Class::Breaking, (*name).to_owned(), "was removed"),
        }
    }
    for name in new.keys().filter(|name| !old.contains_key(*name)) {
        found.add(Class::Safe, (*name).to_owned(), "is new");
    }
    found.0.sort();
    found.0
}

fn types(document: &ServiceDocument) -> BTreeMap<&str, &TypeDefinition> {
    let mut found = BTreeMap::new();
    for definition in &document.definitions {
        if let TypeSystemDefinition::Type(ty) = definition {
            found.insert(ty.node.name.node.as_str(), &ty.node);
        }
    }
    found
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, class: Class, path: String, what: impl Into<String>) {
        self.0.push(Change { class, path, what: what.into() });
    }

    fn definition(&mut self, name: &str, was: &TypeDefinition, is: &TypeDefinition) {
        match (&was.kind, &is.kind) {
            (TypeKind::Object(was), TypeKind::Object(is)) => {
                let names = |list: &[async_graphql::Positioned<async_graphql::Name>]| -> BTreeSet<String> {
                    list.iter().map(|name| name.node.to_string()).collect()
                };
                let (had, has) = (names(&was.implements), names(&is.implements));
                self.members(name, &had, &has, "implements");
                self.fields(name, &was.fields, &is.fields);
            }
            (TypeKind::Interface(was), TypeKind::Interface(is)) => self.fields(name, &was.fields, &is.fields),
            (TypeKind::Union(was), TypeKind::Union(is)) => {
                let names = |list: &[async_graphql::Positioned<async_graphql::Name>]| -> BTreeSet<String> {
                    list.iter().map(|name| name.node.to_string()).collect()
                };
                self.members(name, &names(&was.members), &names(&is.members), "may be");
            }
            (TypeKind::Enum(was), TypeKind::Enum(is)) => self.values(name, was, is),
            (TypeKind::InputObject(was), TypeKind::InputObject(is)) => {
                self.inputs(&was.fields, &is.fields, |field| format!("{name}.{field}"));
            }
            (TypeKind::Scalar, TypeKind::Scalar) => {}
            _ => self.add(Class::Breaking, name.to_owned(), "is of another kind"),
        }
    }

    /// Types that values of a type may be: operations may not know a new one.
    fn members(&mut self, name: &str, had: &BTreeSet<String>, has: &BTreeSet<String>, verb: &str) {
        for gone in had.difference(has) {
            self.add(Class::Breaking, name.to_owned(), format!("no longer {verb} {gone}"));
        }
        for new in has.difference(had) {
            self.add(Class::Dangerous, name.to_owned(), format!("{verb} {new}, too"));
        }
    }

    fn values(&mut self, name: &str, was: &EnumType, is: &EnumType) {
        let names = |of: &EnumType| of.values.iter().map(|value| value.node.value.to_string()).collect::<BTreeSet<_>>();
        let (had, has) = (names(was), names(is));
        for gone in had.difference(&has) {
            self.add(Class::Breaking, format!("{name}.{gone}"), "was removed");
        }
        for new in has.difference(&had) {
            // Who only sends values never meets a new one.
            let class = if sent_only(name) { Class::Safe } else { Class::Dangerous };
            self.add(class, format!("{name}.{new}"), "is new");
        }
    }

    fn fields(
        &mut self,
        name: &str,
        was: &[async_graphql::Positioned<FieldDefinition>],
        is: &[async_graphql::Positioned<FieldDefinition>],
    ) {
        let (had, has) = (by_name(was, |field| &field.name.node), by_name(is, |field| &field.name.node));
        for (field, was) in &had {
            let path = format!("{name}.{field}");
            let Some(is) = has.get(field) else {
                self.add(Class::Breaking, path, "was removed");
                continue;
            };
            let (old, new) = (&was.ty.node, &is.ty.node);
            if old != new {
                let class = if answers(old, new) { Class::Safe } else { Class::Breaking };
                self.add(class, path.clone(), format!("was {old} and is {new}"));
            }
            self.inputs(&was.arguments, &is.arguments, |argument| format!("{path}({argument}:)"));
        }
        for field in has.keys().filter(|field| !had.contains_key(*field)) {
            self.add(Class::Safe, format!("{name}.{field}"), "is new");
        }
    }

    fn inputs(
        &mut self,
        was: &[async_graphql::Positioned<InputValueDefinition>],
        is: &[async_graphql::Positioned<InputValueDefinition>],
        path: impl Fn(&str) -> String,
    ) {
        let (had, has) = (by_name(was, |input| &input.name.node), by_name(is, |input| &input.name.node));
        for (name, was) in &had {
            let Some(is) = has.get(name) else {
                self.add(Class::Breaking, path(name), "was removed");
                continue;
            };
            let (old, new) = (&was.ty.node, &is.ty.node);
            if old != new {
                let class = if answers(new, old) { Class::Safe } else { Class::Breaking };
                self.add(class, path(name), format!("was {old} and is {new}"));
            }
            if was.default_value.as_ref().map(|v| &v.node) != is.default_value.as_ref().map(|v| &v.node) {
                self.add(Class::Dangerous, path(name), "has another default");
            }
        }
        for (name, new) in has.iter().filter(|(name, _)| !had.contains_key(*name)) {
            let demanded = !new.ty.node.nullable && new.default_value.is_none();
            let (class, what) =
                if demanded { (Class::Breaking, "is new and required") } else { (Class::Safe, "is new") };
            self.add(class, path(name), what);
        }
    }
}

fn by_name<'t, T>(
    list: &'t [async_graphql::Positioned<T>],
    name: impl Fn(&'t T) -> &'t async_graphql::Name,
) -> BTreeMap<&'t str, &'t T> {
    list.iter().map(|item| (name(&item.node).as_str(), &item.node)).collect()
}

/// Enums that stand in inputs alone, by how they are named.
fn sent_only(name: &str) -> bool {
    name.ends_with("GroupField") || name.ends_with("OrderField")
}

/// Whether every answer of the new type is one of the old.
fn answers(old: &Type, new: &Type) -> bool {
    let inner = match (&old.base, &new.base) {
        (BaseType::Named(old), BaseType::Named(new)) => old == new,
        (BaseType::List(old), BaseType::List(new)) => answers(old, new),
        _ => false,
    };
    inner && (old.nullable || !new.nullable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_apart() {
        let old = "type Query { a(x: Int): A b: Int! gone: Int }
            type A { n: Int s: State } enum State { ON OFF } union U = A | B type B { n: Int }
            input I { a: Int b: Int! } scalar Old";
        let new = "type Query { a(x: Int! y: Int): A b: Int }
            type A { n: Int! s: State t: Int } enum State { ON MAYBE } union U = A | C type B { n: Int } type C { n: Int }
            input I { a: Int! b: Int c: Int d: Int! }";
        let shown: Vec<String> =
            changes(old, new).iter().map(|c| format!("{} {} {}", c.class.name(), c.path, c.what)).collect();
        let expected = [
            "breaking I.a was Int and is Int!",
            "breaking I.d is new and required",
            "breaking Old was removed",
            "breaking Query.a(x:) was Int and is Int!",
            "breaking Query.b was Int! and is Int",
            "breaking Query.gone was removed",
            "breaking State.OFF was removed",
            "breaking U no longer may be B",
            "dangerous State.MAYBE is new",
            "dangerous U may be C, too",
            "safe A.n was Int and is Int!",
            "safe A.t is new",
            "safe C is new",
            "safe I.b was Int! and is Int",
            "safe I.c is new",
            "safe Query.a(y:) is new",
        ];
        assert_eq!(shown, expected);
        assert!(changes(new, new).is_empty());
    }
}
