//! Variables against their types, by the rules of the GraphQL specification (§6.4.1), and the shape that plans depend
//! on.

use crate::{
    error::{Error, MOST_TOLD, told},
    limits, lower,
    scan::LONGEST_NAME,
    schema::{
        model::{InputBind, InputField, InputObjectType, Ref, TypeTable},
        scalars,
    },
};
use async_graphql::{
    Name,
    parser::types::{BaseType, OperationDefinition, Type},
};
use async_graphql_value::ConstValue;
use serde_json::Value as Json;

/// Input objects in the variables of a request: each is looked through for all that its type has.
const MOST_OBJECTS: u64 = 50_000;

/// The variables of a request, in order of their definitions; `None` where nothing was given and there is no default.
pub type Variables = Vec<Option<ConstValue>>;

/// Coerces the variables of an operation.
///
/// # Errors
/// Everything that does not fit.
pub fn variables(
    types: &TypeTable,
    operation: &OperationDefinition,
    given: &serde_json::Map<String, Json>,
) -> Result<Variables, Vec<Error>> {
    let mut errors = Vec::new();
    let mut objects = 0;
    let mut coerced = Vec::with_capacity(operation.variable_definitions.len());
    for definition in &operation.variable_definitions {
        let name = definition.node.name.node.as_str();
        let ty = &definition.node.var_type.node;
        let value = match (given.get(name), &definition.node.default_value) {
            (Some(value), _) => {
                let mut context =
                    Context { types, variable: name, path: Vec::new(), errors: &mut errors, objects: &mut objects };
                context.outer(ty, value)
            }
            (None, Some(default)) => Some(with_defaults(ty, default.node.clone())),
            (None, None) if !ty.nullable => {
                errors.push(
                    Error::input(format!("Variable \"${name}\" of required type \"{ty}\" was not provided."))
                        .at(definition.pos),
                );
                None
            }
            (None, None) => None,
        };
        coerced.push(value);
    }
    if objects > MOST_OBJECTS {
        let message = format!(
            "The variables hold more than {MOST_OBJECTS} input objects, the most that are allowed: ask in several requests."
        );
        return Err(vec![limits::exceeded("objects", objects, MOST_OBJECTS, message)]);
    }
    if errors.is_empty() { Ok(coerced) } else { Err(told(errors)) }
}

/// A default of a variable: a single value for a list is made one.
fn with_defaults(ty: &Type, value: ConstValue) -> ConstValue {
    match (&ty.base, value) {
        (BaseType::List(_), ConstValue::Null) => ConstValue::Null,
        (BaseType::List(_), ConstValue::List(items)) => ConstValue::List(items),
        (BaseType::List(_), single) => ConstValue::List(vec![single]),
        (BaseType::Named(_), value) => value,
    }
}

struct Context<'a> {
    types: &'a TypeTable,
    variable: &'a str,
    path: Vec<String>,
    errors: &'a mut Vec<Error>,
    /// Input objects so far.
    objects: &'a mut u64,
}

