//! From stepped statements to JSON: each level's statement runs inside the row of its parent, in process, where that is
//! the cheapest form of a join.

use super::{Args, LONGEST_ANSWER, LONGEST_KEPT, Observer, RequestValues, bind, found::Found, trace, trace::Meter};
use crate::{
    calendar,
    column::ColumnType,
    context::Asked,
    cursor,
    error::StoreError,
    json,
    plan::{
        EdgeItem, Encoder, IdentifiedTemplate, Item, ListPartTemplate, ListTemplate, ObjectTemplate, PageInfoItem,
        Param, Plan, Root, Source, Statement, write_choice,
    },
    value::Value,
};
use rusqlite::{
    CachedStatement, Connection, Row,
    types::{ToSqlOutput, ValueRef},
};
use std::ops::Range;
use uuid::Uuid;

/// Appends the JSON of the plan's root.
pub(super) fn write(
    connection: &Connection,
    plan: &Plan,
    asked: &Asked,
    values: &[Value],
    out: &mut Vec<u8>,
    observer: Option<&Observer>,
) -> Result<(), StoreError> {
    let open = plan.levels.iter().map(|_| None).collect();
    let meter = Meter::new(plan.levels.len());
    let request = RequestValues::new(asked);
    let mut writer = Writer { connection, plan, org: asked.org, request, values, open, out, observer, meter };
    let written = match &plan.root {
        Root::One(object) => writer.one(object, 0, None).map(|_| ()),
        Root::AnyOf(cases) => writer.any_of(cases, None),
        Root::Many(list) => writer.list(list, None),
        Root::Each(ids, cases) => writer.each(values.get(ids.0 as usize), cases),
        Root::All(object) => writer.groups(object, 0, None),
    };
    writer.meter.finish(plan.levels.iter().map(|level| level.statement.as_ref().map_or("", |s| &*s.sql)));
    for (level, open) in plan.levels.iter().zip(writer.open) {
        let is_long = level.statement.as_ref().is_some_and(|statement| statement.sql.len() > LONGEST_KEPT);
        if let (Some(statement), true) = (open, is_long) {
            statement.discard();
        }
    }
    written
}

struct Writer<'a> {
    connection: &'a Connection,
    plan: &'a Plan,
    org: Uuid,
    request: RequestValues,
    values: &'a [Value],
    /// The statement of each level once it is prepared and its constants are bound; taken out while it is stepped.
    open: Vec<Option<CachedStatement<'a>>>,
    out: &'a mut Vec<u8>,
    observer: Option<&'a Observer>,
    meter: Meter,
}

/// The keys of a connection object are written in the order asked for, but its rows are stepped once. So each part is
/// collected apart, and put together at the end.
struct Parts {
    bytes: Vec<Vec<u8>>,
    /// Where each row begins in each part.
    rows: usize,
    first: Vec<usize>,
}

