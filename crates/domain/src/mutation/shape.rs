//! What a JSON value has to be like by its field's schema, told in English and German.

use super::{input::Step, message::Broken};
use crate::value::Value;
use kontor_metadata::model::{Demand, Field, FieldType, Place};

/// Most mismatches of one value that are told.
const MOST: usize = 20;

/// What a value is not like.
pub(super) fn check(field: &Field, value: &Value) -> Vec<Broken> {
    let (FieldType::Json { schema: Some(schema) }, Value::Json(text)) = (&field.ty, value) else { return Vec::new() };
    let Ok(value) = serde_json::from_str(text) else { return Vec::new() };
    let step = |place| match place {
        Place::Key(key) => Step::Key(key),
        Place::Index(n) => Step::Index(n),
    };
    let broken = |mismatch: kontor_metadata::model::Mismatch| Broken::Shape {
        at: mismatch.at.into_iter().map(step).collect(),
        demand: mismatch.demand,
    };
    schema.mismatches(&value, MOST).into_iter().map(broken).collect()
}

/// A demand that is not met, in English and in German.
pub(super) fn told(at: &[Step], demand: &Demand) -> (String, String) {
    let (english, deutsch) = sentence(demand);
    if at.is_empty() {
        return (english, deutsch);
    }
    let step = |step: &Step| match step {
        Step::Key(key) => key.clone(),
        Step::Index(n) => n.to_string(),
    };
    let path: Vec<String> = at.iter().map(step).collect();
    let path = path.join(".");
    (format!("at {path} {english}"), format!("{deutsch} ({path})"))
}

fn sentence(demand: &Demand) -> (String, String) {
    let list = |names: &[String]| names.join(", ");
    match demand {
        Demand::Type(types) => {
            (format!("is not of type {}.", list(types)), format!("ist nicht vom Typ {}.", list(types)))
        }
        Demand::Key(key) => (format!("lacks {key}."), format!("fehlt {key}.")),
        Demand::NoKeys(keys) => (format!("takes no {}.", list(keys)), format!("nimmt {} nicht auf.", list(keys))),
        Demand::Values(values) => {
            (format!("is none of {}.", list(values)), format!("ist keiner der Werte {}.", list(values)))
        }
        Demand::AtLeast(limit) => (format!("is less than {limit}."), format!("ist kleiner als {limit}.")),
        Demand::AtMost(limit) => (format!("is greater than {limit}."), format!("ist größer als {limit}.")),
        Demand::Above(limit) => (format!("is not greater than {limit}."), format!("ist nicht größer als {limit}.")),
        Demand::Below(limit) => (format!("is not less than {limit}."), format!("ist nicht kleiner als {limit}.")),
        Demand::MultipleOf(n) => (format!("is no multiple of {n}."), format!("ist kein Vielfaches von {n}.")),
        Demand::Longer(n) => (format!("is shorter than {n} characters."), format!("ist kürzer als {n} Zeichen.")),
        Demand::Shorter(n) => (format!("is longer than {n} characters."), format!("ist länger als {n} Zeichen.")),
        Demand::More(n) => (format!("needs at least {n}."), format!("braucht mindestens {n}.")),
        Demand::Fewer(n) => (format!("takes at most {n}."), format!("nimmt höchstens {n} auf.")),
        Demand::Pattern(pattern) => {
            (format!("does not have the form {pattern}."), format!("hat nicht die Form {pattern}."))
        }
        Demand::Format(format) => (format!("is no valid {format}."), format!("ist nicht gültig ({format}).")),
        Demand::Distinct => ("has an element twice.".to_owned(), "hat ein Element doppelt.".to_owned()),
        Demand::Nothing => ("stays empty.".to_owned(), "bleibt leer.".to_owned()),
        Demand::Keyword(keyword) => (
            format!("does not meet `{keyword}` of its schema."),
            format!("entspricht nicht `{keyword}` seines Schemas."),
        ),
    }
}
