//! Values written in a document, and variables where they are used, against the types of their places (GraphQL
//! specification, §5.6 and §5.8.5). async-graphql leaves that to us: it looks neither into arguments that hold a variable,
//! nor at what stands where an object belongs, nor at the types of variables, and takes strings for enum values.

use crate::{
    coerce,
    error::{Error, MOST_TOLD},
    schema::model::{InputField, Ref, TypeTable},
};
use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        BaseType, Directive, ExecutableDocument, OperationType, Selection, SelectionSet, Type, VariableDefinition,
    },
};
use async_graphql_value::{ConstValue, Value};
use std::collections::{HashMap, HashSet};

/// Checks all values of a document that is valid but for them.
///
/// # Errors
/// Every value and variable that does not fit.
pub(crate) fn check(types: &TypeTable, document: &ExecutableDocument) -> Result<(), Vec<Error>> {
    let mut errors = Vec::new();
    let mut fragments = HashMap::new();
    for (name, fragment) in &document.fragments {
        let mut scope = Scope::new(types, &mut errors);
        scope.directives(&fragment.node.directives);
        scope.selections(&fragment.node.type_condition.node.on.node, &fragment.node.selection_set.node);
        fragments.insert(name, (scope.usages, scope.spreads));
    }
    for (_, operation) in document.operations.iter() {
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut scope = Scope::new(types, &mut errors);
        scope.directives(&operation.node.directives);
        scope.selections(root, &operation.node.selection_set.node);
        let Scope { usages, spreads: mut open, .. } = scope;
        variables(&operation.node.variable_definitions, &usages, &mut errors);
        let mut seen = HashSet::new();
        while let Some(name) = open.pop() {
            if let (true, Some((usages, spreads))) = (seen.insert(name), fragments.get(name)) {
                variables(&operation.node.variable_definitions, usages, &mut errors);
                open.extend(spreads);
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// A variable and the place where it is used.
struct Usage<'a> {
    variable: &'a Name,
    pos: Pos,
    ty: Ref,
    /// Whether there is a value if the variable has none.
    default: bool,
}

fn variables(definitions: &[Positioned<VariableDefinition>], usages: &[Usage<'_>], errors: &mut Vec<Error>) {
    for usage in usages {
        let Some(definition) = definitions.iter().find(|d| d.node.name.node == *usage.variable) else { continue };
        let ty = &definition.node.var_type.node;
        let own = definition.node.default_value.as_ref().is_some_and(|value| value.node != ConstValue::Null);
        let required = usage.ty.required && !(ty.nullable && (own || usage.default));
        if !fits(ty, &usage.ty, required) {
            let (variable, place) = (usage.variable, &usage.ty);
            let message =
                format!("Variable \"${variable}\" of type \"{ty}\" cannot be used where \"{place}\" belongs.");
            errors.push(Error::input(message).at(usage.pos));
        }
    }
}

fn fits(ty: &Type, place: &Ref, required: bool) -> bool {
    if required && ty.nullable {
        return false;
    }
    match (&ty.base, place.list) {
        (BaseType::Named(name), None) => *name == place.name,
        (BaseType::List(inner), Some(_)) => {
            let element = place.element();
            fits(inner, &element, element.required)
        }
        _ => false,
    }
}

/// An operation or a fragment.
struct Scope<'a, 'e> {
    types: &'a TypeTable,
    usages: Vec<Usage<'a>>,
    spreads: Vec<&'a Name>,
    errors: &'e mut Vec<Error>,
}

/// Where a value stands.
struct Place<'p> {
    pos: Pos,
    path: Vec<&'p str>,
}

impl<'a, 'e> Scope<'a, 'e> {
    fn new(types: &'a TypeTable, errors: &'e mut Vec<Error>) -> Self {
        Self { types, usages: Vec::new(), spreads: Vec::new(), errors }
    }

    fn selections(&mut self, parent: &str, set: &'a SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    self.directives(&field.node.directives);
                    // Introspection and interfaces have no arguments of ours.
                    let ty = self.types.objects.get(parent).and_then(|ty| ty.fields.get(field.node.name.node.as_str()));
                    let Some(ty) = ty else { continue };
                    for (name, value) in &field.node.arguments {
                        let argument = ty.arguments.iter().find(|(argument, _)| *argument == *name.node);
                        if let Some((name, argument)) = argument {
                            let mut place = Place { pos: value.pos, path: vec![name] };
                            self.value(&argument.ty, argument.default.is_some(), &value.node, &mut place);
                        }
                    }
                    self.selections(&ty.ty.name, &field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives);
                    let on = inline.node.type_condition.as_ref().map_or(parent, |condition| &condition.node.on.node);
                    self.selections(on, &inline.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives);
                    self.spreads.push(&spread.node.fragment_name.node);
                }
            }
        }
    }

    /// `@skip` and `@include`.
    fn directives(&mut self, directives: &'a [Positioned<Directive>]) {
        for (name, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            if name.node == "if" {
                let mut place = Place { pos: value.pos, path: vec!["if"] };
                self.value(&Ref::required("Boolean"), false, &value.node, &mut place);
            }
        }
    }

    fn value(&mut self, ty: &Ref, default: bool, value: &'a Value, place: &mut Place<'a>) {
        match value {
            _ if self.errors.len() > MOST_TOLD => {}
            Value::Variable(variable) => {
                self.usages.push(Usage { variable, pos: place.pos, ty: ty.clone(), default });
            }
            Value::Null if ty.required => self.fail(place, &format!("\"{ty}\" must not be null.")),
            Value::Null => {}
            Value::List(items) if ty.list.is_some() => {
                let element = ty.element();
                items.iter().for_each(|item| self.value(&element, false, item, place));
            }
            single if ty.list.is_some() => self.value(&ty.element(), false, single, place),
            single => self.named(&ty.name, single, place),
        }
    }

    fn named(&mut self, name: &str, value: &'a Value, place: &mut Place<'a>) {
        if self.types.inputs.contains_key(name) {
            return self.object(name, value, place);
        }
        let constant = match (value, self.types.enums.contains_key(name)) {
            (Value::Enum(value), true) => ConstValue::String(value.to_string()),
            (Value::Enum(value), false) => {
                return self.fail(place, &format!("{value} is not of type {name}; texts are quoted."));
            }
            (Value::String(text), true) => {
                return self.fail(place, &format!("{text:?} is not of type {name}; its values have no quotes."));
            }
            // A JSON value may hold variables of any type.
            (value, _) => match value.clone().into_const() {
                Some(constant) => constant,
                None if name == "JSON" => return,
                None => return self.fail(place, &format!("a list or an object is not of type {name}.")),
            },
        };
        let json = constant.into_json().unwrap_or_default();
        if let Err(message) = coerce::leaf(self.types, name, &json) {
            self.fail(place, &message);
        }
    }

    fn object(&mut self, name: &str, value: &'a Value, place: &mut Place<'a>) {
        let (Value::Object(given), Some(ty)) = (value, self.types.inputs.get(name)) else {
            return self.fail(place, &format!("expected an object of type {name}, found {value}."));
        };
        for (key, value) in given {
            if self.errors.len() > MOST_TOLD {
                return;
            }
            let Some(InputField { ty: field, default, .. }) = ty.fields.get(key.as_str()) else {
                self.fail(place, &coerce::unknown(name, ty, key));
                continue;
            };
            place.path.push(key);
            let field = Ref { required: field.required || ty.one_of, ..field.clone() };
            self.value(&field, default.is_some(), value, place);
            place.path.pop();
        }
        for (key, field) in &ty.fields {
            if field.ty.required && field.default.is_none() && !given.contains_key(key.as_str()) {
                self.fail(place, &format!("field \"{key}\" of required type \"{}\" was not provided.", field.ty));
            }
        }
        if ty.one_of && given.len() != 1 {
            self.fail(place, &format!("exactly one key of {name} must be given, and not null."));
        }
    }

    fn fail(&mut self, place: &Place<'_>, message: &str) {
        let message = format!("Invalid value for argument \"{}\": {message}", place.path.join("."));
        self.errors.push(Error::input(message).at(place.pos));
    }
}