impl<'a> Writer<'a> {
    /// The level's statement, bound for a row of its parent.
    fn open(&mut self, level: usize, parent: Option<&Row<'_>>) -> Result<CachedStatement<'a>, StoreError> {
        let plan = self.plan;
        self.meter.run(level);
        let statement =
            plan.levels[level].statement.as_ref().expect("a plan for SQLite has a statement for each level");
        let (mut prepared, fresh) = match self.open[level].take() {
            Some(prepared) => (prepared, false),
            None => {
                if let Some(observer) = self.observer {
                    observer(&statement.sql);
                }
                (self.connection.prepare_cached(&statement.sql)?, true)
            }
        };
        for (n, param) in statement.params.iter().enumerate() {
            match param.source {
                Source::Parent(column) => {
                    let row = parent.expect("only levels with a parent have parameters from its row");
                    prepared.raw_bind_parameter(n + 1, ToSqlOutput::Borrowed(row.get_ref(column)?))?;
                }
                _ if fresh => bind_param(&mut prepared, n, param, self.org, &self.request, self.values)?,
                _ => {}
            }
        }
        Ok(prepared)
    }

    /// Writes the one row of a level, or null; tells whether there was one.
    fn one(&mut self, object: &ObjectTemplate, level: usize, parent: Option<&Row<'_>>) -> Result<bool, StoreError> {
        let mut statement = self.open(level, parent)?;
        let found = {
            let mut rows = statement.raw_query();
            match self.meter.step(level, || rows.next())? {
                Some(row) => {
                    self.object(object, level, row)?;
                    true
                }
                None => false,
            }
        };
        self.open[level] = Some(statement);
        if !found {
            self.out.extend_from_slice(b"null");
        }
        Ok(found)
    }

    fn any_of(&mut self, cases: &[(usize, ObjectTemplate)], row: Option<&Row<'_>>) -> Result<(), StoreError> {
        for (level, object) in cases {
            let start = self.out.len();
            if self.one(object, *level, row)? {
                return Ok(());
            }
            self.out.truncate(start);
        }
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn object(&mut self, object: &ObjectTemplate, level: usize, row: &Row<'_>) -> Result<(), StoreError> {
        if self.out.len() > LONGEST_ANSWER {
            return Err(StoreError::TooLong(LONGEST_ANSWER));
        }
        for item in &object.items {
            match item {
                Item::Constant(bytes) => self.out.extend_from_slice(bytes),
                Item::Column { prefix, column, encoder } => {
                    self.out.extend_from_slice(prefix);
                    write_value(self.out, encoder, self.plan.levels[level].columns[*column], row.get_ref(*column)?);
                }
                Item::FileAddress { prefix, key, id, elsewhere, base } => {
                    self.out.extend_from_slice(prefix);
                    match (row.get_ref(*key)?, row.get_ref(*id)?) {
                        (ValueRef::Text(_), ValueRef::Blob(id)) if id.len() == 16 => {
                            json::address(self.out, base, id.try_into().expect("the length was looked at"));
                        }
                        _ => write_plain(self.out, ColumnType::Text, row.get_ref(*elsewhere)?),
                    }
                }
                Item::Joined { prefix, id, object } => {
                    self.out.extend_from_slice(prefix);
                    match row.get_ref(*id)? {
                        ValueRef::Null => self.out.extend_from_slice(b"null"),
                        _ => self.object(object, level, row)?,
                    }
                }
                Item::One { prefix, level: child, object } => {
                    self.out.extend_from_slice(prefix);
                    self.one(object, *child, Some(row))?;
                }
                Item::AnyOf { prefix, cases } => {
                    self.out.extend_from_slice(prefix);
                    self.any_of(cases, Some(row))?;
                }
                Item::List { prefix, list } => {
                    self.out.extend_from_slice(prefix);
                    self.list(list, Some(row))?;
                }
                Item::Columns { prefix, columns } => {
                    self.out.extend_from_slice(prefix);
                    self.out.push(b'[');
                    for (n, (column, encoder)) in columns.iter().enumerate() {
                        if n > 0 {
                            self.out.push(b',');
                        }
                        let ty = self.plan.levels[level].columns[*column];
                        write_value(self.out, encoder, ty, row.get_ref(*column)?);
                    }
                    self.out.push(b']');
                }
                Item::Object { prefix, object } => {
                    self.out.extend_from_slice(prefix);
                    self.object(object, level, row)?;
                }
                Item::Groups { prefix, level: child, object } => {
                    self.out.extend_from_slice(prefix);
                    self.groups(object, *child, Some(row))?;
                }
            }
        }
        self.close(object.items.is_empty());
        Ok(())
    }

    fn close(&mut self, empty: bool) {
        self.out.extend_from_slice(if empty { b"{}" } else { b"}" });
    }

    fn groups(&mut self, object: &ObjectTemplate, level: usize, parent: Option<&Row<'_>>) -> Result<(), StoreError> {
        let mut statement = self.open(level, parent)?;
        self.out.push(b'[');
        {
            let mut rows = statement.raw_query();
            let mut first = true;
            while let Some(row) = self.meter.step(level, || rows.next())? {
                if !std::mem::take(&mut first) {
                    self.out.push(b',');
                }
                self.object(object, level, row)?;
            }
        }
        self.open[level] = Some(statement);
        self.out.push(b']');
        Ok(())
    }

    /// Records are written as their rows come, and then put in the order of the ids.
    fn each(&mut self, ids: Option<&Value>, cases: &[IdentifiedTemplate]) -> Result<(), StoreError> {
        let answer = std::mem::take(self.out);
        let found = self.find(cases);
        // What stood before comes back whether or not something failed.
        let records = std::mem::replace(self.out, answer);
        found?.write(ids, &records, self.out);
        Ok(())
    }

    fn find(&mut self, cases: &[IdentifiedTemplate]) -> Result<Found, StoreError> {
        let mut found = Found::default();
        for case in cases {
            let mut statement = self.open(case.level, None)?;
            let mut rows = statement.raw_query();
            while let Some(row) = self.meter.step(case.level, || rows.next())? {
                let id: [u8; 16] = row.get(case.id)?;
                let start = self.out.len();
                self.object(&case.object, case.level, row)?;
                found.add(Uuid::from_bytes(id), start..self.out.len());
            }
        }
        Ok(found)
    }

    fn list(&mut self, list: &ListTemplate, parent: Option<&Row<'_>>) -> Result<(), StoreError> {
        let mut parts = Parts { bytes: vec![Vec::new(); list.parts.len()], rows: 0, first: vec![0; list.parts.len()] };
        let mut cursors: Vec<Range<usize>> = Vec::new();
        let mut cursor_bytes = Vec::new();
        if let Some(level) = list.level {
            let mut statement = self.open(level, parent)?;
            {
                let mut rows = statement.raw_query();
                while let Some(row) = self.meter.step(level, || rows.next())? {
                    parts.rows += 1;
                    // The row beyond the page is the last one, or the first of a page read backwards.
                    if parts.rows > list.size && !list.backward {
                        break;
                    }
                    if list.cursor.is_some() {
                        let start = cursor_bytes.len();
                        self.cursor(&mut cursor_bytes, list, row)?;
                        cursors.push(start..cursor_bytes.len());
                    }
                    let cursor = cursors.last().map_or(&b"null"[..], |range| &cursor_bytes[range.clone()]);
                    self.row(list, &mut parts, level, row, cursor)?;
                }
            }
            self.open[level] = Some(statement);
        }
        let more = parts.rows > list.size;
        if more && list.backward && !cursors.is_empty() {
            cursors.remove(0);
        }
        let edge = |range: Option<&Range<usize>>| range.map_or(&b"null"[..], |range| &cursor_bytes[range.clone()]);
        let ends = (edge(cursors.first()), edge(cursors.last()));
        for (n, (prefix, part)) in list.parts.iter().enumerate() {
            self.out.extend_from_slice(prefix);
            match part {
                ListPartTemplate::Constant(bytes) => self.out.extend_from_slice(bytes),
                ListPartTemplate::Total => self.total(list, parent)?,
                ListPartTemplate::PageInfo(info) => self.page_info(list, info, ends, more),
                ListPartTemplate::Nodes(_) | ListPartTemplate::NodesAnyOf(_) | ListPartTemplate::Edges(_) => {
                    let skip = if more && list.backward { parts.first[n] } else { 0 };
                    let body = &parts.bytes[n][skip..];
                    self.out.push(b'[');
                    self.out.extend_from_slice(body.strip_prefix(b",").unwrap_or(body));
                    self.out.push(b']');
                }
            }
        }
        self.close(list.parts.is_empty());
        Ok(())
    }

    /// Writes a row into each part that shows rows, with a comma before it.
    fn row(
        &mut self,
        list: &ListTemplate,
        parts: &mut Parts,
        level: usize,
        row: &Row<'_>,
        cursor: &[u8],
    ) -> Result<(), StoreError> {
        for (n, (_, part)) in list.parts.iter().enumerate() {
            let collected = std::mem::take(&mut parts.bytes[n]);
            let outer = std::mem::replace(self.out, collected);
            let written = match part {
                ListPartTemplate::Nodes(object) => {
                    self.comma();
                    self.object(object, level, row)
                }
                ListPartTemplate::NodesAnyOf(cases) => {
                    self.comma();
                    self.any_of(cases, Some(row))
                }
                ListPartTemplate::Edges(edge) => {
                    self.comma();
                    self.edge(edge, level, row, cursor)
                }
                _ => Ok(()),
            };
            parts.bytes[n] = std::mem::replace(self.out, outer);
            written?;
            if parts.rows == 1 {
                parts.first[n] = parts.bytes[n].len();
            }
        }
        Ok(())
    }

    fn comma(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b',');
        }
    }

