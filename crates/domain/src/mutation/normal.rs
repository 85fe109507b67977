//! Values in their normal form: what people type around a value is not part of it.

use crate::value::Value;
use kontor_metadata::model::FieldType;

/// The form in which a value is kept. Texts of people stay as they are; addresses, numbers and codes lose the spaces
/// around them, and codes are written in capital letters, as ISO 4217 and ISO 3166-1 write them.
pub(super) fn form(ty: &FieldType, value: Value) -> Value {
    let Value::Text(text) = value else { return value };
    Value::Text(match ty {
        FieldType::Email | FieldType::Phone | FieldType::Url | FieldType::Color | FieldType::Recurrence => {
            trimmed(text)
        }
        FieldType::Currency | FieldType::Country => trimmed(text).to_ascii_uppercase(),
        _ => text,
    })
}

fn trimmed(text: String) -> String {
    if text.trim().len() == text.len() { text } else { text.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_addresses_lose_what_is_around_them() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(form(&FieldType::Currency, text(" eur")), text("EUR"));
        assert_eq!(form(&FieldType::Email, text(" Ada@x.example\n")), text("Ada@x.example"));
        assert_eq!(form(&FieldType::LongText { max: 9 }, text(" a ")), text(" a "));
    }
}
