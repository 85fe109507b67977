//! Values that a column cannot hold any more when a change is undone.

use super::{literal::quoted, plan::Step, schema::Column, sql::quote};
use crate::column::{ColumnType, Dialect};

/// The column, and a condition for the rows whose value it could not hold; nothing where it holds all.
pub(super) fn of(step: &Step, dialect: Dialect) -> Option<(String, String)> {
    let (to, condition) = match step {
        Step::AlterColumn { from, to, .. } => (to, narrowed(from, to, dialect)?),
        Step::SetOptions { to, renamed, replaced, .. } => {
            let gone: Vec<&str> = renamed
                .iter()
                .map(|(old, _)| old)
                .chain(replaced.iter().map(|(old, _)| old))
                .map(String::as_str)
                .collect();
            (to, outside(to, &gone, dialect)?)
        }
        _ => return None,
    };
    Some((to.name.clone(), condition))
}

fn narrowed(from: &Column, to: &Column, dialect: Dialect) -> Option<String> {
    let name = quote(&to.name);
    let digits = |ty: ColumnType| match ty {
        ColumnType::Integer | ColumnType::BigInt => Some(0),
        ColumnType::Decimal(scale) => Some(scale),
        _ => None,
    };
    let lost = digits(from.ty)?.checked_sub(digits(to.ty)?).filter(|lost| *lost > 0);
    let fraction = lost.map(|lost| match dialect {
        Dialect::Postgres => format!("{name} <> round({name}, {})", digits(to.ty).unwrap_or_default()),
        Dialect::Sqlite => format!("{name} % {} <> 0", 10_i64.pow(u32::from(lost))),
    });
    let wide = (to.ty == ColumnType::Integer && from.ty != ColumnType::Integer).then(|| {
        let unit =
            if dialect == Dialect::Sqlite { 10_i64.pow(u32::from(digits(from.ty).unwrap_or_default())) } else { 1 };
        format!("abs({name}) > {}", 2_147_483_647_i64.saturating_mul(unit))
    });
    let conditions: Vec<String> = fraction.into_iter().chain(wide).collect();
    (!conditions.is_empty()).then(|| conditions.join(" OR "))
}

/// Rows with an option that is neither offered nor replaced.
fn outside(to: &Column, gone: &[&str], dialect: Dialect) -> Option<String> {
    let options = to.options.as_ref()?;
    let name = quote(&to.name);
    let list =
        options.iter().map(String::as_str).chain(gone.iter().copied()).map(quoted).collect::<Vec<_>>().join(", ");
    Some(match (to.ty, dialect) {
        (ColumnType::TextArray, Dialect::Postgres) => format!("NOT {name} <@ ARRAY[{list}]::text[]"),
        (ColumnType::TextArray, Dialect::Sqlite) => {
            format!("EXISTS (SELECT 1 FROM json_each({name}) AS e WHERE e.value NOT IN ({list}))")
        }
        _ => format!("{name} NOT IN ({list})"),
    })
}
