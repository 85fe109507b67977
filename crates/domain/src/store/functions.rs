//! Functions that statements on SQLite use, with the meaning that PostgreSQL gives to operators of its own. Every
//! connection has them, the writing one too: triggers call `kontor_terms`.

use super::{json_path, like::Pattern};
use crate::{
    bucket::{self, Period},
    decimal, expression,
    query::aggregate::Bucket,
    search::{fts, sought::Sought},
};
use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
    types::Value as Lite,
};

/// Makes them known to a connection. Whatever else writes to the file needs them too.
///
/// # Errors
/// When SQLite has no memory.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    expression::register(connection)?;
    for (name, insensitive) in [("kontor_like", false), ("kontor_ilike", true)] {
        connection.create_scalar_function(name, 2, flags, move |context| {
            // The pattern is a parameter, so that SQLite keeps what was made of it from row to row.
            let pattern = context.get_or_create_aux(1, |pattern| {
                Ok::<_, rusqlite::types::FromSqlError>(pattern.as_str_or_null()?.map(|p| Pattern::new(p, insensitive)))
            })?;
            let text = context.get_raw(0).as_str_or_null().ok().flatten();
            text.zip(pattern.as_ref().as_ref()).map(|(text, pattern)| pattern.matches(text)).transpose()
        })?;
    }
    connection.create_scalar_function("kontor_json_is", 3, flags, |context| {
        let (json, path) = (context.get_raw(0).as_str_or_null(), context.get_raw(1).as_str_or_null());
        let expected: String = context.get(2)?;
        Ok(both(json, path).and_then(|(json, path)| json_path::is(json, &json_path::parse(path)?, &expected)))
    })?;
    connection.create_scalar_function("kontor_json_has", 2, flags, |context| {
        let (json, path) = (context.get_raw(0).as_str_or_null(), context.get_raw(1).as_str_or_null());
        Ok(both(json, path)
            .is_some_and(|(json, path)| json_path::parse(path).is_some_and(|path| json_path::has(json, &path))))
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
    // The organisation, then texts: the terms that they are found by.
    connection.create_scalar_function("kontor_terms", -1, flags, |context| {
        let org = context.get_raw(0).as_blob()?;
        Ok(fts::terms(org, texts(context, 1)))
    })?;
    // A query, then texts: whether it finds them.
    connection.create_scalar_function("kontor_found", -1, flags, |context| {
        let sought = context.get_or_create_aux(0, |query| query.as_str().map(Sought::new))?;
        Ok(sought.finds(texts(context, 1)))
    })
}

/// The arguments from a number on that are no null.
fn texts<'c>(context: &'c Context<'_>, from: usize) -> impl Iterator<Item = &'c str> {
    (from..context.len()).filter_map(|n| context.get_raw(n).as_str_or_null().ok().flatten())
}

fn both<'t>(
    a: rusqlite::types::FromSqlResult<Option<&'t str>>,
    b: rusqlite::types::FromSqlResult<Option<&'t str>>,
) -> Option<(&'t str, &'t str)> {
    Some((a.ok()??, b.ok()??))
}
