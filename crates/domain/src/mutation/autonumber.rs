//! Numbers such as `Q-2026-0001`: one counter row per organisation, field and period, bumped in the writer's own
//! transaction, so that the numbers have no gaps and no doubles.

use super::{session::Session, settle::Record};
use crate::{calendar, column::ColumnType, error::StoreError, store::Args, value::Value};
use kontor_metadata::model::{FieldType, Module};

/// Gives new records their numbers, in their order.
pub(super) async fn assign(
    session: &mut Session<'_, '_>,
    module: &Module,
    records: &mut [Record],
) -> Result<(), StoreError> {
    let layout = session.layout(module.id);
    for field in &module.fields {
        let FieldType::Autonumber { pattern } = &field.ty else { continue };
        let today = text(session.context.moment.today);
        let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
        let last = bump(session, &module.name, &field.name, &period(pattern, &today), count).await?;
        for (number, record) in (last - count + 1..).zip(records.iter_mut()) {
            layout.set(&mut record.new, field.id, Value::Text(render(pattern, &today, number)));
        }
    }
    Ok(())
}

/// Takes so many numbers; gives the last of them. Others who want numbers of this counter wait until the transaction
/// ends, or a number that is given back would leave a gap.
async fn bump(
    session: &mut Session<'_, '_>,
    module: &str,
    field: &str,
    period: &str,
    count: i64,
) -> Result<i64, StoreError> {
    let values = [
        Value::Uuid(session.context.org),
        Value::Text(module.to_owned()),
        Value::Text(field.to_owned()),
        Value::Text(period.to_owned()),
        Value::Integer(count),
    ];
    let types = [ColumnType::Uuid, ColumnType::Text, ColumnType::Text, ColumnType::Text, ColumnType::BigInt];
    let mut args = Args::new(session.transaction.dialect());
    let placeholders: Vec<_> = values.iter().zip(types).map(|(value, ty)| args.add(ty, value)).collect();
    let sql = format!(
        "INSERT INTO counters (org, module, field, period, value) VALUES ({}) \
         ON CONFLICT (org, module, field, period) DO UPDATE SET value = counters.value + excluded.value RETURNING value",
        placeholders.join(", ")
    );
    let rows = session.transaction.query(&sql, &args, &[ColumnType::BigInt]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Integer(number)) => Ok(number),
        _ => Ok(count),
    }
}

/// `2026-11-21`
fn text(days: i32) -> String {
    let mut out = Vec::with_capacity(10);
    calendar::write_date(&mut out, days);
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
