use jsonschema::{
    PatternOptions, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
    paths::{Location, LocationSegment},
};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// Most keywords that are looked at for one place of a value once every reference is followed: what a value costs is at
/// most this times its size.
const KEYWORDS: usize = 10_000;
/// Largest regular expression, compiled.
const PATTERN_BYTES: usize = 1 << 20;
/// What a schema may say of its own version.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What values of a JSON field have to be like: JSON Schema, draft 2020-12, compiled. `format` is checked, patterns are
/// those of the crate `regex`, and nothing outside it is referred to.
#[derive(Clone)]
pub struct JsonSchema {
    source: Arc<Value>,
    validator: Arc<Validator>,
}

/// What is wrong with a schema.
#[derive(Debug)]
pub(crate) struct BadSchema {
    /// Where: keys and indexes from its top.
    pub(crate) at: Vec<Place>,
    /// In a few words.
    pub(crate) why: String,
}

/// A step into JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A key of an object.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

/// What a value is not like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where in the value.
    pub at: Vec<Place>,
    /// What is demanded there.
    pub demand: Demand,
}

/// What a schema demands of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// One of these types, `string`.
    Type(Vec<String>),
    /// This key of an object.
    Key(String),
    /// None of these keys.
    NoKeys(Vec<String>),
    /// One of these values, as JSON.
    Values(Vec<String>),
    /// This or more.
    AtLeast(String),
    /// This or less.
    AtMost(String),
    /// More than this.
    Above(String),
    /// Less than this.
    Below(String),
    /// A multiple of this.
    MultipleOf(String),
    /// So many characters or more.
    Longer(u64),
    /// So many characters or fewer.
    Shorter(u64),
    /// So many elements or keys, or more.
    More(u64),
    /// So many elements or keys, or fewer.
    Fewer(u64),
    /// A text that this regular expression is found in.
    Pattern(String),
    /// This format, `date`.
    Format(String),
    /// No element twice.
    Distinct,
    /// Nothing may stand there.
    Nothing,
    /// What this keyword says, `oneOf`.
    Keyword(String),
}

impl JsonSchema {
    pub(crate) fn new(source: Value) -> Result<Self, BadSchema> {
        if let Some(draft) = source.get("$schema").filter(|draft| **draft != DRAFT) {
            let why = format!("{draft} is another version of JSON Schema than \"{DRAFT}\"");
            return Err(BadSchema { at: vec![Place::Key("$schema".to_owned())], why });
        }
        if let Err(error) = jsonschema::draft202012::meta::validate(&source) {
            return Err(bad(&error, error.instance_path()));
        }
        Walk::over(&source)?;
        let options = jsonschema::draft202012::options()
            .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES))
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false);
        match options.build(&source) {
            Ok(validator) => Ok(Self { source: Arc::new(source), validator: Arc::new(validator) }),
            Err(error) => Err(bad(&error, error.schema_path())),
        }
    }

    /// As the author wrote it.
    #[must_use]
    pub fn source(&self) -> &Value {
        &self.source
    }

    /// Whether a value meets it.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What a value is not like, so many at most.
    #[must_use]
    pub fn mismatches(&self, value: &Value, most: usize) -> Vec<Mismatch> {
        let mismatch =
            |error: ValidationError<'_>| Mismatch { at: places(error.instance_path()), demand: demand(error.kind()) };
        self.validator.iter_errors(value).take(most).map(mismatch).collect()
    }
}

impl fmt::Debug for JsonSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)
    }
}

/// Counts the keywords that are looked at once every reference is followed, and refuses what would have no end.
struct Walk<'s> {
    root: &'s Value,
    at: Vec<Place>,
    /// The references on the way.
    within: Vec<&'s str>,
    count: usize,
}

impl<'s> Walk<'s> {
    fn over(root: &'s Value) -> Result<(), BadSchema> {
        Self { root, at: Vec::new(), within: Vec::new(), count: 0 }.part(root)
    }

    fn bad(&self, why: String) -> BadSchema {
        BadSchema { at: self.at.clone(), why }
    }

