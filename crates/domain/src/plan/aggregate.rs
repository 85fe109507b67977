//! Groups of records: GROUP BY over a level, and the template of a group.

use super::{
    Encoder, Item, ObjectTemplate,
    condition::{self, Conditions},
    joins::Column,
    levels::{Builder, Parent},
    order::{self, Joins},
    sql::{Param, Params, Source},
    template::prefix,
};
use crate::{
    column::{ColumnType, Dialect},
    query::aggregate::{Aggregation, Bucket, GroupOrder, GroupPart, Having, Key, KeyValue, Measure, OrderedBy},
};
use kontor_metadata::model::{Catalog, Module, ModuleId};

/// Digits behind the point that a mean has more than the field.
const DIGITS_OF_MEAN: u8 = 4;

/// A key or a measure: SQL, its representation, and how it is written.
struct Computed {
    expression: String,
    ty: ColumnType,
    encoder: Encoder,
    nullable: bool,
}

impl<'a> Builder<'a> {
    /// A level of groups. Its first columns are the keys, in order.
    pub(super) fn aggregation(&mut self, parent: Option<&Parent<'a>>, groups: &Aggregation) -> (usize, ObjectTemplate) {
        let module = self.catalog.module(groups.module);
        let parent_id = parent.map(|p| self.column_of(p.place, "id", ColumnType::Uuid));
        let size = u64::from(groups.size);
        self.conditions.looks_at_all = parent.is_none();
        let level = self.matching(parent, parent_id, module, groups.deleted, groups.filter.as_ref(), size);
        self.conditions.looks_at_all = false;
        let alias = self.drafts[level].alias.clone();
        let mut params = self.take_params(level);
        let mut joins = Joins::default();
        let keys: Vec<_> =
            groups.keys.iter().map(|k| key(&mut self.conditions, &mut params, module, &alias, k, &mut joins)).collect();
        let draft = &mut self.drafts[level];
        draft.from.push_str(&joins.sql);
        draft.columns.extend(keys.iter().map(|k| Column::own(k.expression.clone(), k.ty)));
        draft.groups = Some(super::levels::Groups {
            keys: keys.len(),
            having: groups.having.as_ref().map(|h| having(&mut self.conditions, &mut params, module, &alias, h)),
        });
        draft.keys = terms(&mut self.conditions, &mut params, module, &alias, &keys, &groups.order);
        draft.limit = Some(groups.size as usize);
        draft.offset = groups.offset.map(|o| params.operand(o, ColumnType::BigInt));
        self.put_params(level, params);
        let object = self.group(level, module, &alias, &keys, &groups.parts);
        // Without an aggregate in it the statement would give a row per record.
        self.column(level, "count(*)", ColumnType::BigInt);
        (level, object)
    }

    fn group(
        &mut self,
        level: usize,
        module: &Module,
        alias: &str,
        keys: &[Computed],
        parts: &[(String, GroupPart)],
    ) -> ObjectTemplate {
        let mut items = Vec::with_capacity(parts.len());
        for (n, (name, part)) in parts.iter().enumerate() {
            let prefix = prefix(n == 0, name);
            items.push(match part {
                GroupPart::Constant(json) => Item::Constant([&prefix[..], json.as_bytes()].concat().into()),
                GroupPart::Keys => {
                    let columns = keys.iter().enumerate().map(|(n, key)| (n, key.encoder.clone())).collect();
                    Item::Columns { prefix, columns }
                }
                GroupPart::Key(column) => {
                    Item::Column { prefix, column: *column, encoder: keys[*column].encoder.clone() }
                }
                GroupPart::Measure(measure) => {
                    let mut params = self.take_params(level);
                    let computed = compute(&mut self.conditions, &mut params, module, alias, *measure);
                    self.put_params(level, params);
                    let column = self.column(level, &computed.expression, computed.ty);
                    Item::Column { prefix, column, encoder: computed.encoder }
                }
                GroupPart::Object(parts) => {
                    Item::Object { prefix, object: self.group(level, module, alias, keys, parts) }
                }
            });
        }
        ObjectTemplate { items }
    }
}

