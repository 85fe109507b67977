//! Values that are about nobody.

use crate::{mutation::create, value::Value};
use kontor_metadata::model::{Field, FieldType, Module};
use uuid::Uuid;

/// What stands in the place of a text.
const ERASED: &str = "Erased";

/// What a personal field of a record has when it is erased: nothing, or what the field takes where it needs a value. It
/// is another one for each record where values are unique. A rule on the metadata sees to it that there is one.
pub(in crate::mutation) fn neutral(module: &Module, field: &Field, id: Uuid) -> Value {
    if !field.required {
        return Value::Null;
    }
    let unique = module.indexes.iter().any(|index| index.unique && index.fields.contains(&field.id));
    if let (Some(default), false) = (&field.default, unique) {
        return create::literal(field, default);
    }
    let key = id.simple();
    match &field.ty {
        FieldType::Text { .. } | FieldType::LongText { .. } if unique => Value::Text(format!("{ERASED} {key}")),
        FieldType::Text { .. } | FieldType::LongText { .. } => Value::Text(ERASED.to_owned()),
        // RFC 2606: nobody ever has an address there.
        FieldType::Email => Value::Text(format!("erased-{key}@erased.invalid")),
        FieldType::Url => Value::Text(format!("https://erased.invalid/{key}")),
        FieldType::Boolean => Value::Boolean(false),
        FieldType::Json { .. } => Value::Json("{}".to_owned()),
        _ => Value::Null,
    }
}
