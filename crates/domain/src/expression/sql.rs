//! Formulas as SQL of PostgreSQL. Every operand is written once, so that the text grows with the formula and no faster.

use super::calendar::{FIRST_DAY, LAST_DAY, MOST_MONTHS};
use crate::{column::ColumnType, plan::sql::literal};
use bigdecimal::BigDecimal;
use kontor_metadata::expr::{Comparison, DatePart, Step};

/// The SQL of a formula's steps. `reads` are the SQL of its reads, by number: numbers as `numeric`, texts in the
/// collation "C".
pub(crate) fn postgres(steps: &[Step], reads: &[String], now: &str, today: &str) -> String {
    let mut stack: Vec<String> = Vec::new();
    for step in steps {
        let sql = match step {
            Step::Read(number) => reads.get(*number).cloned().unwrap_or_else(|| "NULL".to_owned()),
            Step::Now => now.to_owned(),
            Step::Today => today.to_owned(),
            step => {
                let operands = stack.split_off(stack.len().saturating_sub(taken(step)));
                applied(step, &operands)
            }
        };
        stack.push(sql);
    }
    stack.pop().unwrap_or_default()
}

/// A value as its column holds it, null where it does not fit.
pub(crate) fn fitted(sql: &str, ty: ColumnType) -> String {
    match ty {
        ColumnType::Integer => format!("{}::int4", within(sql, "-2147483648", "2147483648")),
        ColumnType::Decimal(scale) => {
            let most = power(18 - u16::from(scale.min(18)));
            format!("{}::numeric(18,{scale})", within(sql, &format!("-{most}"), &most))
        }
        _ => sql.to_owned(),
    }
}

/// How many operands a step takes from the stack.
fn taken(step: &Step) -> usize {
    match step {
        Step::Null
        | Step::Boolean(_)
        | Step::Number(..)
        | Step::Float(_)
        | Step::Text(_)
        | Step::Date(_)
        | Step::Read(_)
        | Step::Now
        | Step::Today => 0,
        Step::Not
        | Step::IsNull
        | Step::Negate
        | Step::Round(_)
        | Step::Floor
        | Step::Ceil
        | Step::Abs
        | Step::Length
        | Step::Lower
        | Step::Upper
        | Step::Trim
        | Step::Span(_)
        | Step::Whole(_)
        | Step::DateOf
        | Step::Part(_) => 1,
        Step::And
        | Step::Or
        | Step::Differs
        | Step::Compare(_)
        | Step::Add
        | Step::Subtract
        | Step::Multiply
        | Step::Divide(_)
        | Step::Remainder
        | Step::Contains
        | Step::StartsWith
        | Step::EndsWith
        | Step::Has
        | Step::Elapsed
        | Step::ElapsedDays
        | Step::Shift
        | Step::AddDays
        | Step::AddMonths => 2,
        Step::If => 3,
        Step::Min(count) | Step::Max(count) | Step::Coalesce(count) | Step::Concat(count) => *count,
        Step::In(count) | Step::Join(count) => count + 1,
    }
}

fn applied(step: &Step, operands: &[String]) -> String {
    let list = || operands.join(", ");
    match (step, operands) {
        (Step::Null, _) => "NULL".to_owned(),
        (Step::Boolean(value), _) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        (Step::Number(units, scale), _) => {
            format!("'{}'::numeric", BigDecimal::new((*units).into(), (*scale).into()).to_plain_string())
        }
        (Step::Float(value), _) => format!("'{value:?}'::float8"),
        (Step::Text(text), _) => format!("({} COLLATE \"C\")", literal(text)),
        (Step::Date(text), _) => format!("{}::date", literal(text)),
        (Step::Not, [a]) => format!("(NOT {a})"),
        (Step::And, [a, b]) => format!("({a} AND {b})"),
        (Step::Or, [a, b]) => format!("({a} OR {b})"),
        (Step::IsNull, [a]) => format!("({a} IS NULL)"),
        (Step::Differs, [a, b]) => format!("({a} IS DISTINCT FROM {b})"),
        (Step::Compare(comparison), [a, b]) => format!("({a} {} {b})", operator(*comparison)),
        (Step::In(0), _) => "FALSE".to_owned(),
        (Step::In(_), [value, items @ ..]) => format!("({value} IN ({}))", items.join(", ")),
        (Step::If, [condition, a, b]) => format!("(CASE WHEN {condition} THEN {a} ELSE {b} END)"),
        (Step::Negate, [a]) => format!("(- {a})"),
        (Step::Add, [a, b]) => format!("({a} + {b})"),
        (Step::Subtract, [a, b]) => format!("({a} - {b})"),
        (Step::Multiply, [a, b]) => format!("({a} * {b})"),
        (Step::Divide(digits), [a, b]) => quotient(a, b, *digits),
        (Step::Remainder, [a, b]) => format!("({a} % nullif({b}, 0))"),
        (Step::Round(digits), [a]) => format!("round({a}, {digits})"),
        (Step::Floor, [a]) => format!("floor({a})"),
        (Step::Ceil, [a]) => format!("ceil({a})"),
        (Step::Abs, [a]) => format!("abs({a})"),
        (Step::Min(_), _) => format!("least({})", list()),
        (Step::Max(_), _) => format!("greatest({})", list()),
        (Step::Coalesce(_), _) => format!("coalesce({})", list()),
        _ => of_text(step, operands).unwrap_or_else(|| of_time(step, operands)),
    }
}