/// The representation of what is computed, which the operands of conditions on it have too.
#[must_use]
pub fn measured(catalog: &Catalog, module: ModuleId, measure: Measure) -> ColumnType {
    let (mut conditions, mut params) = (Conditions::of_program(catalog), Params::new(Dialect::Sqlite));
    compute(&mut conditions, &mut params, catalog.module(module), "t", measure).ty
}

fn key<'a>(
    conditions: &mut Conditions<'a>,
    params: &mut Params,
    module: &'a Module,
    alias: &str,
    key: &Key,
    joins: &mut Joins,
) -> Computed {
    let (owner, table) = order::follow(conditions, params, module, alias, &key.path, joins);
    let plain = |expression, ty| Computed { expression, ty, encoder: Encoder::Plain(ty), nullable: true };
    let field = match key.value {
        KeyValue::Field(field) | KeyValue::TypeOf(field) | KeyValue::Bucket { field, .. } => owner.field(field),
    };
    let column = conditions.field(params, owner, &table, field, None);
    let ty = ColumnType::of(field).expect("the gateway groups by fields with a value only");
    match key.value {
        KeyValue::Field(_) => Computed {
            expression: column,
            ty,
            encoder: Encoder::of(field, ty),
            nullable: !(field.required && key.path.is_empty() && conditions.may_read_all(owner.id, field.id)),
        },
        KeyValue::TypeOf(_) => {
            let column = field.type_column().unwrap_or_default();
            plain(conditions.column(params, owner, &table, field.id, &column), ColumnType::Text)
        }
        KeyValue::Bucket { bucket: Bucket::Exact, .. } => plain(column, ty),
        KeyValue::Bucket { bucket, zone, .. } => {
            let zone = (ty == ColumnType::Timestamp).then(|| {
                params.add(Param { source: Source::Operand(zone), ty: ColumnType::Text, list: false, like: None })
            });
            let expression = match params.dialect {
                Dialect::Postgres => postgres_bucket(&column, bucket, zone.as_deref()),
                Dialect::Sqlite => {
                    format!("kontor_bucket({column}, '{}', {})", bucket.name(), zone.as_deref().unwrap_or("NULL"))
                }
            };
            plain(expression, if bucket.is_cyclic() { ColumnType::Integer } else { ty })
        }
    }
}

/// The period of a day, or of a moment in a time zone.
fn postgres_bucket(column: &str, bucket: Bucket, zone: Option<&str>) -> String {
    let name = match bucket {
        Bucket::Exact => return column.to_owned(),
        Bucket::Hour | Bucket::HourOfDay => "hour",
        Bucket::Day => "day",
        Bucket::Week => "week",
        Bucket::Month | Bucket::MonthOfYear => "month",
        Bucket::Quarter | Bucket::QuarterOfYear => "quarter",
        Bucket::Year => "year",
        Bucket::DayOfWeek => "isodow",
    };
    match (bucket.is_cyclic(), zone) {
        (true, Some(zone)) => format!("extract({name} FROM ({column} AT TIME ZONE {zone}))::int4"),
        (true, None) => format!("extract({name} FROM {column})::int4"),
        (false, Some(zone)) => format!("date_trunc('{name}', {column}, {zone})"),
        (false, None) => format!("date_trunc('{name}', {column}::timestamp)::date"),
    }
}

