//! What PostgreSQL has and SQLite has not, or has otherwise: functions of ours on every connection to SQLite.

use super::{json_path, like};
use crate::{
    bucket::{self, Period},
    decimal,
    query::aggregate::Bucket,
};
use rusqlite::{Connection, functions::FunctionFlags, types::Value as Lite};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("kontor_like", 2, flags, |context| {
        let (text, pattern) = (context.get_raw(0).as_str_or_null(), context.get_raw(1).as_str_or_null());
        Ok(both(text, pattern).map(|(text, pattern)| like::matches(text, pattern)))
    })?;
    connection.create_scalar_function("kontor_ilike", 2, flags, |context| {
        let (text, pattern) = (context.get_raw(0).as_str_or_null(), context.get_raw(1).as_str_or_null());
        Ok(both(text, pattern).map(|(text, pattern)| like::matches(&text.to_lowercase(), &pattern.to_lowercase())))
    })?;
    connection.create_scalar_function("kontor_json_is", 3, flags, |context| {
        let (json, path) = (context.get_raw(0).as_str_or_null(), context.get_raw(1).as_str_or_null());
        let expected: String = context.get(2)?;
        Ok(both(json, path).and_then(|(json, path)| json_path::is(json, path, &expected)))
    })?;
    connection.create_scalar_function("kontor_json_has", 2, flags, |context| {
        let (json, path) = (context.get_raw(0).as_str_or_null(), context.get_raw(1).as_str_or_null());
        Ok(both(json, path).is_some_and(|(json, path)| json_path::has(json, path)))
    })?;
    connection.create_scalar_function("kontor_bucket", 3, flags, |context| {
        let (text, name) = (context.get_raw(0).as_str_or_null(), context.get_raw(1).as_str_or_null());
        let zone = context.get_raw(2).as_str_or_null().ok().flatten();
        let period = both(text, name).and_then(|(text, name)| bucket::of_text(text, Bucket::find(name)?, zone));
        Ok(match period {
            Some(Period::Start(start)) => Lite::Text(start),
            Some(Period::Number(number)) => Lite::Integer(i64::from(number)),
            None => Lite::Null,
        })
    })?;
    connection.create_scalar_function("kontor_mean", 3, flags, |context| {
        let (sum, count, digits): (Option<i64>, i64, u32) = (context.get(0)?, context.get(1)?, context.get(2)?);
        let Some(sum) = sum.filter(|_| count > 0) else { return Ok(None) };
        let mean = decimal::rounded(i128::from(sum) * 10_i128.pow(digits), i128::from(count));
        i64::try_from(mean).map(Some).map_err(|_| rusqlite::Error::UserFunctionError("integer overflow".into()))
    })?;
    Ok(())
}

fn both<'t>(
    a: rusqlite::types::FromSqlResult<Option<&'t str>>,
    b: rusqlite::types::FromSqlResult<Option<&'t str>>,
) -> Option<(&'t str, &'t str)> {
    Some((a.ok()??, b.ok()??))
}