impl Context<'_> {
    /// Whether it is known already that the request is refused, with all that is told of it.
    fn is_lost(&self) -> bool {
        self.errors.len() > MOST_TOLD || *self.objects > MOST_OBJECTS
    }

    fn fail(&mut self, message: String) -> Option<ConstValue> {
        let place = if self.path.is_empty() { String::new() } else { format!(" at \"{}\"", self.path.join(".")) };
        self.errors
            .push(Error::input(format!("Variable \"${}\" got an invalid value{place}: {message}", self.variable)));
        None
    }

    fn outer(&mut self, ty: &Type, value: &Json) -> Option<ConstValue> {
        if value.is_null() {
            return if ty.nullable {
                Some(ConstValue::Null)
            } else {
                self.fail(format!("expected \"{ty}\", found null."))
            };
        }
        match &ty.base {
            BaseType::Named(name) => self.named(name.as_str(), value),
            BaseType::List(element) => match value {
                Json::Array(items) => {
                    let mut list = Vec::with_capacity(items.len());
                    let before = self.errors.len();
                    for (n, item) in items.iter().enumerate() {
                        if self.is_lost() {
                            return None;
                        }
                        self.path.push(n.to_string());
                        list.extend(self.outer(element, item));
                        self.path.pop();
                    }
                    (self.errors.len() == before).then_some(ConstValue::List(list))
                }
                single => Some(ConstValue::List(vec![self.outer(element, single)?])),
            },
        }
    }

    fn reference(&mut self, ty: &Ref, value: &Json) -> Option<ConstValue> {
        if value.is_null() {
            return if ty.required {
                self.fail(format!("\"{}\" must not be null.", ty.name))
            } else {
                Some(ConstValue::Null)
            };
        }
        if ty.list.is_none() {
            return self.named(&ty.name, value);
        }
        let element = ty.element();
        match value {
            Json::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                let before = self.errors.len();
                for (n, item) in items.iter().enumerate() {
                    if self.is_lost() {
                        return None;
                    }
                    self.path.push(n.to_string());
                    list.extend(self.reference(&element, item));
                    self.path.pop();
                }
                (self.errors.len() == before).then_some(ConstValue::List(list))
            }
            single => Some(ConstValue::List(vec![self.reference(&element, single)?])),
        }
    }

    fn named(&mut self, name: &str, value: &Json) -> Option<ConstValue> {
        if self.types.inputs.contains_key(name) {
            return self.object(name, value);
        }
        match leaf(self.types, name, value) {
            Ok(value) => Some(value),
            Err(message) => self.fail(message),
        }
    }

    fn object(&mut self, name: &str, value: &Json) -> Option<ConstValue> {
        let Json::Object(given) = value else {
            let found = match value {
                Json::Array(items) => format!("a list of {}", items.len()),
                Json::String(_) => "a string".to_owned(),
                other => other.to_string(),
            };
            return self.fail(format!("expected an object of type {name}, found {found}."));
        };
        let ty = self.types.inputs.get(name)?;
        let before = self.errors.len();
        *self.objects += 1;
        for key in given.keys().filter(|key| !ty.fields.contains_key(*key)) {
            if self.is_lost() {
                return None;
            }
            self.fail(unknown(name, ty, key));
        }
        let mut object = async_graphql::indexmap::IndexMap::new();
        for (key, field) in &ty.fields {
            let found = if given.is_empty() { None } else { given.get(key) };
            // Most keys of most inputs are not given.
            if found.is_none() && field.default.is_none() && !field.ty.required {
                continue;
            }
            self.path.push(key.clone());
            let coerced = match found {
                Some(value) => self.reference(&field.ty, value),
                None => self.missing(key, field),
            };
            self.path.pop();
            if let Some(coerced) = coerced {
                object.insert(Name::new(key), coerced);
            }
        }
        if ty.one_of && (object.len() != 1 || object.values().any(|v| *v == ConstValue::Null)) {
            self.fail(format!("exactly one key of {name} must be given, and not null."));
        }
        (self.errors.len() == before).then_some(ConstValue::Object(object))
    }

    fn missing(&mut self, key: &str, field: &InputField) -> Option<ConstValue> {
        if let Some(default) = field.default {
            return Some(ConstValue::Enum(Name::new(default)));
        }
        if field.ty.required {
            self.path.pop();
            self.fail(format!("field \"{key}\" of required type \"{}!\" was not provided.", field.ty.name));
            self.path.push(key.to_owned());
        }
        None
    }
}

/// A value of a scalar or an enum, or why it is none.
pub(crate) fn leaf(types: &TypeTable, name: &str, value: &Json) -> Result<ConstValue, String> {
    let found = || match value {
        Json::String(text) if text.len() > 60 => format!("a string of {} characters", text.chars().count()),
        Json::Array(items) => format!("a list of {}", items.len()),
        Json::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    };
    if let Some(ty) = types.enums.get(name) {
        return match value {
            Json::String(text) if ty.values.iter().any(|v| v.name == *text) => Ok(ConstValue::Enum(Name::new(text))),
            _ => {
                let names: Vec<_> = ty.values.iter().map(|v| v.name.as_str()).take(20).collect();
                Err(format!("{} is none of the values of {name}: {}.", found(), names.join(", ")))
            }
        };
    }
    match (name, value) {
        ("Int", Json::Number(number)) => match number.as_i64().or_else(|| whole(number.as_f64()?)) {
            Some(integer) if i32::try_from(integer).is_ok() => Ok(ConstValue::Number(integer.into())),
            _ => Err(format!("{} is not a whole number of 32 bits.", found())),
        },
        ("Float", Json::Number(number)) => Ok(ConstValue::Number(number.clone())),
        ("Boolean", Json::Bool(boolean)) => Ok(ConstValue::Boolean(*boolean)),
        ("ID", Json::Number(number)) if number.is_i64() || number.is_u64() => {
            Ok(ConstValue::String(number.to_string()))
        }
        ("Decimal", Json::Number(number)) => Ok(ConstValue::Number(number.clone())),
        ("JSON", any) => ConstValue::from_json(any.clone()).map_err(|_| format!("{} is not JSON.", found())),
        ("Int" | "Float" | "Boolean", _) => Err(format!("{} is not of type {name}.", found())),
        (_, Json::String(text)) if is_textual(name) => Ok(ConstValue::String(text.clone())),
        _ => Err(format!("{} is not of type {name}.", found())),
    }
}