    fn edge(
        &mut self,
        edge: &[(Box<[u8]>, EdgeItem)],
        level: usize,
        row: &Row<'_>,
        cursor: &[u8],
    ) -> Result<(), StoreError> {
        for (prefix, item) in edge {
            self.out.extend_from_slice(prefix);
            match item {
                EdgeItem::Constant(bytes) => self.out.extend_from_slice(bytes),
                EdgeItem::Cursor => self.out.extend_from_slice(cursor),
                EdgeItem::Node(object) => self.object(object, level, row)?,
                EdgeItem::NodeAnyOf(cases) => self.any_of(cases, Some(row))?,
            }
        }
        self.close(edge.is_empty());
        Ok(())
    }

    fn total(&mut self, list: &ListTemplate, parent: Option<&Row<'_>>) -> Result<(), StoreError> {
        let Some(level) = list.total else {
            self.out.push(b'0');
            return Ok(());
        };
        let mut statement = self.open(level, parent)?;
        let count = {
            let mut rows = statement.raw_query();
            self.meter.step(level, || rows.next())?.map_or(Ok(0), |row| row.get(0))?
        };
        self.open[level] = Some(statement);
        json::integer(self.out, count);
        Ok(())
    }

    fn page_info(
        &mut self,
        list: &ListTemplate,
        info: &[(Box<[u8]>, PageInfoItem)],
        (start, end): (&[u8], &[u8]),
        more: bool,
    ) {
        for (prefix, item) in info {
            self.out.extend_from_slice(prefix);
            match item {
                PageInfoItem::Constant(bytes) => self.out.extend_from_slice(bytes),
                PageInfoItem::HasNextPage | PageInfoItem::HasPreviousPage => {
                    let ahead = matches!(item, PageInfoItem::HasNextPage) != list.backward;
                    let answer = if ahead { more } else { list.more_behind };
                    self.out.extend_from_slice(if answer { b"true" } else { b"false" });
                }
                PageInfoItem::StartCursor => self.out.extend_from_slice(start),
                PageInfoItem::EndCursor => self.out.extend_from_slice(end),
            }
        }
        self.close(info.is_empty());
    }

