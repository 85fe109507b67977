//! Selections: CollectFields of the GraphQL specification (§6.3.2), and records from them.

use super::{Lowering, Selected};
use crate::{error::Error, schema::model::Bind};
use async_graphql::{
    Positioned,
    parser::types::{Directive, Selection, SelectionSet},
};
use async_graphql_value::{ConstValue, Value};
use indexmap::IndexMap;
use kontor_domain::query::{Filter, Object, Output, OutputValue};
use kontor_metadata::model::{FieldType, Module, ModuleId};

impl<'a> Lowering<'a> {
    /// The fields that a selection has on an object type, merged by response key, in order; that they can be merged is checked with the document.
    pub(super) fn collect(&self, ty: &str, sets: &[&'a SelectionSet]) -> Vec<Selected<'a>> {
        let mut fields = IndexMap::new();
        for set in sets {
            self.collect_into(ty, set, &mut fields);
        }
        fields.into_values().collect()
    }

    fn collect_into(&self, ty: &str, set: &'a SelectionSet, fields: &mut IndexMap<&'a str, Selected<'a>>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    if !self.included(&field.node.directives) {
                        continue;
                    }
                    let key = field.node.response_key().node.as_str();
                    let entry = fields.entry(key).or_insert_with(|| Selected {
                        key: key.to_owned(),
                        pos: field.pos,
                        field: &field.node,
                        sets: Vec::new(),
                    });
                    entry.sets.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref().map(|c| c.node.on.node.as_str());
                    if self.included(&inline.node.directives) && condition.is_none_or(|c| self.applies(c, ty)) {
                        self.collect_into(ty, &inline.node.selection_set.node, fields);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if !self.included(&spread.node.directives) {
                        continue;
                    }
                    let fragment = self.document.parsed.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment
                        && self.applies(fragment.node.type_condition.node.on.node.as_str(), ty)
                    {
                        self.collect_into(ty, &fragment.node.selection_set.node, fields);
                    }
                }
            }
        }
    }

    /// Whether a type condition holds for an object type.
    fn applies(&self, condition: &str, ty: &str) -> bool {
        condition == ty || self.types.abstracts.get(condition).is_some_and(|members| members.iter().any(|m| m == ty))
    }

    fn included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let wanted = match directive.node.name.node.as_str() {
                "skip" => false,
                "include" => true,
                _ => return true,
            };
            let given = match directive.node.get_argument("if").map(|v| &v.node) {
                Some(Value::Boolean(boolean)) => *boolean,
                Some(Value::Variable(name)) => {
                    let value = self.names.iter().position(|n| *n == name).and_then(|n| self.variables[n].as_ref());
                    matches!(value, Some(ConstValue::Boolean(true)))
                }
                _ => false,
            };
            given == wanted
        })
    }

    /// What is selected of a record.
    pub(super) fn object(&mut self, module: ModuleId, sets: &[&'a SelectionSet]) -> Result<Object, Error> {
        let module = self.catalog.module(module);
        let ty = &self.types.objects[&module.name];
        let mut fields = Vec::new();
        for selected in self.collect(&module.name, sets) {
            let name = selected.field.name.node.as_str();
            let value = match ty.fields.get(name).map(|f| f.bind) {
                Some(bind) if self.is_masked(module, bind) => OutputValue::Constant("null".to_owned()),
                Some(Bind::Column(field)) => OutputValue::Field(field),
                Some(Bind::TypeOf(field)) => OutputValue::TypeOf(field),
                Some(Bind::FileAddress) => OutputValue::FileAddress(self.files.clone()),
                Some(Bind::Related(relation)) => {
                    let FieldType::Relation { to, .. } = module.field(relation).ty else {
                        unreachable!("bound to relations only")
                    };
                    self.count(2)?;
                    OutputValue::One { relation, object: self.object(to, &selected.sets)? }
                }
                Some(Bind::RelatedAny(relation)) => {
                    let FieldType::Polymorphic { to } = &module.field(relation).ty else {
                        unreachable!("bound to polymorphic relations only")
                    };
                    self.count(2 * to.len())?;
                    OutputValue::AnyOf { relation, cases: self.cases(to, &selected.sets)? }
                }
                Some(Bind::Connection(connection)) => {
                    self.count(2)?;
                    let mut list = self.connection(module, connection, &selected).map_err(|e| e.at(selected.pos))?;
                    if !self.may_follow(module, connection) {
                        list.filter = Some(Filter::Any(Vec::new()));
                    }
                    OutputValue::Many { connection, list }
                }
                Some(Bind::ConnectionAggregate(connection)) => {
                    self.count(2)?;
                    let target = module.connection(connection).targets[0];
                    let mut groups = self.aggregation(target, &selected).map_err(|e| e.at(selected.pos))?;
                    if !self.may_follow(module, connection) {
                        groups.filter = Some(Filter::Any(Vec::new()));
                    }
                    OutputValue::Groups { connection, groups }
                }
                _ => OutputValue::Constant(format!("\"{}\"", module.name)),
            };
            fields.push(Output { key: selected.key, value });
        }
        Ok(Object { module: module.id, fields })
    }

    /// Whether what a field shows is nothing to the caller.
    fn is_masked(&self, module: &Module, bind: Bind) -> bool {
        let of = |name: &str| module.find(name).map(|field| field.id);
        let field = match bind {
            Bind::Column(field) | Bind::TypeOf(field) | Bind::Related(field) | Bind::RelatedAny(field) => Some(field),
            Bind::FileAddress => of("url"),
            _ => None,
        };
        field.is_some_and(|field| !self.rights.may_read(module.id, field))
    }

    /// What is selected of a record of one of several modules.
    pub(super) fn cases(&mut self, modules: &[ModuleId], sets: &[&'a SelectionSet]) -> Result<Vec<Object>, Error> {
        modules.iter().map(|module| self.object(*module, sets)).collect()
    }
}
