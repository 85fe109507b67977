//! What the user is told about a value, in English and German.

use super::input::Step;
use kontor_metadata::model::{Field, FieldType, Module, Rule};
use std::borrow::Cow;

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where in the arguments: that of the record, and the field's name in the input unless a rule is about the record
    /// as a whole.
    pub path: Vec<Step>,
    /// Name of the rule, stable: `required`, `max`, `pattern`, `email`, …, or that of a rule of the module.
    pub rule: Cow<'static, str>,
    /// For people, in the caller's language.
    pub message: String,
}

impl Violation {
    /// The same for a record whose input stands at this path.
    #[must_use]
    pub(super) fn under(mut self, path: &[Step]) -> Self {
        self.path.splice(0..0, path.iter().cloned());
        self
    }
}

/// A rule with what its message needs.
#[derive(Debug, Clone)]
pub(super) enum Broken {
    Required,
    TooLong(u32),
    Pattern(String),
    Min(String),
    Max(String),
    Option(String),
    Format { rule: &'static str, example: &'static str },
    Missing(String),
    Target(Vec<String>),
    Nul,
    TooLarge,
}

/// The violation of `rule` by the value of `field`, in `language`.
pub(super) fn violation(field: &Field, broken: &Broken, language: &str) -> Violation {
    let german = is_german(language);
    let label = field.label.get(if german { "de" } else { "en" });
    let (rule, english, deutsch) = match broken {
        Broken::Required => ("required", "is required.".to_owned(), "ist erforderlich.".to_owned()),
        Broken::TooLong(max) => {
            ("max", format!("is longer than {max} characters."), format!("ist länger als {max} Zeichen."))
        }
        Broken::Pattern(pattern) => {
            ("pattern", format!("does not have the form {pattern}."), format!("hat nicht die Form {pattern}."))
        }
        Broken::Min(min) => ("min", format!("is less than {min}."), format!("ist kleiner als {min}.")),
        Broken::Max(max) => ("max", format!("is greater than {max}."), format!("ist größer als {max}.")),
        Broken::Option(value) => ("options", format!("has no option {value}."), format!("hat keine Option {value}.")),
        Broken::Format { rule, example } => (
            *rule,
            format!("is not valid; a valid value is {example}."),
            format!("ist nicht gültig; gültig ist etwa {example}."),
        ),
        Broken::Missing(module) => (
            "exists",
            format!("names no {module} that exists."),
            format!("nennt keinen vorhandenen Datensatz ({module})."),
        ),
        Broken::Target(modules) => (
            "target",
            format!("needs an id and one of the types {}.", modules.join(", ")),
            format!("braucht eine ID und einen der Typen {}.", modules.join(", ")),
        ),
        Broken::TooLarge => (
            "max",
            "is computed as a larger number than the field holds.".to_owned(),
            "ergibt eine größere Zahl, als das Feld fasst.".to_owned(),
        ),
        Broken::Nul => (
            "characters",
            "contains the character U+0000, which no text may.".to_owned(),
            "enthält das Zeichen U+0000, das kein Text enthalten darf.".to_owned(),
        ),
    };
    let message = format!("{label} {}", if german { deutsch } else { english });
    Violation { path: vec![Step::Key(input_name(field))], rule: rule.into(), message }
}

/// The violation of a rule over the whole record.
pub(super) fn broken_rule(module: &Module, rule: &Rule, language: &str) -> Violation {
    let language = if is_german(language) { "de" } else { "en" };
    Violation {
        path: rule.at.map(|at| Step::Key(input_name(module.field(at)))).into_iter().collect(),
        rule: rule.name.clone().into(),
        message: rule.message.get(language).to_owned(),
    }
}

fn is_german(language: &str) -> bool {
    language == "de" || language.starts_with("de-")
}

/// The name of a field in an input.
fn input_name(field: &Field) -> String {
    match field.ty {
        FieldType::Relation { .. } | FieldType::Polymorphic { .. } => format!("{}Id", field.gql),
        _ => field.gql.clone(),
    }
}
