//! Fields that share a response key must be one field (GraphQL specification §5.3.2, FieldsInSetCanMerge).
//!
//! async-graphql compares fields by the type condition that stands around them. So it refuses fields of different types
//! that may share a key, and lets pass what cannot be merged. Its rule is kept out of the way by [`apart`], and this one
//! takes its place: once for the shape of the values and once for fields of a common parent, each field looked at once
//! per level, after S. Adameit's algorithm.

use crate::{
    error::Error,
    limits,
    schema::model::{Ref, TypeTable},
};
use async_graphql::{
    Name, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};
use indexmap::IndexMap;
use std::collections::HashSet;

/// Selections looked at per document. Only interfaces within interfaces come near it: fields of an interface are compared
/// with those of each object type.
const MOST: usize = 100_000;

/// Gives every field an alias of its own, so that no two share a response key.
pub(crate) fn apart(document: &mut ExecutableDocument) {
    let mut number = 0;
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(only) => vec![only],
        DocumentOperations::Multiple(all) => all.values_mut().collect(),
    };
    for operation in operations {
        apart_in(&mut operation.node.selection_set.node, &mut number);
    }
    for fragment in document.fragments.values_mut() {
        apart_in(&mut fragment.node.selection_set.node, &mut number);
    }
}

fn apart_in(set: &mut SelectionSet, number: &mut usize) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                *number += 1;
                field.node.alias = Some(Positioned::new(Name::new(format!("f{number}")), field.pos));
                apart_in(&mut field.node.selection_set.node, number);
            }
            Selection::InlineFragment(inline) => apart_in(&mut inline.node.selection_set.node, number),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Checks a document that is valid but for this rule.
///
/// # Errors
/// The first fields that cannot be merged.
pub(crate) fn check(types: &TypeTable, document: &ExecutableDocument) -> Result<(), Error> {
    let mut rule = Rule { types, document, typename: Ref::required("String"), seen: 0 };
    for (_, operation) in document.operations.iter() {
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let sets = [(Some(root), &operation.node.selection_set.node)];
        rule.same_shapes(&sets)?;
        rule.same_fields(&sets)?;
    }
    Ok(())
}

/// A selection set and the type that it is on; none below introspection, all of whose types are objects that share no
/// response key.
type Set<'d> = (Option<&'d str>, &'d SelectionSet);

/// A field where it stands.
struct Occurrence<'d> {
    parent: Option<&'d str>,
    field: &'d Positioned<Field>,
    /// Its type, where the schema's description has it.
    ty: Option<Ref>,
}

struct Rule<'d> {
    types: &'d TypeTable,
    document: &'d ExecutableDocument,
    /// Type of `__typename`.
    typename: Ref,
    seen: usize,
}

