//! Fragments of SQL text and the parameters in them.

use crate::{
    column::{ColumnType, Dialect},
    query::{LikeForm, Operand},
    search::Part,
};

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The caller's organisation.
    Org,
    /// The caller.
    User,
    /// The moment of the request.
    Now,
    /// The day of the request.
    Today,
    /// A value of the request.
    Operand(Operand),
    /// A part of a full-text query of the request.
    Search(Operand, Part),
    /// A column of the parent's row; SQLite only, where each level is a statement of its own.
    Parent(usize),
}

/// A parameter of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Where its value comes from.
    pub source: Source,
    /// How it is bound.
    pub ty: ColumnType,
    /// Whether it is a list of such values.
    pub list: bool,
    /// For texts that become a LIKE pattern.
    pub like: Option<LikeForm>,
}

/// The parameters of one statement, in order of their numbers.
#[derive(Debug, Clone)]
pub struct Params {
    /// The database that the statement is for.
    pub dialect: Dialect,
    /// Number n is at n − 1.
    pub list: Vec<Param>,
    /// What operands are counted from, where the values of several intents are behind each other.
    pub first: u32,
}

impl Params {
    /// None yet.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, list: Vec::new(), first: 0 }
    }

    /// The placeholder of a parameter, with its type on PostgreSQL, where an untyped one is guessed at.
    pub fn add(&mut self, mut param: Param) -> String {
        if let Source::Operand(operand) | Source::Search(operand, _) = &mut param.source {
            operand.0 += self.first;
        }
        let number = self.list.iter().position(|p| *p == param).unwrap_or_else(|| {
            self.list.push(param);
            self.list.len() - 1
        }) + 1;
        match self.dialect {
            Dialect::Postgres => {
                format!("${number}::{}{}", postgres_type(param.ty), if param.list { "[]" } else { "" })
            }
            Dialect::Sqlite => format!("?{number}"),
        }
    }

    /// The placeholder of the caller's organisation.
    pub fn org(&mut self) -> String {
        self.add(Param { source: Source::Org, ty: ColumnType::Uuid, list: false, like: None })
    }

    /// The placeholder of the caller.
    pub fn user(&mut self) -> String {
        self.add(Param { source: Source::User, ty: ColumnType::Uuid, list: false, like: None })
    }

    /// The placeholder of the moment of the request.
    pub fn now(&mut self) -> String {
        self.add(Param { source: Source::Now, ty: ColumnType::Timestamp, list: false, like: None })
    }

    /// The placeholder of the day of the request.
    pub fn today(&mut self) -> String {
        self.add(Param { source: Source::Today, ty: ColumnType::Date, list: false, like: None })
    }

    /// The placeholder of one value of the request.
    pub fn operand(&mut self, operand: Operand, ty: ColumnType) -> String {
        self.add(Param { source: Source::Operand(operand), ty, list: false, like: None })
    }

    /// `(…)` or `ANY(…)` for a list of values of the request: what stands behind `IN` or `=`.
    pub fn is_one_of(&mut self, expression: &str, operand: Operand, ty: ColumnType) -> String {
        let placeholder = self.add(Param { source: Source::Operand(operand), ty, list: true, like: None });
        match self.dialect {
            Dialect::Postgres => format!("{expression} = ANY({placeholder})"),
            Dialect::Sqlite if ty == ColumnType::Uuid => {
                format!("{expression} IN (SELECT unhex(value) FROM json_each({placeholder}))")
            }
            Dialect::Sqlite => format!("{expression} IN (SELECT value FROM json_each({placeholder}))"),
        }
    }
}

/// The type name in a cast.
pub(crate) fn postgres_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Uuid => "uuid",
        ColumnType::Text => "text",
        ColumnType::Integer => "int4",
        ColumnType::BigInt => "int8",
        ColumnType::Decimal(_) => "numeric",
        ColumnType::Float => "float8",
        ColumnType::Boolean => "bool",
        ColumnType::Date => "date",
        ColumnType::Time => "time",
        ColumnType::Timestamp => "timestamptz",
        ColumnType::TextArray => "text[]",
        ColumnType::Json => "jsonb",
    }
}

/// A quoted identifier. Names are checked when the metadata is loaded; quoting makes keywords harmless.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A quoted literal, for names that come from the metadata and never from a request.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
