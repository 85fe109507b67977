//! Numbers such as `Q-2026-0001`: one counter row per organisation, field and period, bumped in the writer's own
//! transaction, so that the numbers have no gaps and no doubles.

use super::Assignment;
use crate::{
    calendar,
    column::ColumnType,
    context::Context,
    error::StoreError,
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::model::{FieldType, Module};

/// Gives the record its numbers.
pub(super) async fn assign(
    transaction: &mut Transaction<'_>,
    context: &Context,
    module: &Module,
    assignments: &mut Vec<Assignment>,
) -> Result<(), StoreError> {
    for field in &module.fields {
        let FieldType::Autonumber { pattern } = &field.ty else { continue };
        let today = today();
        let period = period(pattern, &today);
        let number = bump(transaction, context, &module.name, &field.name, &period).await?;
        let value = Value::Text(render(pattern, &today, number));
        assignments.retain(|a| a.field != field.id);
        assignments.push(Assignment { field: field.id, is_type: false, value });
    }
    Ok(())
}

async fn bump(
    transaction: &mut Transaction<'_>,
    context: &Context,
    module: &str,
    field: &str,
    period: &str,
) -> Result<i64, StoreError> {
    let values = [
        Value::Uuid(context.org),
        Value::Text(module.to_owned()),
        Value::Text(field.to_owned()),
        Value::Text(period.to_owned()),
    ];
    let types = [ColumnType::Uuid, ColumnType::Text, ColumnType::Text, ColumnType::Text];
    let mut args = Args::new(transaction.dialect());
    let placeholders: Vec<_> = values.iter().zip(types).map(|(value, ty)| args.add(ty, value)).collect();
    let sql = format!(
        "INSERT INTO counters (org, module, field, period, value) VALUES ({}, 1) \
         ON CONFLICT (org, module, field, period) DO UPDATE SET value = counters.value + 1 RETURNING value",
        placeholders.join(", ")
    );
    let rows = transaction.query(&sql, &args, &[ColumnType::BigInt]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Integer(number)) => Ok(number),
        _ => Ok(1),
    }
}

/// `2026-11-21`, UTC.
fn today() -> String {
    let mut out = Vec::with_capacity(10);
    let days = calendar::now().div_euclid(calendar::DAY);
    calendar::write_date(&mut out, i32::try_from(days).unwrap_or(0));
    String::from_utf8(out).unwrap_or_default()
}

/// What the counter starts anew with: the parts of the date that the pattern shows.
fn period(pattern: &str, today: &str) -> String {
    let year = pattern.contains("{YYYY}") || pattern.contains("{YY}");
    match (year, pattern.contains("{MM}")) {
        (_, true) => today[..7].to_owned(),
        (true, false) => today[..4].to_owned(),
        (false, false) => String::new(),
    }
}

fn render(pattern: &str, today: &str, number: i64) -> String {
    let dated = pattern.replace("{YYYY}", &today[..4]).replace("{YY}", &today[2..4]).replace("{MM}", &today[5..7]);
    let Some(start) = dated.find("{0") else { return dated };
    let Some(length) = dated[start..].find('}') else { return dated };
    let width = length - 1;
    format!("{}{number:0width$}{}", &dated[..start], &dated[start + length + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled() {
        assert_eq!(render("Q-{YYYY}-{0000}", "2026-11-21", 7), "Q-2026-0007");
        assert_eq!(render("{YY}{MM}/{00}!", "2026-11-21", 123), "2611/123!");
        assert_eq!(period("Q-{YYYY}-{0000}", "2026-11-21"), "2026");
        assert_eq!(period("{YY}{MM}/{00}", "2026-11-21"), "2026-11");
        assert_eq!(period("T{000}", "2026-11-21"), "");
    }
}