impl<'d> Rule<'d> {
    /// Values under one key have one shape, whatever record they are of.
    fn same_shapes(&mut self, sets: &[Set<'d>]) -> Result<(), Error> {
        for (key, occurrences) in self.collect(sets)? {
            let first = &occurrences[0];
            let other = occurrences.iter().find(|o| !self.same_shape(first.ty.as_ref(), o.ty.as_ref()));
            if let Some(other) = other {
                let types = [first, other].map(|o| o.ty.as_ref().map(Ref::to_string).unwrap_or_default());
                return Err(conflict(key, &format!("are of the types {}", types.join(" and ")), first, other));
            }
            self.same_shapes(&self.below(&occurrences))?;
        }
        Ok(())
    }

    fn same_shape(&self, a: Option<&Ref>, b: Option<&Ref>) -> bool {
        let (Some(a), Some(b)) = (a, b) else { return true };
        let composite = |ty: &Ref| self.is_composite(&ty.name);
        let named = if composite(a) { composite(b) } else { a.name == b.name };
        (a.list, a.required) == (b.list, b.required) && named
    }

    /// Fields under one key that a record can have together are the same field.
    fn same_fields(&mut self, sets: &[Set<'d>]) -> Result<(), Error> {
        for (key, occurrences) in self.collect(sets)? {
            let mut of_objects: IndexMap<Option<&str>, Vec<Occurrence<'d>>> = IndexMap::new();
            let mut of_any = Vec::new();
            for occurrence in occurrences {
                match occurrence.parent {
                    Some(parent) if self.types.abstracts.contains_key(parent) => of_any.push(occurrence),
                    parent => of_objects.entry(parent).or_default().push(occurrence),
                }
            }
            if of_objects.is_empty() {
                of_objects.insert(None, Vec::new());
            }
            for occurrences in of_objects.values_mut() {
                occurrences.extend(of_any.iter().map(|o| Occurrence { ty: o.ty.clone(), ..*o }));
                let first = &occurrences[0];
                if let Some(other) = occurrences.iter().find(|other| !alike(&first.field.node, &other.field.node)) {
                    return Err(conflict(key, "are different fields or have different arguments", first, other));
                }
                self.same_fields(&self.below(occurrences))?;
            }
        }
        Ok(())
    }

    /// The selections below fields.
    fn below(&self, occurrences: &[Occurrence<'d>]) -> Vec<Set<'d>> {
        let sets = occurrences.iter().filter(|o| !o.field.node.selection_set.node.items.is_empty());
        sets.map(|o| (o.ty.as_ref().and_then(|ty| self.type_name(&ty.name)), &o.field.node.selection_set.node))
            .collect()
    }

    /// The fields of selections with all fragments in their places, by response key.
    fn collect(&mut self, sets: &[Set<'d>]) -> Result<IndexMap<&'d str, Vec<Occurrence<'d>>>, Error> {
        let mut fields = IndexMap::new();
        let mut visited = HashSet::new();
        for (parent, set) in sets {
            self.collect_into(*parent, set, &mut visited, &mut fields);
        }
        if self.seen > MOST {
            let message = "The document selects too many fields of interfaces, or too many fragments that use each other: ask in several requests.";
            return Err(limits::exceeded("overlaps", self.seen as u64, MOST as u64, message));
        }
        Ok(fields)
    }

    fn collect_into(
        &mut self,
        parent: Option<&'d str>,
        set: &'d SelectionSet,
        visited: &mut HashSet<&'d str>,
        fields: &mut IndexMap<&'d str, Vec<Occurrence<'d>>>,
    ) {
        self.seen += set.items.len();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let ty = self.field_type(parent, &field.node.name.node);
                    let occurrence = Occurrence { parent, field, ty };
                    fields.entry(field.node.response_key().node.as_str()).or_default().push(occurrence);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |c| self.type_name(&c.node.on.node));
                    self.collect_into(parent, &inline.node.selection_set.node, visited, fields);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && visited.insert(name.as_str())
                    {
                        let parent = self.type_name(&fragment.node.type_condition.node.on.node);
                        self.collect_into(parent, &fragment.node.selection_set.node, visited, fields);
                    }
                }
            }
        }
    }

    /// A type of records or of the platform; none for those of introspection.
    fn type_name(&self, name: &str) -> Option<&'d str> {
        let object = self.types.objects.get_key_value(name).map(|(name, _)| name.as_str());
        object.or_else(|| self.types.abstracts.get_key_value(name).map(|(name, _)| name.as_str()))
    }

    fn is_composite(&self, name: &str) -> bool {
        self.type_name(name).is_some()
    }

    fn field_type(&self, parent: Option<&str>, field: &str) -> Option<Ref> {
        if field == "__typename" {
            return Some(self.typename.clone());
        }
        let parent = parent?;
        // The fields of an interface are those of each of its members.
        let member = self.types.abstracts.get(parent).and_then(|members| members.first());
        let object = self.types.objects.get(member.map_or(parent, String::as_str))?;
        object.fields.get(field).map(|field| field.ty.clone())
    }
}

fn alike(a: &Field, b: &Field) -> bool {
    a.name.node == b.name.node
        && a.arguments.len() == b.arguments.len()
        && a.arguments
            .iter()
            .all(|(name, value)| b.get_argument(&name.node).is_some_and(|other| other.node == value.node))
}

fn conflict(key: &str, why: &str, first: &Occurrence<'_>, other: &Occurrence<'_>) -> Error {
    let mut error = Error::input(format!("Fields \"{key}\" conflict: they {why}. Give one of them an alias."));
    error.locations = vec![first.field.pos.into(), other.field.pos.into()];
    error
}
