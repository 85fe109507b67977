use super::{Access, JsonSchema, ModuleId, OnErase, Text};
use crate::expr::Formula;
use std::path::PathBuf;

/// Index into [`super::Module::fields`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u16);

/// Where something was written: file, line and columns (from 1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Path relative to the folder that was loaded; empty for what the platform adds itself.
    pub file: PathBuf,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// Column behind the last character of what names it; as [`Origin::column`] where it ends on another line.
    pub end_column: u32,
}

/// A value of every record of a module.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, named as in the YAML")]
pub struct Field {
    /// Index into the module's fields.
    pub id: FieldId,
    /// snake_case, `expected_close_date`.
    pub name: String,
    /// GraphQL name, `expectedCloseDate`.
    pub gql: String,
    /// Column name: the name itself, `account_id` for a relation; a polymorphic relation has `record_id` here and
    /// its module name in `record_type`, see [`Field::type_column`]. Empty for fields without a column.
    pub column: String,
    /// What people call it.
    pub label: Text,
    /// What it is for, where the name does not say it.
    pub help: Text,
    /// What it holds.
    pub ty: FieldType,
    /// Never null.
    pub required: bool,
    /// Unique per organisation among rows not deleted.
    pub unique: bool,
    /// Has an index of its own.
    pub indexed: bool,
    /// Full-text searched, with this weight.
    pub search: Option<Weight>,
    /// Value of a new record where none is given.
    pub default: Option<Literal>,
    /// Set by the program (`id`, `created_at`, autonumbers, computed values): not an input.
    pub generated: bool,
    /// Given at creation, never changed.
    pub immutable: bool,
    /// Stored, but never read or written through the API (password hashes).
    pub secret: bool,
    /// Personal data in the sense of the GDPR: erased with the person.
    pub personal: bool,
    /// Of personal data, that it is a content which may happen to be about a person: the audit log shows it until the
    /// person is erased, where it masks other personal data from the beginning.
    pub content: bool,
    /// For a relation: what happens to its record when the person is erased that it leads to.
    pub on_erase: OnErase,
    /// Who may read and write it, where not everybody may who may read and write its record.
    pub access: Vec<Access>,
    /// Users whose names stand in it behind `@` are told.
    pub mentions: bool,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// Expressions and derivations.
    pub logic: Logic,
    /// What it was, for databases that were made from earlier versions of the YAML.
    pub past: Past,
    /// Index in the catalog of the package that it is of: of the module's, or of one that extends the module.
    pub package: usize,
    /// The keys that are written of it, each with its place: in the module, or where it is adjusted.
    pub written: Vec<(String, Origin)>,
    /// Where it was written; of what nobody wrote, nowhere.
    pub origin: Origin,
}

/// How a field follows from what was there before it.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Former names, which stay in GraphQL as deprecated ones.
    pub names: Vec<String>,
    /// The value that records get which are there when it is new.
    pub backfill: Option<Formula>,
    /// Options that are gone and what has become of them; nothing clears the value.
    pub replace: Vec<(String, Option<String>)>,
}

impl Field {
    /// Column that holds the module name of a polymorphic relation (`record_type`).
    #[must_use]
    pub fn type_column(&self) -> Option<String> {
        matches!(self.ty, FieldType::Polymorphic { .. }).then(|| format!("{}_type", self.name))
    }

    /// The expression of a field that is computed whenever it is read, since its value changes with time.
    #[must_use]
    pub fn on_read(&self) -> Option<&Formula> {
        self.logic.compute.as_ref().filter(|formula| formula.uses_now)
    }

    /// Whether a record has a value for it, stored or computed; links to many are none.
    #[must_use]
    pub fn has_value(&self) -> bool {
        self.is_stored() || self.on_read().is_some()
    }

    /// Whether the field has a column of its own in the module's table.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        !self.column.is_empty()
    }

    /// The picklist options, if it is one.
    #[must_use]
    pub fn choices(&self) -> Option<&[Choice]> {
        match &self.ty {
            FieldType::Select { options } | FieldType::MultiSelect { options } => Some(options),
            _ => None,
        }
    }
}

