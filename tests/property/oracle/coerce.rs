//! Coercion of variables and arguments (GraphQL specification §6.1.2, §6.4.1, §3.13.1 for `@oneOf`). A key without a
//! value is absent from the result; enum values are strings.

use super::BadInput;
use apollo_compiler::{
    Schema,
    ast::{Argument, InputValueDefinition, OperationDefinition, Type, Value},
    schema::ExtendedType,
};
use serde_json::{Map, Value as Json, json};

/// Values by name.
pub(in crate::property) type Values = Map<String, Json>;

/// The variables of an operation.
pub(super) fn variables(schema: &Schema, operation: &OperationDefinition, given: &Values) -> Result<Values, BadInput> {
    let mut values = Values::new();
    for variable in &operation.variables {
        let name = variable.name.as_str();
        match (given.get(name), &variable.default_value) {
            (Some(value), _) => {
                values.insert(name.to_owned(), outer(schema, &variable.ty, value)?);
            }
            (None, Some(default)) => {
                let default = literal(schema, &variable.ty, default, &Values::new())?;
                values.extend(default.map(|value| (name.to_owned(), value)));
            }
            (None, None) if variable.ty.is_non_null() => return Err(BadInput),
            (None, None) => {}
        }
    }
    Ok(values)
}

/// The arguments of a field.
pub(super) fn arguments<'d>(
    schema: &Schema,
    definitions: impl Iterator<Item = &'d InputValueDefinition>,
    given: &[apollo_compiler::Node<Argument>],
    variables: &Values,
) -> Result<Values, BadInput> {
    let mut values = Values::new();
    for definition in definitions {
        let value = given.iter().find(|argument| argument.name == definition.name).map(|argument| &*argument.value);
        if let Some(value) = key(schema, definition, value, variables)? {
            values.insert(definition.name.to_string(), value);
        }
    }
    Ok(values)
}

/// A value of the request's JSON.
fn outer(schema: &Schema, ty: &Type, value: &Json) -> Result<Json, BadInput> {
    if value.is_null() {
        return if ty.is_non_null() { Err(BadInput) } else { Ok(Json::Null) };
    }
    if ty.is_list() {
        let element = ty.item_type();
        return match value {
            Json::Array(items) => items.iter().map(|item| outer(schema, element, item)).collect(),
            single => Ok(json!([outer(schema, element, single)?])),
        };
    }
    let name = ty.inner_named_type();
    match &schema.types[name] {
        ExtendedType::InputObject(object) => {
            let Json::Object(given) = value else { return Err(BadInput) };
            if given.keys().any(|key| !object.fields.contains_key(key.as_str())) {
                return Err(BadInput);
            }
            let mut values = Values::new();
            for field in object.fields.values() {
                match given.get(field.name.as_str()) {
                    Some(value) => {
                        values.insert(field.name.to_string(), outer(schema, &field.ty, value)?);
                    }
                    None => {
                        values.extend(key(schema, field, None, &Values::new())?.map(|v| (field.name.to_string(), v)))
                    }
                }
            }
            one_of(object.directives.has("oneOf"), values)
        }
        ExtendedType::Enum(options) => match value {
            Json::String(text) if options.values.contains_key(text.as_str()) => Ok(value.clone()),
            _ => Err(BadInput),
        },
        _ => scalar(name, value.clone()),
    }
}

/// A value of the document; none if it is a variable without a value.
fn literal(schema: &Schema, ty: &Type, value: &Value, variables: &Values) -> Result<Option<Json>, BadInput> {
    if let Value::Variable(name) = value {
        let value = variables.get(name.as_str());
        return if ty.is_non_null() && value.is_none_or(Json::is_null) { Err(BadInput) } else { Ok(value.cloned()) };
    }
    if let Value::Null = value {
        return if ty.is_non_null() { Err(BadInput) } else { Ok(Some(Json::Null)) };
    }
    if ty.is_list() {
        let element = ty.item_type();
        let items = if let Value::List(items) = value {
            items.as_slice()
        } else {
            return single(schema, element, value, variables);
        };
        let items = items.iter().map(|item| Ok(literal(schema, element, item, variables)?.unwrap_or(Json::Null)));
        return items.collect::<Result<Json, _>>().map(Some);
    }
    let name = ty.inner_named_type();
    match (&schema.types[name], value) {
        (ExtendedType::InputObject(object), Value::Object(given)) => {
            let mut values = Values::new();
            for field in object.fields.values() {
                let value = given.iter().find(|(name, _)| *name == field.name).map(|(_, value)| &**value);
                values.extend(key(schema, field, value, variables)?.map(|v| (field.name.to_string(), v)));
            }
            one_of(object.directives.has("oneOf"), values).map(Some)
        }
        (ExtendedType::Enum(options), Value::Enum(option)) if options.values.contains_key(option) => {
            Ok(Some(json!(option.as_str())))
        }
        (ExtendedType::Scalar(_), value) => scalar(name, plain(value, variables)).map(Some),
        _ => Err(BadInput),
    }
}

fn single(schema: &Schema, ty: &Type, value: &Value, variables: &Values) -> Result<Option<Json>, BadInput> {
    Ok(Some(json!([literal(schema, ty, value, variables)?.unwrap_or(Json::Null)])))
}

/// A key of an object, or an argument: its value, else its default.
fn key(
    schema: &Schema,
    definition: &InputValueDefinition,
    value: Option<&Value>,
    variables: &Values,
) -> Result<Option<Json>, BadInput> {
    let given = match value {
        // A variable without a value leaves the key out, so that its default counts.
        Some(Value::Variable(name)) if !variables.contains_key(name.as_str()) => None,
        Some(value) => literal(schema, &definition.ty, value, variables)?,
        None => None,
    };
    match (given, &definition.default_value) {
        (Some(value), _) => Ok(Some(value)),
        (None, Some(default)) => literal(schema, &definition.ty, default, &Values::new()),
        (None, None) if definition.ty.is_non_null() => Err(BadInput),
        (None, None) => Ok(None),
    }
}

fn one_of(one_of: bool, values: Values) -> Result<Json, BadInput> {
    let one = values.len() == 1 && !values.values().any(Json::is_null);
    if !one_of || one { Ok(Json::Object(values)) } else { Err(BadInput) }
}

/// A literal as JSON.
fn plain(value: &Value, variables: &Values) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(boolean) => json!(boolean),
        Value::String(text) => json!(text),
        Value::Enum(name) => json!(name.as_str()),
        Value::Int(int) => serde_json::from_str(int.as_str()).unwrap(),
        Value::Float(float) => serde_json::from_str(float.as_str()).unwrap(),
        Value::Variable(name) => variables.get(name.as_str()).cloned().unwrap_or_default(),
        Value::List(items) => items.iter().map(|item| plain(item, variables)).collect(),
        Value::Object(keys) => keys.iter().map(|(key, value)| (key.to_string(), plain(value, variables))).collect(),
    }
}

fn scalar(name: &str, value: Json) -> Result<Json, BadInput> {
    let fits = match name {
        "Int" => value.as_f64().is_some_and(|n| n.fract() == 0.0 && n.abs() <= 2_147_483_648.0),
        "Float" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "ID" => value.is_string() || value.is_i64(),
        "Decimal" => value.is_string() || value.is_number(),
        "JSON" => true,
        _ => value.is_string(),
    };
    if !fits {
        return Err(BadInput);
    }
    Ok(match name {
        "Int" => json!(value.as_i64().or_else(|| value.as_f64().map(|n| n as i64))),
        "ID" if value.is_i64() => json!(value.to_string()),
        _ => value,
    })
}