    fn part(&mut self, part: &'s Value) -> Result<(), BadSchema> {
        self.count += 1;
        if self.count > KEYWORDS {
            return Err(self.bad(format!("more than {KEYWORDS} keywords, with those that are referred to")));
        }
        match part {
            Value::Object(entries) => {
                for (key, value) in entries {
                    self.at.push(Place::Key(key.clone()));
                    self.keyword(key, value)?;
                    self.at.pop();
                }
            }
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.at.push(Place::Index(n));
                    self.part(item)?;
                    self.at.pop();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn keyword(&mut self, key: &str, value: &'s Value) -> Result<(), BadSchema> {
        match (key, value) {
            // Values, not schemas.
            ("enum" | "const" | "default" | "examples", _) => Ok(()),
            ("$dynamicRef" | "$dynamicAnchor" | "$anchor" | "$vocabulary", Value::String(_)) => {
                Err(self.bad(format!("`{key}` is not taken")))
            }
            ("$id", Value::String(_)) if self.at.len() > 1 => Err(self.bad("`$id` stands at the top only".to_owned())),
            ("$ref", Value::String(reference)) => self.reference(reference),
            _ => self.part(value),
        }
    }

    fn reference(&mut self, reference: &'s str) -> Result<(), BadSchema> {
        if self.within.contains(&reference) || reference == "#" {
            return Err(self.bad(format!("`{reference}` refers to itself, so that a value could be without end")));
        }
        let Some(pointer) = reference.strip_prefix('#').filter(|pointer| pointer.starts_with('/')) else {
            return Err(self.bad(format!("`{reference}` leads out of the schema: expected `#/$defs/…`")));
        };
        let Some(target) = self.root.pointer(pointer) else {
            return Err(self.bad(format!("there is nothing at `{reference}`")));
        };
        self.within.push(reference);
        self.part(target)?;
        self.within.pop();
        Ok(())
    }
}

fn bad(error: &ValidationError<'_>, at: &Location) -> BadSchema {
    BadSchema { at: places(at), why: error.to_string() }
}

fn places(location: &Location) -> Vec<Place> {
    let place = |segment: LocationSegment<'_>| match segment {
        LocationSegment::Property(key) => Place::Key(key.into_owned()),
        LocationSegment::Index(n) => Place::Index(n),
    };
    location.segments().map(place).collect()
}

fn demand(kind: &Kind) -> Demand {
    let json = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match kind {
        Kind::Type { kind: TypeKind::Single(ty) } => Demand::Type(vec![ty.to_string()]),
        Kind::Type { kind: TypeKind::Multiple(types) } => {
            Demand::Type(types.into_iter().map(|ty| ty.to_string()).collect())
        }
        Kind::Required { property } => Demand::Key(json(property)),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            Demand::NoKeys(unexpected.clone())
        }
        Kind::Enum { options } => Demand::Values(options.as_array().into_iter().flatten().map(json).collect()),
        Kind::Constant { expected_value } => Demand::Values(vec![json(expected_value)]),
        Kind::Minimum { limit } => Demand::AtLeast(json(limit)),
        Kind::Maximum { limit } => Demand::AtMost(json(limit)),
        Kind::ExclusiveMinimum { limit } => Demand::Above(json(limit)),
        Kind::ExclusiveMaximum { limit } => Demand::Below(json(limit)),
        Kind::MultipleOf { multiple_of } => Demand::MultipleOf(multiple_of.to_string()),
        Kind::MinLength { limit } => Demand::Longer(*limit),
        Kind::MaxLength { limit } => Demand::Shorter(*limit),
        Kind::MinItems { limit } | Kind::MinProperties { limit } => Demand::More(*limit),
        Kind::MaxItems { limit } | Kind::MaxProperties { limit } => Demand::Fewer(*limit),
        Kind::AdditionalItems { limit } => Demand::Fewer(*limit as u64),
        Kind::Pattern { pattern } => Demand::Pattern(pattern.clone()),
        Kind::Format { format } => Demand::Format(format.clone()),
        Kind::UniqueItems => Demand::Distinct,
        Kind::FalseSchema => Demand::Nothing,
        other => Demand::Keyword(other.keyword().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn why(schema: Value) -> String {
        JsonSchema::new(schema).expect_err("a bad schema").why
    }

    #[test]
    fn what_would_have_no_end_is_refused() {
        assert!(why(json!({"$ref": "#"})).contains("itself"));
        let tree = json!({"$defs": {"tree": {"properties": {"child": {"$ref": "#/$defs/tree"}}}}});
        assert!(why(tree).contains("itself"));
        let mut defs = json!({"d0": {"type": "object"}});
        for n in 1..20 {
            let below = format!("#/$defs/d{}", n - 1);
            defs[format!("d{n}")] = json!({"anyOf": [{"$ref": below}, {"$ref": below}]});
        }
        assert!(why(json!({"$defs": defs})).contains("more than 10000"));
    }

    #[test]
    fn nothing_outside_is_referred_to() {
        assert!(why(json!({"$ref": "https://example.com/schema.json"})).contains("leads out"));
        assert!(why(json!({"$ref": "file:///etc/passwd"})).contains("leads out"));
        assert!(why(json!({"$ref": "#/$defs/none"})).contains("nothing at"));
        assert!(why(json!({"properties": {"a": {"$id": "https://example.com/a", "type": "string"}}})).contains("top"));
        assert!(why(json!({"$schema": "http://json-schema.org/draft-07/schema#"})).contains("another version"));
    }

    #[test]
    fn a_property_may_have_the_name_of_a_keyword() {
        let schema = JsonSchema::new(json!({"properties": {"$ref": {"type": "string"}, "enum": {"type": "integer"}}}));
        let schema = schema.expect("a schema");
        assert!(schema.accepts(&json!({"$ref": "x", "enum": 1})) && !schema.accepts(&json!({"$ref": 1})));
    }

    #[test]
    fn patterns_are_linear_and_formats_are_checked() {
        assert!(!why(json!({"pattern": "(?=a)b"})).is_empty());
        assert!(!why(json!({"format": "no-such-format"})).is_empty());
        let schema = JsonSchema::new(json!({"format": "date"})).expect("a schema");
        let found = schema.mismatches(&json!("2026-02-30"), 10);
        assert_eq!(found, [Mismatch { at: Vec::new(), demand: Demand::Format("date".to_owned()) }]);
    }
}
