//! Smaller documents that still fail: one selection, directive, argument or part of a value less at a time.

use super::generate::Case;
use apollo_compiler::{
    Node,
    ast::{Argument, Definition, Directive, Document, Selection, Value},
};
use std::collections::HashSet;

/// The documents that are one step smaller, largest steps first in document order.
pub(super) fn smaller(case: &Case) -> impl Iterator<Item = Case> + '_ {
    let document = Document::parse(&case.document, "case.graphql").unwrap();
    (0..).map_while(move |n| {
        let mut smaller = document.clone();
        let mut cut = Cut { skip: n };
        let done = smaller.definitions.iter_mut().any(|definition| match definition {
            Definition::OperationDefinition(operation) => cut.selections(&mut operation.make_mut().selection_set),
            Definition::FragmentDefinition(fragment) => cut.selections(&mut fragment.make_mut().selection_set),
            _ => false,
        });
        done.then(|| without_unused(smaller, case))
    })
}

/// Takes away the n-th part that can be.
struct Cut {
    skip: usize,
}

impl Cut {
    fn here(&mut self) -> bool {
        if self.skip == 0 {
            return true;
        }
        self.skip -= 1;
        false
    }

    /// Removes an element, or something inside one.
    fn list<T>(&mut self, items: &mut Vec<T>, least: usize, mut inside: impl FnMut(&mut Self, &mut T) -> bool) -> bool {
        for n in 0..items.len() {
            if items.len() > least && self.here() {
                items.remove(n);
                return true;
            }
            if inside(self, &mut items[n]) {
                return true;
            }
        }
        false
    }

    fn selections(&mut self, set: &mut Vec<Selection>) -> bool {
        for n in 0..set.len() {
            // A fragment's content in its place.
            if let Selection::InlineFragment(inline) = &set[n]
                && self.here()
            {
                let content = inline.selection_set.clone();
                set.splice(n..=n, content);
                return true;
            }
        }
        self.list(set, 1, |cut, selection| match selection {
            Selection::Field(field) => {
                let field = field.make_mut();
                cut.arguments(&mut field.arguments)
                    || cut.directives(&mut field.directives.0)
                    || cut.selections(&mut field.selection_set)
            }
            Selection::InlineFragment(inline) => {
                let inline = inline.make_mut();
                cut.directives(&mut inline.directives.0) || cut.selections(&mut inline.selection_set)
            }
            Selection::FragmentSpread(spread) => cut.directives(&mut spread.make_mut().directives.0),
        })
    }

    fn directives(&mut self, directives: &mut Vec<Node<Directive>>) -> bool {
        self.list(directives, 0, |_, _| false)
    }

    fn arguments(&mut self, arguments: &mut Vec<Node<Argument>>) -> bool {
        self.list(arguments, 0, |cut, argument| cut.value(&mut argument.make_mut().value))
    }

    fn value(&mut self, value: &mut Node<Value>) -> bool {
        match value.make_mut() {
            Value::List(items) => self.list(items, 0, Self::value),
            Value::Object(keys) => self.list(keys, 0, |cut, (_, value)| cut.value(value)),
            _ => false,
        }
    }
}

/// Without fragments and variables that nothing uses any more.
fn without_unused(mut document: Document, case: &Case) -> Case {
    loop {
        let text = document.to_string();
        let words: HashSet<&str> = text.split(|c: char| !(c.is_alphanumeric() || "_.$".contains(c))).collect();
        let before = document.definitions.len();
        document.definitions.retain(|definition| match definition {
            Definition::FragmentDefinition(fragment) => words.contains(format!("...{}", fragment.name).as_str()),
            _ => true,
        });
        if document.definitions.len() == before {
            break;
        }
    }
    let mut variables = case.variables.clone();
    let uses = document.to_string();
    for definition in &mut document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            // The definition itself is the first use.
            let used = |name: &str| {
                uses.split(|c: char| !(c.is_alphanumeric() || c == '$')).filter(|w| *w == format!("${name}")).count()
                    > 1
            };
            operation.make_mut().variables.retain(|variable| used(&variable.name));
            let declared = |name: &str| operation.variables.iter().any(|variable| variable.name == name);
            variables.retain(|name, _| declared(name));
        }
    }
    Case { document: document.to_string(), variables }
}
