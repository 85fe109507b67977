//! Values of arguments: literals of the document, or (parts of) variables.

use super::Lowering;
use async_graphql::parser::types::Field;
use async_graphql_value::{ConstValue, Value};

/// A step into the value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// An element of a list.
    Index(usize),
    /// An element of a list that must have two, whichever request it comes with.
    OfTwo(usize),
}

/// A value of an argument.
#[derive(Clone)]
pub(super) enum Argument<'a> {
    /// In the document, and no variable itself.
    Literal(&'a Value),
    /// In a variable.
    Given { variable: usize, path: Vec<Step>, value: &'a ConstValue },
}

impl<'a> Argument<'a> {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Literal(Value::Null) | Self::Given { value: ConstValue::Null, .. })
    }

    /// The value of a boolean, which is part of the plan's key.
    pub(super) fn boolean(&self) -> Option<bool> {
        match self {
            Self::Literal(Value::Boolean(boolean)) | Self::Given { value: ConstValue::Boolean(boolean), .. } => {
                Some(*boolean)
            }
            _ => None,
        }
    }

    /// The value of a whole number whose variable is part of the plan's key.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Literal(Value::Number(number)) | Self::Given { value: ConstValue::Number(number), .. } => {
                number.as_i64()
            }
            _ => None,
        }
    }

    /// The value of an enum that is part of the plan's key.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(Value::Enum(name)) | Self::Given { value: ConstValue::Enum(name), .. } => Some(name.as_str()),
            _ => None,
        }
    }

    /// The text of a cursor.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Literal(Value::String(text)) | Self::Given { value: ConstValue::String(text), .. } => Some(text),
            _ => None,
        }
    }

    fn inside(variable: usize, path: &[Step], step: Step, value: &'a ConstValue) -> Self {
        let mut path = path.to_vec();
        path.push(step);
        Self::Given { variable, path, value }
    }
}

impl<'a> Lowering<'a> {
    /// The value of an argument; none where it is not given, or is a variable without a value.
    pub(super) fn argument(&self, field: &'a Field, name: &str) -> Option<Argument<'a>> {
        self.resolve(&field.get_argument(name)?.node)
    }

    fn resolve(&self, value: &'a Value) -> Option<Argument<'a>> {
        let Value::Variable(name) = value else { return Some(Argument::Literal(value)) };
        let variable = self.names.iter().position(|n| *n == name)?;
        let value = self.variables[variable].as_ref()?;
        Some(Argument::Given { variable, path: Vec::new(), value })
    }

    /// Keys and values of an object; those without a value are left out.
    pub(super) fn entries(&self, argument: &Argument<'a>) -> Vec<(&'a str, Argument<'a>)> {
        match argument {
            Argument::Literal(Value::Object(object)) => {
                object.iter().filter_map(|(key, value)| Some((key.as_str(), self.resolve(value)?))).collect()
            }
            Argument::Given { variable, path, value: ConstValue::Object(object) } => {
                let inside = |key: &str, value| Argument::inside(*variable, path, Step::Key(key.to_owned()), value);
                object.iter().map(|(key, value)| (key.as_str(), inside(key.as_str(), value))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The elements of a list that must have two; none where it has not.
    pub(super) fn pair(&self, argument: &Argument<'a>) -> Option<[Argument<'a>; 2]> {
        let mut items = self.items(argument);
        for item in &mut items {
            // The length is no part of the plan's key, so it is looked at again with every request.
            if let Argument::Given { path, .. } = item
                && let Some(last) = path.last_mut()
                && let Step::Index(index) = *last
            {
                *last = Step::OfTwo(index);
            }
        }
        items.try_into().ok()
    }

    /// Elements of a list; a single value is a list of one.
    pub(super) fn items(&self, argument: &Argument<'a>) -> Vec<Argument<'a>> {
        match argument {
            Argument::Literal(Value::List(items)) => items.iter().filter_map(|item| self.resolve(item)).collect(),
            Argument::Given { variable, path, value: ConstValue::List(items) } => {
                let inside = |(n, value)| Argument::inside(*variable, path, Step::Index(n), value);
                items.iter().enumerate().map(inside).collect()
            }
            single if single.is_null() => Vec::new(),
            single => vec![single.clone()],
        }
    }
}
