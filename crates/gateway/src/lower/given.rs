//! Arguments that hold values of records: kept as they are, and read with each request. However long they are, they decide
//! nothing over the plan.

use super::Lowering;
use crate::{coerce::Variables, schema::model::Ref};
use async_graphql::Name;
use async_graphql_value::{ConstValue, Value};
use std::borrow::Cow;

/// An argument as the document has it.
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ref,
    value: Value,
    /// Numbers of the variables in it.
    variables: Vec<(Name, usize)>,
}

impl Given {
    /// Its value in a request; none where it is a variable without one. Keys and elements whose variable has no value are
    /// left out.
    pub fn value<'v>(&self, variables: &'v Variables) -> Option<Cow<'v, ConstValue>> {
        if let Value::Variable(name) = &self.value {
            return variables[self.number(name)?].as_ref().map(Cow::Borrowed);
        }
        self.substitute(&self.value, variables).map(Cow::Owned)
    }

    fn number(&self, name: &Name) -> Option<usize> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, number)| *number)
    }

    fn substitute(&self, value: &Value, variables: &Variables) -> Option<ConstValue> {
        match value {
            Value::Variable(name) => variables[self.number(name)?].clone(),
            Value::List(items) => {
                let items = items.iter().filter_map(|item| self.substitute(item, variables));
                Some(ConstValue::List(items.collect()))
            }
            Value::Object(object) => {
                let entries =
                    object.iter().filter_map(|(key, value)| Some((key.clone(), self.substitute(value, variables)?)));
                Some(ConstValue::Object(entries.collect()))
            }
            constant => constant.clone().into_const(),
        }
    }
}

impl<'a> Lowering<'a> {
    /// An argument of a root field that is read when it is executed; none where it is not given.
    pub(super) fn given(&self, field: &'a async_graphql::parser::types::Field, name: &str) -> Option<Given> {
        let value = field.get_argument(name)?.node.clone();
        let name_of_field = field.name.node.as_str();
        let fields = ["Mutation", "Query"].map(|root| self.types.objects[root].fields.get(name_of_field));
        let declared = &fields.into_iter().flatten().next()?.arguments;
        let (name, declared) = declared.iter().find(|(known, _)| known == name)?;
        let variables = self.variables_in(&value);
        Some(Given { name: name.clone(), ty: declared.ty.clone(), value, variables })
    }
}