    fn cursor(&self, out: &mut Vec<u8>, list: &ListTemplate, row: &Row<'_>) -> Result<(), StoreError> {
        let Some(shape) = &list.cursor else {
            out.extend_from_slice(b"null");
            return Ok(());
        };
        let mut keys = Vec::with_capacity(64);
        for (n, (column, ty)) in shape.columns.iter().enumerate() {
            if n > 0 {
                keys.push(b',');
            }
            write_plain(&mut keys, *ty, row.get_ref(*column)?);
        }
        cursor::write(out, shape.fingerprint, &keys);
        Ok(())
    }
}

fn write_value(out: &mut Vec<u8>, encoder: &Encoder, ty: ColumnType, value: ValueRef<'_>) {
    match (encoder, value) {
        (_, ValueRef::Null) => out.extend_from_slice(b"null"),
        (Encoder::Choice(names), ValueRef::Text(stored)) => write_choice(out, names, stored),
        (Encoder::Choices(names), ValueRef::Text(array)) => {
            out.push(b'[');
            for (n, stored) in text_array(array).iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write_choice(out, names, stored.as_bytes());
            }
            out.push(b']');
        }
        _ => write_plain(out, ty, value),
    }
}

fn write_plain(out: &mut Vec<u8>, ty: ColumnType, value: ValueRef<'_>) {
    match (ty, value) {
        (ColumnType::Uuid, ValueRef::Blob(bytes)) => match bytes.try_into() {
            Ok(id) => json::uuid(out, id),
            Err(_) => out.extend_from_slice(b"null"),
        },
        (ColumnType::Integer | ColumnType::BigInt, ValueRef::Integer(integer)) => json::integer(out, integer),
        (ColumnType::Decimal(scale), ValueRef::Integer(units)) => json::decimal(out, units, scale),
        (ColumnType::Float, ValueRef::Real(float)) => json::float(out, float),
        (ColumnType::Boolean, ValueRef::Integer(boolean)) => {
            out.extend_from_slice(if boolean == 0 { b"false" } else { b"true" });
        }
        (ColumnType::Date, ValueRef::Text(text)) => {
            out.push(b'"');
            out.extend_from_slice(text);
            out.push(b'"');
        }
        (ColumnType::Time | ColumnType::Timestamp, ValueRef::Text(text)) => {
            out.push(b'"');
            calendar::write_trimmed(out, text);
            out.push(b'"');
        }
        (ColumnType::Json | ColumnType::TextArray, ValueRef::Text(text)) => json::json(out, text),
        (ColumnType::Text, ValueRef::Text(text)) => json::text(out, text),
        _ => out.extend_from_slice(b"null"),
    }
}