/// Tells that an input object has no such key, with the nearest that it has.
pub(crate) fn unknown(name: &str, ty: &InputObjectType, key: &str) -> String {
    let hint = nearest(ty.fields.keys(), key).map(|k| format!(" Did you mean \"{k}\"?")).unwrap_or_default();
    format!("field \"{}\" is not defined by type {name}.{hint}", lower::shortened(key))
}

/// The name that is most like a given one, if one is. No long name is like any of a schema's.
pub(crate) fn nearest<'n>(names: impl Iterator<Item = &'n String>, given: &str) -> Option<&'n str> {
    if given.len() as u64 > LONGEST_NAME {
        return None;
    }
    let near = names.map(|name| (strsim::jaro_winkler(name, given), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    near.filter(|(near, _)| *near > 0.8).map(|(_, name)| name.as_str())
}

/// A float that is a whole number counts as one (specification §3.5.1).
fn whole(float: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    (float.fract() == 0.0 && float.abs() < 1e15).then_some(float as i64)
}

fn is_textual(name: &str) -> bool {
    matches!(name, "String" | "ID") || scalars::CUSTOM.iter().any(|(custom, ..)| *custom == name)
}

/// Appends what of a variable decides over the plan: which keys are there, what is null, booleans, directions, sizes.
/// Other leaves are bound anew with every request.
pub fn shape(types: &TypeTable, ty: &Type, value: Option<&ConstValue>, by_value: bool, out: &mut Vec<u8>) {
    let Some(value) = value else { return out.push(b'-') };
    let name = base(ty);
    if types.inputs.get(name).is_some_and(|input| input.values) {
        return out.push(b'1');
    }
    shape_value(types, name, value, by_value, out);
}

/// The named type inside the lists.
pub fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base(inner),
    }
}

fn shape_value(types: &TypeTable, name: &str, value: &ConstValue, by_value: bool, out: &mut Vec<u8>) {
    match value {
        ConstValue::Null => out.push(b'0'),
        ConstValue::Boolean(boolean) => out.push(if *boolean { b't' } else { b'f' }),
        ConstValue::Enum(value)
            if by_value
                || matches!(
                    name,
                    "OrderDirection" | "DeletedFilter" | "RelativeDate" | "DateBucket" | "DateTimeBucket"
                ) =>
        {
            out.extend_from_slice(value.as_str().as_bytes());
            out.push(b';');
        }
        ConstValue::Number(number) if by_value => {
            out.extend_from_slice(number.to_string().as_bytes());
            out.push(b';');
        }
        ConstValue::String(text) if by_value => cursor_shape(text, out),
        ConstValue::Object(object) if types.inputs.contains_key(name) => {
            let fields = &types.inputs[name].fields;
            out.push(b'{');
            for (key, value) in object {
                out.extend_from_slice(key.as_str().as_bytes());
                out.push(b':');
                let field = fields.get(key.as_str());
                // Each tag that is wanted becomes a condition of its own.
                if let (Some(InputBind::Tagged(_)), ConstValue::List(tags)) = (field.map(|f| f.bind), value) {
                    out.extend_from_slice(tags.len().to_string().as_bytes());
                    out.push(b';');
                }
                shape_value(types, field.map_or("", |f| f.ty.name.as_str()), value, false, out);
            }
            out.push(b'}');
        }
        ConstValue::List(items) if by_value || types.inputs.contains_key(name) => {
            out.push(b'[');
            for item in items {
                shape_value(types, name, item, by_value, out);
            }
            out.push(b']');
        }
        _ => out.push(b'1'),
    }
}

/// Which keys of a cursor are null, which decides how the page's start is worded.
fn cursor_shape(cursor: &str, out: &mut Vec<u8>) {
    for is_null in crate::lower::null_keys(cursor) {
        out.push(if is_null { b'0' } else { b'1' });
    }
    out.push(b';');
}
