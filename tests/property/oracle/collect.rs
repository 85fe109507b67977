//! CollectFields of the GraphQL specification (§6.3.2).

use super::coerce::Values;
use apollo_compiler::{
    Node, Schema,
    ast::{Definition, DirectiveList, Document, Field, FragmentDefinition, OperationDefinition, Selection, Value},
    schema::ExtendedType,
};
use serde_json::json;
use std::collections::HashSet;

/// A document with one operation.
pub(super) struct Parts<'d> {
    pub(super) operation: &'d OperationDefinition,
    fragments: Vec<&'d FragmentDefinition>,
}

/// Fields with one response key.
pub(super) struct Group<'d> {
    pub(super) key: &'d str,
    pub(super) fields: Vec<&'d Field>,
}

impl<'d> Group<'d> {
    /// The first field, whose name and arguments are those of all.
    pub(super) fn field(&self) -> &'d Field {
        self.fields[0]
    }

    /// The selections of all.
    pub(super) fn selections(&self) -> Vec<&'d [Selection]> {
        self.fields.iter().map(|field| field.selection_set.as_slice()).collect()
    }
}

impl<'d> Parts<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let operation = document.definitions.iter().find_map(|d| d.as_operation_definition()).unwrap();
        let fragments = document.definitions.iter().filter_map(Definition::as_fragment_definition);
        Self { operation, fragments: fragments.map(|fragment| &**fragment).collect() }
    }

    /// The fields that selections have on an object type.
    pub(super) fn collect(
        &self,
        schema: &Schema,
        variables: &Values,
        ty: &str,
        sets: &[&'d [Selection]],
    ) -> Vec<Group<'d>> {
        let mut groups = Vec::new();
        let mut visited = HashSet::new();
        for set in sets {
            self.collect_into(schema, variables, ty, set, &mut visited, &mut groups);
        }
        groups
    }

    fn collect_into(
        &self,
        schema: &Schema,
        variables: &Values,
        ty: &str,
        set: &'d [Selection],
        visited: &mut HashSet<&'d str>,
        groups: &mut Vec<Group<'d>>,
    ) {
        for selection in set {
            match selection {
                Selection::Field(field) if included(&field.directives, variables) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name).as_str();
                    match groups.iter_mut().find(|group| group.key == key) {
                        Some(group) => group.fields.push(field),
                        None => groups.push(Group { key, fields: vec![field] }),
                    }
                }
                Selection::InlineFragment(inline)
                    if included(&inline.directives, variables)
                        && inline.type_condition.as_ref().is_none_or(|condition| applies(schema, condition, ty)) =>
                {
                    self.collect_into(schema, variables, ty, &inline.selection_set, visited, groups);
                }
                Selection::FragmentSpread(spread) if included(&spread.directives, variables) => {
                    let name = spread.fragment_name.as_str();
                    if visited.insert(name) {
                        let fragment = self.fragments.iter().find(|f| f.name == name).unwrap();
                        if applies(schema, &fragment.type_condition, ty) {
                            self.collect_into(schema, variables, ty, &fragment.selection_set, visited, groups);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether a type condition holds for an object type.
pub(in crate::property) fn applies(schema: &Schema, condition: &str, ty: &str) -> bool {
    condition == ty
        || match &schema.types[condition] {
            ExtendedType::Union(union) => union.members.iter().any(|member| member.name == ty),
            ExtendedType::Interface(_) => {
                let object = schema.get_object(ty).unwrap();
                object.implements_interfaces.iter().any(|interface| interface.name == condition)
            }
            _ => false,
        }
}

fn included(directives: &DirectiveList, variables: &Values) -> bool {
    let condition = |name: &str| {
        let value: &Node<Value> = directives.get(name)?.specified_argument_by_name("if")?;
        Some(match &**value {
            Value::Variable(name) => variables[name.as_str()] == json!(true),
            value => *value == Value::Boolean(true),
        })
    };
    condition("skip") != Some(true) && condition("include") != Some(false)
}
