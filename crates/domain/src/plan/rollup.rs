//! Roll-ups: for some records, what is computed of the records of a connection.

use super::{
    condition::Conditions,
    expression::Rows,
    sql::{Param, Params, Source, quote},
};
use crate::{
    column::{ColumnType, Dialect},
    expression,
    query::{Deleted, Operand},
};
use kontor_metadata::model::{Catalog, Connection, Field, Module, Rollup};

/// A roll-up as SQL: rows of a record's id and the value, null where there is nothing. Operand 0 is the list of ids.
#[derive(Debug)]
pub(crate) struct RolledUp {
    /// The text.
    pub(crate) sql: String,
    /// Number n is at n − 1.
    pub(crate) params: Vec<Param>,
}

/// The statement of a roll-up; none over records of several modules but for a count.
pub(crate) fn rolled_up(
    catalog: &Catalog,
    dialect: Dialect,
    module: &Module,
    field: &Field,
    rollup: &Rollup,
    connection: &Connection,
) -> Option<RolledUp> {
    let mut params = Params::new(dialect);
    let mut conditions = Conditions::of_program(catalog);
    let ids = Param { source: Source::Operand(Operand(0)), ty: ColumnType::Uuid, list: true, like: None };
    let ids = params.add(ids);
    let among = match dialect {
        Dialect::Postgres => format!("p.\"id\" = ANY({ids})"),
        Dialect::Sqlite => format!("p.\"id\" IN (SELECT unhex(value) FROM json_each({ids}))"),
    };
    let mut joins = String::new();
    let mut values = Vec::new();
    for (n, target) in connection.targets.iter().enumerate() {
        let child = catalog.module(*target);
        let alias = format!("c{n}");
        let link = conditions.link(&mut params, module, &connection.via, child, &alias, "p.\"id\"");
        let scope = conditions.scope(&mut params, child, &alias, Deleted::Exclude);
        let condition = rollup.condition.as_ref().map_or_else(String::new, |formula| {
            let rows = Rows { record: (module, "p"), linked: (child, &alias) };
            let sql = conditions.formula(&mut params, rows, formula, ColumnType::Boolean, None);
            match dialect {
                Dialect::Postgres => format!(" AND {sql}"),
                Dialect::Sqlite => format!(" AND {sql} = 1"),
            }
        });
        let over = match &rollup.field {
            None => "1".to_owned(),
            Some(name) => format!("{alias}.{}", quote(&child.find(name)?.column)),
        };
        let source_scale = rollup.field.as_ref().and_then(|name| match ColumnType::of(child.find(name)?)? {
            ColumnType::Decimal(scale) => Some(scale),
            _ => Some(0),
        });
        let value = aggregate(dialect, &rollup.function, &over, ColumnType::of(field)?, source_scale.unwrap_or(0));
        joins =
            format!("{joins}SELECT {value} FROM {} {alias} WHERE {link} AND {scope}{condition}", quote(&child.table));
        values.push(format!("({joins})"));
        joins.clear();
    }
    let value = match (values.as_slice(), rollup.function.as_str()) {
        ([one], _) => one.clone(),
        (many, "count") => many.join(" + "),
        _ => return None,
    };
    let scope = conditions.scope(&mut params, module, "p", Deleted::Include);
    let sql = format!("SELECT p.\"id\", {value} FROM {} p WHERE {among} AND {scope}", quote(&module.table));
    Some(RolledUp { sql, params: params.list })
}

/// An aggregate in the representation of its field. A mean is rounded half away from zero to the digits of the field.
fn aggregate(dialect: Dialect, function: &str, over: &str, ty: ColumnType, source_scale: u8) -> String {
    let scale = match ty {
        ColumnType::Decimal(scale) => scale,
        _ => 0,
    };
    match (dialect, function) {
        (_, "count") => match dialect {
            Dialect::Postgres => "count(*)::int4".to_owned(),
            Dialect::Sqlite => "count(*)".to_owned(),
        },
        (Dialect::Postgres, "avg") if ty != ColumnType::Float => {
            expression::fitted(&format!("round(avg({over}::numeric), {scale})"), ty)
        }
        (Dialect::Postgres, "sum") if ty != ColumnType::Float => {
            expression::fitted(&format!("sum({over}::numeric)"), ty)
        }
        (Dialect::Postgres, _) => format!("{function}({over})"),
        (Dialect::Sqlite, "avg") if ty != ColumnType::Float => {
            // Integers throughout: 2 × sum + count over 2 × count is the mean rounded half up; the sign goes around.
            let up = 10_i64.pow(u32::from(scale.saturating_sub(source_scale)));
            let down = 10_i64.pow(u32::from(source_scale.saturating_sub(scale)));
            format!(
                "CASE WHEN count({over}) > 0 THEN (CASE WHEN sum({over}) < 0 THEN -1 ELSE 1 END) * \
                 ((2 * abs(sum({over})) * {up} + count({over}) * {down}) / (2 * count({over}) * {down})) END"
            )
        }
        (Dialect::Sqlite, "sum" | "min" | "max") if scale > source_scale => {
            format!("{function}({over}) * {}", 10_i64.pow(u32::from(scale - source_scale)))
        }
        (Dialect::Sqlite, _) => format!("{function}({over})"),
    }
}
