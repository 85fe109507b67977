//! Variables: definitions, and values with which they come.

use super::{Generator, Hint, literal::Literal};
use crate::property::oracle::Values;
use apollo_compiler::ast::Type;
use serde_json::Value as Json;

/// A variable of the document.
pub(super) struct Declared<'w> {
    name: String,
    ty: Type,
    default: Option<Literal>,
    hint: Hint<'w>,
    /// The only values that make sense, if not all do.
    among: Vec<Json>,
}

impl Declared<'_> {
    /// `$v1: Int = 3`
    pub(super) fn definition(&self) -> String {
        let default = self.default.as_ref().map(|d| format!(" = {}", d.graphql())).unwrap_or_default();
        format!("${}: {}{default}", self.name, self.ty)
    }
}

impl<'w> Generator<'w> {
    /// A variable for a place of a type, new or used before.
    pub(super) fn variable(&mut self, place: &Type, one_of: bool, hint: Hint<'w>) -> Literal {
        let same = |d: &&Declared<'_>| d.ty == *place && d.hint.null == hint.null && d.hint.key == hint.key;
        let there: Vec<_> = self.variables.iter().filter(same).map(|d| d.name.clone()).collect();
        if !there.is_empty() && !one_of && self.random.chance(35) {
            return Literal::Variable(self.random.pick(&there).clone());
        }
        let required = place.is_non_null() || one_of || self.random.chance(15);
        // A default that is not null lets a variable that may be left out stand where a value must be.
        let default = !one_of && self.random.chance(25);
        let ty = if required && !default { place.clone().non_null() } else { place.clone().nullable() };
        let default = default.then(|| self.inside(&ty.clone().non_null(), hint));
        let name = self.name("v");
        let hint = Hint { null: hint.null && !required, ..hint };
        self.variables.push(Declared { name: name.clone(), ty, default, hint, among: Vec::new() });
        Literal::Variable(name)
    }

    /// A variable of a type that is one of some values.
    pub(super) fn fixed_variable(&mut self, ty: &str, among: Vec<Json>) -> Literal {
        let name = self.name("v");
        let ty = Type::parse(ty, "type.graphql").unwrap();
        self.variables.push(Declared { name: name.clone(), ty, default: None, hint: Hint::default(), among });
        Literal::Variable(name)
    }

    /// Values for all variables.
    pub(super) fn values(&mut self) -> Values {
        let mut values = Values::new();
        for n in 0..self.variables.len() {
            let Declared { name, ty, default, hint, .. } = &self.variables[n];
            let (name, ty, has_default, hint) = (name.clone(), ty.clone(), default.is_some(), *hint);
            if !self.variables[n].among.is_empty() {
                let value = self.random.pick(&self.variables[n].among).clone();
                values.insert(name, value);
                continue;
            }
            if !ty.is_non_null() && self.random.chance(if has_default { 50 } else { 15 }) {
                continue;
            }
            if !ty.is_non_null() && hint.null && self.random.chance(12) {
                values.insert(name, Json::Null);
                continue;
            }
            let mut value = self.inside(&ty.non_null(), hint).json();
            // A single value stands for a list of one.
            if let Json::Array(items) = &value
                && let [single] = items.as_slice()
                && !single.is_array()
                && hint.key != "json"
                && self.random.chance(40)
            {
                value = single.clone();
            }
            values.insert(name, value);
        }
        values
    }

    /// A value without variables in it.
    pub(super) fn inside(&mut self, ty: &Type, hint: Hint<'w>) -> Literal {
        let outer = std::mem::replace(&mut self.outside, true);
        let value = self.value(ty, hint, 1);
        self.outside = outer;
        value
    }

    /// What decides over a directive: a literal or a variable.
    pub(super) fn condition_value(&mut self, directive: &'static str) -> String {
        let ty = Type::NonNullNamed(apollo_compiler::name!("Boolean"));
        if self.random.chance(60) {
            return self.variable(&ty, false, Hint { key: directive, ..Hint::default() }).graphql();
        }
        self.random.chance(50).to_string()
    }
}
