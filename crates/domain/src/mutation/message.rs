//! What the user is told about a value, in English and German.

use super::{input::Step, shape};
use kontor_metadata::model::{Connection, Demand, Field, FieldType, Module, Rule, Text};
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
    /// Of dates and times.
    Before(String),
    /// Of dates and times.
    After(String),
    Option(String),
    Format {
        rule: &'static str,
        example: &'static str,
    },
    Missing(String),
    Target(Vec<String>),
    Nul,
    TooLarge,
    Condition {
        module: String,
        condition: String,
    },
    /// The same, told of a link that is made from the other side.
    ConditionThere {
        module: String,
        label: Text,
        condition: String,
    },
    Flow {
        from: String,
        to: String,
        allowed: Vec<String>,
    },
    Depends {
        option: String,
        on: String,
    },
    Taken {
        module: String,
    },
    Fewer(u32),
    More(u32),
    /// Of JSON, inside it.
    Shape {
        at: Vec<Step>,
        demand: Demand,
    },
    /// A moment that is still to come.
    Future,
    /// The person was erased.
    Erased,
}

/// The violation of a rule by the value of a field.
pub(super) fn violation(field: &Field, broken: &Broken, language: &str) -> Violation {
    let (rule, told) = told(broken, language);
    let mut path = vec![Step::Key(input_name(field))];
    if let Broken::Shape { at, .. } = broken {
        path.extend(at.iter().cloned());
    }
    Violation { path, rule: rule.into(), message: format!("{} {told}", labelled(&field.label, language)) }
}

/// The violation of a rule by what is said of the record that a relation of another leads to.
pub(super) fn of_target(field: &Field, rest: &[Step], broken: &Broken, language: &str) -> Violation {
    let (rule, told) = told(broken, language);
    Violation {
        path: rest.to_vec(),
        rule: rule.into(),
        message: format!("{} {told}", labelled(&field.label, language)),
    }
}

/// That a record is converted for the second time.
pub(super) fn converted_before(module: &Module, language: &str) -> Violation {
    let label = labelled(&module.label, language);
    let message = match is_german(language) {
        true => format!("{label} wurde schon umgewandelt."),
        false => format!("{label} was converted already."),
    };
    Violation { path: vec![Step::Key("id".to_owned())], rule: "converted".into(), message }
}

/// The violation of a rule by what a connection leads to; `rest` is the path inside it.
pub(super) fn of_connection(connection: &Connection, rest: &[Step], broken: &Broken, language: &str) -> Violation {
    let (rule, told) = told(broken, language);
    let path = std::iter::once(Step::Key(connection.gql.clone())).chain(rest.iter().cloned()).collect();
    Violation { path, rule: rule.into(), message: format!("{} {told}", labelled(&connection.label, language)) }
}

fn labelled<'t>(label: &'t Text, language: &str) -> &'t str {
    label.get(if is_german(language) { "de" } else { "en" })
}

/// Name of a broken rule, and what is said of the value.
fn told(broken: &Broken, language: &str) -> (&'static str, String) {
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
        Broken::Before(min) => ("min", format!("is before {min}."), format!("liegt vor {min}.")),
        Broken::After(max) => ("max", format!("is after {max}."), format!("liegt nach {max}.")),
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
        Broken::Condition { module, condition } => (
            "where",
            format!("names a {module} for which `{condition}` does not hold."),
            format!("nennt einen Datensatz ({module}), für den `{condition}` nicht gilt."),
        ),
        Broken::ConditionThere { module, label, condition } => (
            "where",
            format!("names a {module} whose {} need `{condition}` to hold.", labelled(label, "en")),
            format!(
                "nennt einen Datensatz ({module}), für dessen {} `{condition}` gelten muss.",
                labelled(label, "de")
            ),
        ),
        Broken::Flow { from, to, allowed } => {
            let list = allowed.join(", ");
            match allowed.is_empty() {
                true => (
                    "flow",
                    format!("stays {from}: it cannot become {to}."),
                    format!("bleibt {from} und kann nicht {to} werden."),
                ),
                false => (
                    "flow",
                    format!("cannot become {to} from {from}, but {list}."),
                    format!("kann von {from} aus nicht {to} werden, sondern {list}."),
                ),
            }
        }
        Broken::Depends { option, on } => (
            "depends_on",
            format!("cannot be {option} while the other is {on}."),
            format!("kann nicht {option} sein, solange das andere {on} ist."),
        ),
        Broken::Taken { module } => (
            "unique",
            format!("is the same as that of another {module}."),
            format!("ist schon bei einem anderen Datensatz ({module}) vergeben."),
        ),
        Broken::Fewer(min) => ("min", format!("needs at least {min}."), format!("braucht mindestens {min}.")),
        Broken::More(max) => ("max", format!("takes at most {max}."), format!("nimmt höchstens {max} auf.")),
        Broken::Shape { at, demand } => {
            let (english, deutsch) = shape::told(at, demand);
            ("schema", english, deutsch)
        }
        Broken::Future => ("past", "is in the future.".to_owned(), "liegt in der Zukunft.".to_owned()),
        Broken::Erased => (
            "erased",
            "stays empty: the person was erased.".to_owned(),
            "bleibt leer: Die Daten der Person wurden gelöscht.".to_owned(),
        ),
        Broken::Nul => (
            "characters",
            "contains the character U+0000, which no text may.".to_owned(),
            "enthält das Zeichen U+0000, das kein Text enthalten darf.".to_owned(),
        ),
    };
    (rule, if is_german(language) { deutsch } else { english })
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

pub(super) fn is_german(language: &str) -> bool {
    language == "de" || language.starts_with("de-")
}

/// The name of a field in an input.
pub(super) fn input_name(field: &Field) -> String {
    match field.ty {
        FieldType::Relation { .. } | FieldType::Polymorphic { .. } => format!("{}Id", field.gql),
        _ => field.gql.clone(),
    }
}