/// What a field holds; limits are inclusive. Columns, scalars and validation follow from it.
#[derive(Debug, Clone)]
pub enum FieldType {
    /// UUID v7, the primary key.
    Id,
    /// One line of text; `max` in characters (Unicode scalar values), `pattern` must match the whole value.
    Text {
        /// Longest value.
        max: u32,
        /// Regular expression (syntax of the `regex` crate).
        pattern: Option<String>,
    },
    /// Text of many lines; `max` in characters.
    LongText {
        /// Longest value.
        max: u32,
    },
    /// A whole number; fits GraphQL's Int, 32 bits.
    Integer {
        /// Smallest value.
        min: Option<i64>,
        /// Largest value.
        max: Option<i64>,
    },
    /// An exact number with `scale` digits after the point and at most 18 digits in all; limits are in units of
    /// 10^-scale. `money` (scale 2 unless said otherwise) and `percent` (scale 2) are this with another name.
    Decimal {
        /// Which of the three names the author used.
        kind: DecimalKind,
        /// Digits after the point, 0 to 9.
        scale: u8,
        /// Smallest value × 10^scale.
        min: Option<i64>,
        /// Largest value × 10^scale.
        max: Option<i64>,
    },
    /// IEEE 754 double.
    Float {
        /// Smallest value.
        min: Option<f64>,
        /// Largest value.
        max: Option<f64>,
    },
    /// True or false.
    Boolean,
    /// A day (ISO 8601).
    Date {
        /// The first, in days since 1970-01-01.
        min: Option<i32>,
        /// The last.
        max: Option<i32>,
    },
    /// A time of day (ISO 8601), microseconds.
    Time {
        /// The first, in microseconds since midnight.
        min: Option<i64>,
        /// The last.
        max: Option<i64>,
    },
    /// A moment in UTC (RFC 3339), microseconds.
    DateTime {
        /// The first, in microseconds since 1970.
        min: Option<i64>,
        /// The last.
        max: Option<i64>,
    },
    /// One of some options.
    Select {
        /// In order.
        options: Vec<Choice>,
    },
    /// Some of some options.
    MultiSelect {
        /// In order.
        options: Vec<Choice>,
    },
    /// An address of RFC 5321.
    Email,
    /// A telephone number, E.164 or near it.
    Phone,
    /// An absolute http(s) URL (WHATWG).
    Url,
    /// `#rrggbb`.
    Color,
    /// ISO 4217 code.
    Currency,
    /// ISO 3166-1 alpha-2 code.
    Country,
    /// RFC 5545 RRULE.
    Recurrence,
    /// A link to one record of one module: a foreign key.
    Relation {
        /// The other module.
        to: ModuleId,
        /// What happens to this record when the other is deleted.
        on_delete: OnDelete,
    },
    /// A link to one record of any of some modules: type and id.
    Polymorphic {
        /// The modules, in catalog order.
        to: Vec<ModuleId>,
    },
    /// A link to many records through a junction table; no column. The connection of the same name reads it.
    Many {
        /// The other module.
        to: ModuleId,
        /// Fewest links.
        min: Option<u32>,
        /// Most links.
        max: Option<u32>,
    },
    /// A number given at creation by a counter; the pattern holds `{YYYY}`, `{YY}`, `{MM}` and one run of zeros `{0000}`.
    Autonumber {
        /// Such as `Q-{YYYY}-{0000}`.
        pattern: String,
    },
    /// Any JSON value, or one that meets a schema.
    Json {
        /// What values have to be like.
        schema: Option<JsonSchema>,
    },
}

