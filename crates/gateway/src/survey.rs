//! How much of the schema a document wants to have described. Types have fields, which have types: a few levels of
//! introspection are worth millions of values, which would be gathered in one go.

use crate::{error::Error, limits, schema::model::TypeTable};
use async_graphql::{
    Name,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
    },
};
use std::collections::{HashMap, HashSet};

/// How many times everything may be described by one document.
const TIMES: u64 = 2;

/// The query by which tools learn a schema (`getIntrospectionQuery` of graphql-js): everything once.
const EVERYTHING: &str = "{ __schema {
    description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...T } directives { name description isRepeatable locations args { ...I } }
  } }
  fragment T on __Type {
    kind name description specifiedByURL isOneOf
    fields { name description args { ...I } type { ...R } isDeprecated deprecationReason }
    inputFields { ...I } interfaces { ...R }
    enumValues { name description isDeprecated deprecationReason } possibleTypes { ...R }
  }
  fragment I on __InputValue { name description type { ...R } defaultValue isDeprecated deprecationReason }
  fragment R on __Type {
    kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
  }";

/// Refuses what would describe more than everything, a few times over.
pub(crate) fn check(types: &TypeTable, document: &ExecutableDocument) -> Result<(), Error> {
    let mut sizes = None;
    for (_, operation) in document.operations.iter() {
        let roots = roots(document, &operation.node);
        if roots.is_empty() {
            continue;
        }
        let (sizes, most) = sizes.get_or_insert_with(|| {
            let sizes = Sizes::of(types);
            (sizes, sizes.everything().saturating_mul(TIMES))
        });
        let (values, most) = (sizes.values(document, roots), *most);
        if values > most {
            let message = format!(
                "The introspection could yield {values} values; at most {most} are allowed: ask for types by their names, or for fewer levels."
            );
            return Err(limits::exceeded("introspection", values, most, message).at(operation.pos));
        }
    }
    Ok(())
}

/// Values that the introspection of a valid operation could yield.
pub(crate) fn values(types: &TypeTable, document: &ExecutableDocument, operation: &OperationDefinition) -> u64 {
    let roots = roots(document, operation);
    if roots.is_empty() { 0 } else { Sizes::of(types).values(document, roots) }
}

fn roots<'d>(document: &'d ExecutableDocument, operation: &'d OperationDefinition) -> Vec<&'d SelectionSet> {
    let mut roots = Vec::new();
    described(document, &operation.selection_set.node, &mut HashSet::new(), &mut roots);
    roots
}

/// What is selected of `__schema` and `__type` under an operation; no fragment uses itself by now.
fn described<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
    visited: &mut HashSet<&'d Name>,
    roots: &mut Vec<&'d SelectionSet>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if matches!(field.node.name.node.as_str(), "__schema" | "__type") => {
                roots.push(&field.node.selection_set.node);
            }
            Selection::Field(_) => {}
            Selection::InlineFragment(inline) => {
                described(document, &inline.node.selection_set.node, visited, roots);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name)
                    && visited.insert(name)
                {
                    described(document, &fragment.node.selection_set.node, visited, roots);
                }
            }
        }
    }
}

/// How long the lists of a schema are, on average.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    types: u64,
    fields: u64,
    arguments: u64,
    input_fields: u64,
    enum_values: u64,
    possible_types: u64,
}

impl Sizes {
    fn of(types: &TypeTable) -> Self {
        let mean = |total: usize, count: usize| total.div_ceil(count.max(1)).max(1) as u64;
        let fields: usize = types.objects.values().map(|object| object.fields.len()).sum();
        let arguments = types.objects.values().flat_map(|object| object.fields.values());
        let arguments: usize = arguments.map(|field| field.arguments.len()).sum();
        let all = [types.objects.len(), types.abstracts.len(), types.inputs.len(), types.enums.len()];
        Self {
            types: (all.iter().sum::<usize>() + types.scalars.len()) as u64,
            fields: mean(fields, types.objects.len()),
            arguments: mean(arguments, fields),
            input_fields: mean(types.inputs.values().map(|input| input.fields.len()).sum(), types.inputs.len()),
            enum_values: mean(types.enums.values().map(|list| list.values.len()).sum(), types.enums.len()),
            possible_types: mean(types.abstracts.values().map(Vec::len).sum(), types.abstracts.len()),
        }
    }

    /// How often what is selected of a field is there.
    fn times(&self, field: &str) -> u64 {
        match field {
            "types" => self.types,
            "fields" => self.fields,
            "args" => self.arguments,
            "inputFields" => self.input_fields,
            "enumValues" => self.enum_values,
            "possibleTypes" => self.possible_types,
            _ => 1,
        }
    }

    /// Values of the description of everything.
    fn everything(&self) -> u64 {
        let document = parse_query(EVERYTHING).expect("the query of all tools is well-formed");
        document.operations.iter().map(|(_, operation)| self.values(&document, roots(&document, &operation.node))).sum()
    }

    /// Values of selections.
    fn values<'d>(&'d self, document: &'d ExecutableDocument, sets: Vec<&'d SelectionSet>) -> u64 {
        let mut survey = Survey { document, sizes: self, known: HashMap::new() };
        sets.into_iter().fold(0, |sum, set| sum.saturating_add(survey.values(set)))
    }
}

struct Survey<'d> {
    document: &'d ExecutableDocument,
    sizes: &'d Sizes,
    /// Values of fragments: each is counted once.
    known: HashMap<&'d Name, u64>,
}

impl<'d> Survey<'d> {
    /// Values that a selection yields.
    fn values(&mut self, set: &'d SelectionSet) -> u64 {
        let mut sum = 0_u64;
        for selection in &set.items {
            let values = match &selection.node {
                Selection::Field(field) => {
                    let inner = self.values(&field.node.selection_set.node).saturating_add(1);
                    inner.saturating_mul(self.sizes.times(&field.node.name.node))
                }
                Selection::InlineFragment(inline) => self.values(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.of_fragment(&spread.node.fragment_name.node),
            };
            sum = sum.saturating_add(values);
        }
        sum
    }

    fn of_fragment(&mut self, name: &Name) -> u64 {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else { return 0 };
        match self.known.get(name) {
            Some(values) => *values,
            None => {
                let values = self.values(&fragment.node.selection_set.node);
                self.known.insert(name, values);
                values
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_within_lists_are_multiplied() {
        let sizes =
            Sizes { types: 500, fields: 12, arguments: 2, input_fields: 15, enum_values: 6, possible_types: 20 };
        let of = |text: &str| {
            let document = parse_query(text).unwrap();
            let mut survey = Survey { document: &document, sizes: &sizes, known: HashMap::new() };
            let (_, operation) = document.operations.iter().next().unwrap();
            survey.values(&operation.node.selection_set.node)
        };
        assert_eq!(of("{ __schema { types { name } } }"), 1 + 500 * 2);
        assert_eq!(of("{ __schema { types { fields { name args { name } } } } }"), 1 + 500 * (1 + 12 * (2 + 2 * 2)));
        let everything = sizes.everything();
        let twice = "{ __schema { types { fields { type { fields { type { name } } } } } } }";
        assert!(of(twice) < TIMES * everything);
        let bomb = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
        assert!(of(bomb) > TIMES * everything);
    }
}
