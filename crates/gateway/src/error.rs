//! Errors as clients see them: a message, a code, where it happened. Nothing of SQL, files or libraries gets in here.

mod refusal;
mod write;

pub use refusal::of_refusal;
pub use write::{of_write, unchangeable};

use async_graphql::{PathSegment, Pos, ServerError};
use kontor_domain::error::StoreError;
use kontor_metadata::model::{Catalog, Field, Module, ModuleId};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The request or a value in it cannot be understood.
    BadUserInput,
    /// Values break rules of the metadata.
    ValidationFailed,
    /// There is no such record, or the caller may not see it.
    NotFound,
    /// The record has changed since it was read.
    Conflict,
    /// Another record has the value already.
    UniqueViolation,
    /// The Idempotency-Key stands for another request.
    IdempotencyKeyReused,
    /// The caller may not do this.
    Forbidden,
    /// Nobody is signed in.
    Unauthenticated,
    /// The password is right, and a one-time code is wanted too.
    SecondFactorRequired,
    /// It was tried too often: `retryAfter` tells after how many seconds it may come again.
    RateLimited,
    /// The document asks for too much.
    CostLimitExceeded,
    /// The organization would have more than its plan allows.
    LimitExceeded,
    /// Some of what a feed would tell is not kept any more.
    Gap,
    /// A subscription does not fit the metadata any more.
    MetadataChanged,
    /// The packages cannot be used as they are: `problems` tells why.
    MetadataRejected,
    /// It took longer than allowed, or nobody waits for it any more.
    Timeout,
    /// The server does not know the document of this hash: send its text too.
    PersistedQueryNotFound,
    /// The server takes no hashes: send texts.
    PersistedQueryNotSupported,
    /// The server executes only the documents on its list.
    QueryNotInSafelist,
    /// A mistake or failure on the server's side.
    Internal,
}

/// Errors of one document, or of the variables of one request, that are told.
pub(crate) const MOST_TOLD: usize = 100;

/// The first of many errors, and that there are more.
pub(crate) fn told(mut errors: Vec<Error>) -> Vec<Error> {
    if errors.len() > MOST_TOLD {
        errors.truncate(MOST_TOLD);
        errors.push(Error::input(format!("There are more errors: these are the first {MOST_TOLD}.")));
    }
    errors
}

/// One entry of `errors`.
#[derive(Debug, Clone, Serialize)]
pub struct Error {
    /// For people.
    pub message: String,
    /// Places in the document, from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// Response keys and list indexes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Value>,
    /// The code and what else belongs to it.
    pub extensions: Box<Map<String, Value>>,
}

/// A place in the document.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Location {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

impl From<Pos> for Location {
    fn from(pos: Pos) -> Self {
        Self { line: pos.line, column: pos.column }
    }
}

impl Error {
    /// An error with a code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), json!(code));
        Self { message: message.into(), locations: Vec::new(), path: Vec::new(), extensions: Box::new(extensions) }
    }

    /// The request cannot be understood.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Code::BadUserInput, message)
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(
            Code::Unauthenticated,
            "Sign in first: call `mutation { login(email: …, password: …) { accessToken } }` and send the token as `Authorization: Bearer …`.",
        )
    }

    /// Something went wrong on our side; the log has the rest under this id.
    pub fn internal(request_id: &str) -> Self {
        Self::new(Code::Internal, "Something went wrong on the server.").with("requestId", json!(request_id))
    }

    /// With another key in `extensions`.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.extensions.insert(key.to_owned(), value);
        self
    }

    /// With a place in the document, unless it has a closer one.
    #[must_use]
    pub fn at(mut self, pos: Pos) -> Self {
        if self.locations.is_empty() {
            self.locations.push(pos.into());
        }
        self
    }

    /// Whether it has this code.
    pub fn is(&self, code: Code) -> bool {
        self.extensions.get("code") == Some(&json!(code))
    }

    /// After how many seconds it may be tried again, if it came too early.
    pub fn retry_after(&self) -> Option<u64> {
        self.extensions.get("retryAfter").and_then(Value::as_u64)
    }

    /// Under a root field of the answer.
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        self.path = vec![json!(key)];
        self
    }
}

impl From<ServerError> for Error {
    fn from(error: ServerError) -> Self {
        let mut converted = Self::input(error.message);
        converted.locations = error.locations.into_iter().map(Location::from).collect();
        converted.path = error
            .path
            .into_iter()
            .map(|segment| match segment {
                PathSegment::Field(name) => json!(name),
                PathSegment::Index(index) => json!(index),
            })
            .collect();
        converted
    }
}

/// The error of a read, for the client; the cause goes to the log.
pub fn of_store(error: &StoreError, request_id: &str) -> Error {
    match error {
        StoreError::TooLarge => Error::input("A sum is too large: ask for fewer records with `filter`."),
        StoreError::TooLong(most) => {
            let message = format!(
                "The answer has more than {most} bytes, the most that it may have: ask for fewer records or fields at a time."
            );
            Error::new(Code::CostLimitExceeded, message).with("limit", json!({"name": "answer", "most": most}))
        }
        StoreError::Timeout => Error::new(
            Code::Timeout,
            "The database needed longer than allowed: ask for less, or filter by an indexed field.",
        ),
        StoreError::Busy => Error::new(Code::Conflict, "Another request was changing the same data: try again."),
        StoreError::ReadOnly => {
            Error::new(Code::Internal, "The database takes no changes at present.").with("requestId", json!(request_id))
        }
        StoreError::Unavailable(_) | StoreError::Constraint { .. } | StoreError::Database(_) => {
            tracing::error!(error = chain(error), "a statement failed");
            Error::internal(request_id)
        }
    }
}

/// An error with its causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// There is no such record, or the caller may not see it: the two are not told apart.
pub fn not_found(module: &str, language: &str) -> Error {
    let message = if is_german(language) {
        format!("Es gibt keinen Datensatz mit dieser ID ({module}).")
    } else {
        format!("There is no {module} with this id.")
    };
    Error::new(Code::NotFound, message)
}

/// The caller's role may read no record of a module.
pub fn unreadable(catalog: &Catalog, module: &ModuleId, language: &str) -> Error {
    let module = catalog.module(*module);
    let message = if is_german(language) {
        format!("Ihre Rolle darf {} nicht lesen.", module.plural_label.get("de"))
    } else {
        format!("Your role may not read {}.", module.plural_label.get("en"))
    };
    Error::new(Code::Forbidden, message)
}

/// The caller's role may not read a field.
pub fn unreadable_field(module: &Module, field: &Field, language: &str) -> Error {
    let message = if is_german(language) {
        format!("Ihre Rolle darf das Feld {} von {} nicht lesen.", field.gql, module.label.get("de"))
    } else {
        format!("Your role may not read the field {} of {}.", field.gql, module.name)
    };
    Error::new(Code::Forbidden, message)
}

/// Whether messages are German; else they are English.
pub(crate) fn is_german(language: &str) -> bool {
    language == "de" || language.starts_with("de-")
}
