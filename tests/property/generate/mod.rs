//! Random valid documents over the schema: whatever the schema offers is asked for sooner or later.

mod aggregate;
mod argument;
mod document;
mod literal;
mod scalar;
mod selection;
mod variable;

use super::oracle::{Cursors, Meaning, Values, World};
use crate::support::Random;
use apollo_compiler::schema::FieldDefinition;
use kontor_metadata::model::Field;
use std::collections::HashMap;
use variable::Declared;

pub(super) use selection::conditions;

/// Fields that this test does not ask for: sessions, rights, cursors and the metadata are no records, what full-text search finds has tests of its own, and
/// where a file is depends on the request.
const EXCLUDED_FIELDS: [(&str, &str); 8] = [
    ("Query", "mySessions"),
    ("Query", "explainAccess"),
    ("Query", "eventCursor"),
    ("Query", "modules"),
    ("Query", "module"),
    ("Query", "search"),
    ("Query", "auditLog"),
    ("Attachment", "url"),
];
/// Arguments that this test does not give.
const EXCLUDED_ARGUMENTS: [&str; 1] = ["search"];

/// A document, and its variables.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) document: String,
    pub(super) variables: Values,
}

/// Makes documents.
pub(super) struct Generator<'w> {
    world: &'w World,
    /// Types that may be conditions of fragments, by type.
    conditions: &'w HashMap<String, Vec<String>>,
    random: Random,
    /// Cursors of answers before.
    cursors: Vec<(String, super::oracle::Position)>,
    variables: Vec<Declared<'w>>,
    fragments: Vec<Fragment>,
    /// Fields that may still be added.
    budget: usize,
    names: usize,
    /// Response keys in use, and the types of their values.
    keys: HashMap<String, String>,
    /// Whether the value of a variable is being made, in which there are no variables.
    outside: bool,
}

struct Fragment {
    name: String,
    on: String,
    /// Its selections, once they are made.
    body: Option<String>,
}

/// What a value is for.
#[derive(Clone, Copy, Default)]
struct Hint<'w> {
    /// The field that it is compared with.
    field: Option<&'w Field>,
    /// The key or argument that takes it.
    key: &'w str,
    /// Whether null has a meaning there.
    null: bool,
}

impl<'w> Generator<'w> {
    /// One that makes the documents of a seed.
    pub(super) fn new(world: &'w World, conditions: &'w HashMap<String, Vec<String>>, seed: u64) -> Self {
        Self {
            world,
            conditions,
            random: Random::new(seed),
            cursors: Vec::new(),
            variables: Vec::new(),
            fragments: Vec::new(),
            budget: 0,
            names: 0,
            keys: HashMap::new(),
            outside: false,
        }
    }

    /// Cursors to go on with.
    pub(super) fn know(&mut self, cursors: &Cursors) {
        self.cursors = cursors.iter().map(|(text, position)| (text.clone(), position.clone())).collect();
        self.cursors.sort_by(|(a, _), (b, _)| a.cmp(b));
    }

    /// Whether the evaluator knows what a field is: what is computed on reading has tests of its own.
    fn is_known(&self, ty: &str, field: &FieldDefinition) -> bool {
        let measured = ["Counts", "Totals", "Extremes"].into_iter().find_map(|suffix| ty.strip_suffix(suffix));
        let module = self.world.catalog.find(measured.unwrap_or(ty));
        let computed = matches!(
            module.and_then(|module| self.world.meaning(module, &field.name)),
            Some(Meaning::Column(field)) if !field.is_stored()
        );
        let excluded = EXCLUDED_FIELDS.contains(&(ty, field.name.as_str()));
        // Sums of floats depend on the order of the rows; keys by name are selected as `groupBy` has them.
        let inexact = ty.ends_with("Totals") && field.ty.inner_named_type() == "Float";
        let named = ty.ends_with("Aggregate") && field.name == "group";
        !(computed || excluded || inexact || named)
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }
}