fn text_array(json: &[u8]) -> Vec<String> {
    serde_json::from_slice(json).unwrap_or_default()
}

/// Binds parameter n of a statement, one that comes with the request.
fn bind_param(
    statement: &mut CachedStatement<'_>,
    n: usize,
    param: &Param,
    org: Uuid,
    request: &RequestValues,
    values: &[Value],
) -> Result<(), StoreError> {
    let value = match param.source {
        Source::Org => &request.org,
        Source::User => &request.user,
        Source::Now => &request.now,
        Source::Today => &request.today,
        Source::Search(query, part) => &bind::searched(values, query, part, org),
        Source::Operand(operand) => values.get(operand.0 as usize).unwrap_or(&Value::Null),
        Source::Parent(_) => unreachable!("what comes from a row is bound with each row"),
    };
    Ok(statement.raw_bind_parameter(n + 1, bind::sqlite(param.list, &bind::shaped(param, value)))?)
}

/// The ids that a statement gives.
pub(super) fn ids(
    connection: &Connection,
    statement: &Statement,
    asked: &Asked,
    values: &[Value],
) -> Result<Vec<Uuid>, StoreError> {
    let started = trace::start();
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let request = RequestValues::new(asked);
    for (n, param) in statement.params.iter().enumerate() {
        bind_param(&mut prepared, n, param, asked.org, &request, values)?;
    }
    let mut rows = prepared.raw_query();
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(Uuid::from_bytes(row.get(0)?));
    }
    if let Some(started) = started {
        trace::note(&statement.sql, 1, ids.len() as u64, started.elapsed());
    }
    Ok(ids)
}

/// The booleans of the one row of a statement.
pub(super) fn answers(
    connection: &Connection,
    statement: &Statement,
    asked: &Asked,
    values: &[Value],
) -> Result<Vec<bool>, StoreError> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let request = RequestValues::new(asked);
    for (n, param) in statement.params.iter().enumerate() {
        bind_param(&mut prepared, n, param, asked.org, &request, values)?;
    }
    let columns = prepared.column_count();
    let mut rows = prepared.raw_query();
    let Some(row) = rows.next()? else { return Ok(Vec::new()) };
    (0..columns).map(|column| Ok(row.get(column)?)).collect()
}

/// Runs a statement that gives rows; the rows as values, for the write pipeline.
pub(super) fn query(
    connection: &Connection,
    sql: &str,
    args: &Args<'_>,
    columns: &[ColumnType],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    args.bind(&mut statement)?;
    let mut rows = statement.raw_query();
    let mut result = Vec::new();
    while let Some(row) = rows.next()? {
        let values = columns.iter().enumerate().map(|(n, ty)| value(row, n, *ty));
        result.push(values.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(result)
}

fn value(row: &Row<'_>, column: usize, ty: ColumnType) -> Result<Value, StoreError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(match (ty, row.get_ref(column)?) {
        (ColumnType::Uuid, ValueRef::Blob(bytes)) => Uuid::from_slice(bytes).map_or(Value::Null, Value::Uuid),
        (ColumnType::Integer | ColumnType::BigInt, ValueRef::Integer(integer)) => Value::Integer(integer),
        (ColumnType::Decimal(_), ValueRef::Integer(units)) => Value::Decimal(units),
        (ColumnType::Float, ValueRef::Real(float)) => Value::Float(float),
        (ColumnType::Boolean, ValueRef::Integer(boolean)) => Value::Boolean(boolean != 0),
        (ColumnType::Date, ValueRef::Text(bytes)) => {
            calendar::parse_date(&text(bytes)).map_or(Value::Null, Value::Date)
        }
        (ColumnType::Time, ValueRef::Text(bytes)) => {
            calendar::parse_time(&text(bytes)).map_or(Value::Null, Value::Time)
        }
        (ColumnType::Timestamp, ValueRef::Text(bytes)) => {
            calendar::parse_timestamp(&text(bytes)).map_or(Value::Null, Value::Timestamp)
        }
        (ColumnType::TextArray, ValueRef::Text(bytes)) => {
            Value::List(text_array(bytes).into_iter().map(Value::Text).collect())
        }
        (ColumnType::Json, ValueRef::Text(bytes)) => Value::Json(text(bytes)),
        (ColumnType::Text, ValueRef::Text(bytes)) => Value::Text(text(bytes)),
        _ => Value::Null,
    })
}