fn compute(
    conditions: &mut Conditions<'_>,
    params: &mut Params,
    module: &Module,
    alias: &str,
    measure: Measure,
) -> Computed {
    let dialect = params.dialect;
    let typed = |expression, ty, nullable| Computed { expression, ty, encoder: Encoder::Plain(ty), nullable };
    let count = |expression: String| typed(expression, ColumnType::BigInt, false);
    let mut of = |field| {
        let field = module.field(field);
        let ty = ColumnType::of(field).expect("the gateway computes of fields with a value only");
        (conditions.field(params, module, alias, field, None), ty)
    };
    match measure {
        Measure::Count => count("count(*)".to_owned()),
        Measure::CountValues(field) => count(format!("count({})", of(field).0)),
        Measure::CountDistinct(field) => count(format!("count(DISTINCT {})", of(field).0)),
        Measure::Sum(field) => {
            let (column, ty) = of(field);
            match (ty, dialect) {
                (ColumnType::Integer, Dialect::Postgres) => {
                    typed(format!("sum({column})::numeric"), ColumnType::Decimal(0), true)
                }
                (ColumnType::Integer, _) => typed(format!("sum({column})"), ColumnType::Decimal(0), true),
                _ => typed(format!("sum({column})"), ty, true),
            }
        }
        Measure::Avg(field) => {
            let (column, ty) = of(field);
            let scale = match ty {
                ColumnType::Decimal(scale) => scale,
                ColumnType::Integer => 0,
                _ => return typed(format!("avg({column})"), ty, true),
            };
            let digits = scale + DIGITS_OF_MEAN;
            let expression = match dialect {
                // The factor makes the quotient so exact that rounding it gives what rounding the true one would:
                // that is no nearer to a half than 1 / (2 × records), beyond what it already is.
                Dialect::Postgres => {
                    format!("round(sum({column}) * 1.000000000000000000000000 / count({column}), {digits})")
                }
                Dialect::Sqlite => format!("kontor_mean(sum({column}), count({column}), {DIGITS_OF_MEAN})"),
            };
            typed(expression, ColumnType::Decimal(digits), true)
        }
        Measure::Min(field) => {
            let (column, ty) = of(field);
            typed(format!("min({column})"), ty, true)
        }
        Measure::Max(field) => {
            let (column, ty) = of(field);
            typed(format!("max({column})"), ty, true)
        }
    }
}

fn having(
    conditions: &mut Conditions<'_>,
    params: &mut Params,
    module: &Module,
    alias: &str,
    condition: &Having,
) -> String {
    let mut join = |parts: &[Having], with: &str, empty: &str| {
        let parts: Vec<_> = parts.iter().map(|p| having(conditions, params, module, alias, p)).collect();
        if parts.is_empty() { empty.to_owned() } else { format!("({})", parts.join(with)) }
    };
    match condition {
        Having::All(parts) => join(parts, " AND ", "TRUE"),
        Having::Any(parts) => join(parts, " OR ", "FALSE"),
        Having::Not(inner) => format!("NOT ({})", having(conditions, params, module, alias, inner)),
        Having::Test(measure, test) => {
            let computed = compute(conditions, params, module, alias, *measure);
            condition::test(params, &computed.expression, computed.ty, *test)
        }
    }
}

/// The order: what is asked for, then the keys, by the names of their columns.
fn terms(
    conditions: &mut Conditions<'_>,
    params: &mut Params,
    module: &Module,
    alias: &str,
    keys: &[Computed],
    order: &[GroupOrder],
) -> Vec<order::Key> {
    let dialect = params.dialect;
    let column = |n: usize, descending, nulls_first| order::Key {
        expression: match (dialect, keys[n].ty) {
            // Sets go option by option, as arrays do; without its brackets the JSON text of one does too.
            (Dialect::Sqlite, ColumnType::TextArray) => format!("trim(c{n}, '[]')"),
            _ => format!("c{n}"),
        },
        name: String::new(),
        ty: keys[n].ty,
        descending,
        nulls_first,
        nullable: keys[n].nullable,
    };
    let mut terms: Vec<_> = order
        .iter()
        .map(|one| match one.by {
            OrderedBy::Key(n) => column(n, one.descending, one.nulls_first),
            OrderedBy::Measure(measure) => {
                let computed = compute(conditions, params, module, alias, measure);
                order::Key {
                    expression: computed.expression,
                    name: String::new(),
                    ty: computed.ty,
                    descending: one.descending,
                    nulls_first: one.nulls_first,
                    nullable: computed.nullable,
                }
            }
        })
        .collect();
    terms.extend((0..keys.len()).map(|n| column(n, false, false)));
    terms
}