impl FieldType {
    /// The name in YAML, `longtext`; of the primary key, which no author writes, `id`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text { .. } => "text",
            Self::LongText { .. } => "longtext",
            Self::Integer { .. } => "integer",
            Self::Decimal { kind: DecimalKind::Decimal, .. } => "decimal",
            Self::Decimal { kind: DecimalKind::Percent, .. } => "percent",
            Self::Decimal { kind: DecimalKind::Money, .. } => "money",
            Self::Float { .. } => "float",
            Self::Boolean => "boolean",
            Self::Date { .. } => "date",
            Self::Time { .. } => "time",
            Self::DateTime { .. } => "datetime",
            Self::Select { .. } => "select",
            Self::MultiSelect { .. } => "multiselect",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Color => "color",
            Self::Currency => "currency",
            Self::Country => "country",
            Self::Recurrence => "recurrence",
            Self::Relation { .. } | Self::Polymorphic { .. } | Self::Many { .. } => "relation",
            Self::Autonumber { .. } => "autonumber",
            Self::Json { .. } => "json",
        }
    }
}

/// The name an author gave a decimal; they differ in defaults and labels only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalKind {
    /// `decimal`.
    Decimal,
    /// `percent`, 0 to 100 unless said otherwise.
    Percent,
    /// `money`.
    Money,
}

/// An option of a picklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As stored, `cold_call`.
    pub name: String,
    /// GraphQL enum value, `COLD_CALL`.
    pub gql: String,
    /// What people call it.
    pub label: Text,
    /// `#rrggbb`, where the author gave one.
    pub color: Option<String>,
    /// No longer offered; still readable.
    pub deprecated: bool,
    /// Former names.
    pub former: Vec<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// What happens to a record when the one it links to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The delete is refused.
    Restrict,
    /// The link is cleared.
    SetNull,
    /// It is deleted too.
    Cascade,
}

/// Weight of a field in full-text search, as in PostgreSQL's `setweight`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Most.
    A,
    /// Much.
    B,
    /// Some.
    C,
    /// Least.
    D,
}

impl Weight {
    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
        }
    }
}

/// A constant of the YAML, already checked against the field's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Texts, options, dates, times, and everything else that JSON writes as a string.
    Text(String),
    /// Integers.
    Integer(i64),
    /// Decimals × 10^scale.
    Scaled(i64),
    /// Floats.
    Float(f64),
    /// Booleans.
    Boolean(bool),
    /// Options of a multiselect.
    List(Vec<String>),
    /// JSON, as text.
    Json(String),
}

/// From an option to some options, in the order of the YAML.
pub type OptionMap = Vec<(String, Vec<String>)>;

/// Expressions and derivations of a field.
#[derive(Debug, Clone, Default)]
pub struct Logic {
    /// Always this: stored, but computed on read when it depends on the time.
    pub compute: Option<Formula>,
    /// Copied from a field of a linked record when the link changes: relation and field.
    pub copy_from: Option<(String, String)>,
    /// Forms show it when true, and nobody has to give it a value when not. It hides nothing of what is stored.
    pub visible: Option<Formula>,
    /// Required when true, while it is visible.
    pub required: Option<Formula>,
    /// Condition that a linked record must meet.
    pub condition: Option<Formula>,
    /// Set to now when one of these fields changes.
    pub touch: Vec<FieldId>,
    /// When its moment comes, whoever the record is assigned to is reminded of it if this is true.
    pub remind: Option<Formula>,
    /// Recomputed from children.
    pub rollup: Option<Rollup>,
    /// Allowed transitions of a picklist, from option to options.
    pub flow: OptionMap,
    /// Dependent picklist: controlling field, then for each of its options the options offered here.
    pub depends_on: Option<(FieldId, OptionMap)>,
}

/// A value recomputed from the records of a connection.
#[derive(Debug, Clone)]
pub struct Rollup {
    /// `count`, `sum`, `min`, `max` or `avg`.
    pub function: String,
    /// Connection of this module, `quotes`.
    pub connection: String,
    /// Field of its records, `total`; none for `count`.
    pub field: Option<String>,
    /// Only records for which it is true.
    pub condition: Option<Formula>,
}