fn of_text(step: &Step, operands: &[String]) -> Option<String> {
    Some(match (step, operands) {
        (Step::Length, [a]) => format!("length({a})::numeric"),
        // Collation "C" knows ASCII letters only.
        (Step::Lower, [a]) => format!("(lower({a} COLLATE \"und-x-icu\") COLLATE \"C\")"),
        (Step::Upper, [a]) => format!("(upper({a} COLLATE \"und-x-icu\") COLLATE \"C\")"),
        (Step::Trim, [a]) => format!("btrim({a}, E' \\t\\n\\r')"),
        (Step::Concat(_), _) => format!("({})", operands.join(" || ")),
        (Step::Join(_), [separator, texts @ ..]) => {
            let texts: Vec<_> = texts.iter().map(|text| format!("nullif({text}, '')")).collect();
            format!("nullif(concat_ws({separator}, {}), '')", texts.join(", "))
        }
        (Step::Contains, [a, b]) => format!("(strpos({a}, {b}) > 0)"),
        (Step::StartsWith, [a, b]) => format!("starts_with({a}, {b})"),
        (Step::EndsWith, [a, b]) => format!("starts_with(reverse({a}), reverse({b}))"),
        (Step::Has, [set, option]) => format!("({option} = ANY({set}))"),
        _ => return None,
    })
}

/// Moments are calculated with in seconds since 1970, as `numeric`: an `interval` knows months and days of its own.
fn of_time(step: &Step, operands: &[String]) -> String {
    match (step, operands) {
        (Step::Elapsed, [a, b]) => format!("(extract(epoch FROM {a}) - extract(epoch FROM {b}))"),
        (Step::ElapsedDays, [a, b]) => format!("(({a} - {b})::numeric * 86400)"),
        (Step::Span(seconds), [a]) => format!("({a} * {seconds})"),
        (Step::Shift, [a, b]) => {
            let before = format!("{}.000001", FIRST_DAY * 86_400);
            let behind = ((LAST_DAY + 1) * 86_400).to_string();
            let seconds = within(&format!("extract(epoch FROM {a}) + {b}"), &before, &behind);
            format!("(timestamptz 'epoch' + ({seconds}::text || ' seconds')::interval)")
        }
        (Step::Whole(seconds), [a]) => format!("div({a}, {seconds})"),
        (Step::DateOf, [a]) => format!("({a} AT TIME ZONE 'UTC')::date"),
        (Step::Part(part), [a]) => {
            let name = match part {
                DatePart::Year => "year",
                DatePart::Month => "month",
                DatePart::Day => "day",
            };
            format!("extract({name} FROM {a})")
        }
        (Step::AddDays, [a, b]) => {
            let days = within(
                &format!("({a} - date '0001-01-01')::numeric + {b}"),
                "-1",
                &(LAST_DAY - FIRST_DAY + 1).to_string(),
            );
            format!("(date '0001-01-01' + {days}::int4)")
        }
        (Step::AddMonths, [a, b]) => {
            let months = within(b, &format!("-{}", MOST_MONTHS + 1), &(MOST_MONTHS + 1).to_string());
            let moved = format!("({a} + {months}::int4 * interval '1 month')::date");
            within(&moved, "date '0001-12-31 BC'", "date '10000-01-01'")
        }
        _ => "NULL".to_owned(),
    }
}

/// The value if it lies between two others, else null.
fn within(value: &str, above: &str, below: &str) -> String {
    format!("nullif(nullif(greatest(least({value}, {below}), {above}), {below}), {above})")
}

/// `div` cuts off exactly, where `/` rounds to as many digits as it sees fit; one digit more decides how to round.
fn quotient(a: &str, b: &str, digits: u16) -> String {
    let more = digits + 1;
    let unit = format!("0.{}1", "0".repeat(usize::from(more) - 1));
    format!("round(div({a} * '{}'::numeric, nullif({b}, 0)) * '{unit}'::numeric, {digits})", power(more))
}

/// 10^exponent in digits.
fn power(exponent: u16) -> String {
    format!("1{}", "0".repeat(exponent.into()))
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}
