use crate::{calendar, column::ColumnType, decimal, value::Value};
use kontor_metadata::{
    model::{Field, FieldType, Module},
    naming,
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// A record as an event holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Image(Map<String, Json>);

impl Image {
    /// Reads the JSON object of an event.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// Whether the record was there: it was not deleted.
    #[must_use]
    pub fn is_there(&self, module: &Module) -> bool {
        module.find("deleted_at").is_none_or(|field| self.0.get(&field.gql).is_none_or(Json::is_null))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        self.0.get("id").and_then(Json::as_str).and_then(|id| id.parse().ok())
    }

    /// Whether one of these relations holds an id.
    #[must_use]
    pub fn links_to(&self, relations: &[&Field], wanted: impl Fn(Uuid) -> bool) -> bool {
        relations.iter().any(|field| matches!(self.value(field), Value::Uuid(id) if wanted(id)))
    }

    /// The id that a relation holds.
    #[must_use]
    pub fn link(&self, field: &Field) -> Option<Uuid> {
        if let Value::Uuid(id) = self.value(field) { Some(id) } else { None }
    }

    /// The module name and id that a polymorphic relation holds.
    #[must_use]
    pub fn linked(&self, field: &Field) -> Option<(String, Uuid)> {
        match (self.type_of(field), self.link(field)) {
            (Value::Text(module), Some(id)) => Some((module, id)),
            _ => None,
        }
    }

    /// The value of a stored field.
    #[must_use]
    pub fn value(&self, field: &Field) -> Value {
        let suffix = match field.ty {
            FieldType::Relation { .. } | FieldType::Polymorphic { .. } => "Id",
            _ => "",
        };
        self.named(field, suffix).and_then(|json| value(field, json)).unwrap_or(Value::Null)
    }

    /// What stands under a field's name, or under a former one: events are as they were.
    fn named(&self, field: &Field, suffix: &str) -> Option<&Json> {
        self.0.get(&format!("{}{suffix}", field.gql)).or_else(|| {
            let mut former = field.past.names.iter().map(|name| format!("{}{suffix}", naming::camel(name)));
            former.find_map(|name| self.0.get(&name))
        })
    }

    /// The module name that a polymorphic relation leads to.
    pub(crate) fn type_of(&self, field: &Field) -> Value {
        match self.named(field, "Type") {
            Some(Json::String(name)) => Value::Text(name.clone()),
            _ => Value::Null,
        }
    }
}

fn value(field: &Field, json: &Json) -> Option<Value> {
    let option = |name: &str| {
        let choice = field.choices().and_then(|choices| {
            choices.iter().find(|choice| {
                choice.gql == *name || choice.former.iter().any(|former| naming::enum_value(former) == *name)
            })
        });
        choice.map_or_else(|| name.to_owned(), |choice| choice.name.clone())
    };
    Some(match (ColumnType::of(field)?, json) {
        (ColumnType::Uuid, Json::String(text)) => Value::Uuid(text.parse().ok()?),
        (ColumnType::Text, Json::String(text)) => Value::Text(option(text)),
        (ColumnType::Integer | ColumnType::BigInt, Json::Number(number)) => Value::Integer(number.as_i64()?),
        (ColumnType::Decimal(scale), Json::String(text)) => Value::Decimal(decimal::parse(text, scale).ok()?),
        (ColumnType::Float, Json::Number(number)) => Value::Float(number.as_f64()?),
        (ColumnType::Boolean, Json::Bool(boolean)) => Value::Boolean(*boolean),
        (ColumnType::Date, Json::String(text)) => Value::Date(calendar::parse_date(text)?),
        (ColumnType::Time, Json::String(text)) => Value::Time(calendar::parse_time(text)?),
        (ColumnType::Timestamp, Json::String(text)) => Value::Timestamp(calendar::parse_timestamp(text)?),
        (ColumnType::TextArray, Json::Array(items)) => {
            Value::List(items.iter().filter_map(|item| Some(Value::Text(option(item.as_str()?)))).collect())
        }
        (ColumnType::Json, Json::Null) => return None,
        (ColumnType::Json, any) => Value::Json(any.to_string()),
        _ => return None,
    })
}
