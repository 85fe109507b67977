//! From the binary rows of the one statement to JSON: one cursor per level, each row is looked at once.

use super::{LONGEST_ANSWER, found::Found};
use crate::{
    calendar,
    column::ColumnType,
    cursor,
    error::StoreError,
    json,
    plan::{
        EdgeItem, Encoder, IdentifiedTemplate, Item, ListPartTemplate, ListTemplate, ObjectTemplate, PageInfoItem,
        Plan, Root, write_choice,
    },
    value::Value,
};
use sqlx::{Row as _, ValueRef as _, postgres::PgRow};
use std::ops::Range;
use uuid::Uuid;

/// Appends the JSON of the plan's root.
///
/// # Errors
/// It is too long.
pub(super) fn write(plan: &Plan, values: &[Value], rows: &[PgRow], out: &mut Vec<u8>) -> Result<(), StoreError> {
    let ranges = level_ranges(plan, rows);
    let next = ranges.iter().map(|r| r.start).collect();
    out.reserve(rows.len() * 160);
    let mut writer = Writer { plan, rows, ranges, next, out, too_long: false };
    match &plan.root {
        Root::One(object) => match writer.child_row(0, 0) {
            Some(row) => writer.object(object, 0, row),
            None => writer.out.extend_from_slice(b"null"),
        },
        Root::AnyOf(cases) => match cases.iter().find_map(|case| Some((case, writer.child_row(case.0, 0)?))) {
            Some(((level, object), row)) => writer.object(object, *level, row),
            None => writer.out.extend_from_slice(b"null"),
        },
        Root::Many(list) => writer.list(list, 0),
        Root::Each(ids, cases) => writer.each(values.get(ids.0 as usize), cases),
        Root::All(object) => writer.groups(object, 0, 0),
    }
    if writer.too_long { Err(StoreError::TooLong(LONGEST_ANSWER)) } else { Ok(()) }
}

struct Writer<'a> {
    plan: &'a Plan,
    rows: &'a [PgRow],
    /// The rows of each level, which stand together.
    ranges: Vec<Range<usize>>,
    /// The next row of each level that has not been written.
    next: Vec<usize>,
    out: &'a mut Vec<u8>,
    too_long: bool,
}

/// Finds where each level begins and ends, in steps that double: levels are few, their rows many.
fn level_ranges(plan: &Plan, rows: &[PgRow]) -> Vec<Range<usize>> {
    if plan.levels.len() == 1 {
        return std::iter::once(0..rows.len()).collect();
    }
    let mut ranges = vec![0..0; plan.levels.len()];
    let level = |row: usize| small(raw(&rows[row], 0));
    let mut row = 0;
    while row < rows.len() {
        let (this, start) = (level(row), row);
        let mut step = 1;
        while row + step < rows.len() && level(row + step) == this {
            row += step;
            step *= 2;
        }
        while step > 0 {
            if row + step < rows.len() && level(row + step) == this {
                row += step;
            }
            step /= 2;
        }
        row += 1;
        if let Some(range) = ranges.get_mut(this) {
            *range = start..row;
        }
    }
    ranges
}

fn raw(row: &PgRow, column: usize) -> Option<&[u8]> {
    let value = row.try_get_raw(column).ok()?;
    if value.is_null() { None } else { value.as_bytes().ok() }
}

fn small(bytes: Option<&[u8]>) -> usize {
    match bytes {
        Some([a, b]) => usize::from(u16::from_be_bytes([*a, *b])),
        Some([a, b, c, d]) => u32::from_be_bytes([*a, *b, *c, *d]) as usize,
        _ => 0,
    }
}

impl Writer<'_> {
    /// The number of the parent's row that a row belongs to; a level alone has no parents.
    fn parent_of(&self, row: usize) -> usize {
        if self.plan.levels.len() == 1 { 0 } else { small(raw(&self.rows[row], 1)) }
    }

    /// The rows of a level that belong to a row of its parent, and moves past them.
    fn children(&mut self, level: usize, parent: usize) -> Range<usize> {
        let end = self.ranges[level].end;
        let mut start = self.next[level];
        while start < end && self.parent_of(start) < parent {
            start += 1;
        }
        let mut stop = start;
        while stop < end && self.parent_of(stop) == parent {
            stop += 1;
        }
        self.next[level] = stop;
        start..stop
    }

    fn child_row(&mut self, level: usize, parent: usize) -> Option<usize> {
        self.children(level, parent).next()
    }

    /// The number by which the children of a row know it.
    fn number(&self, level: usize, row: usize) -> usize {
        row - self.ranges[level].start + 1
    }

    fn column(&self, level: usize, row: usize, column: usize) -> Option<&[u8]> {
        raw(&self.rows[row], self.plan.levels[level].slots[column])
    }

    fn object(&mut self, object: &ObjectTemplate, level: usize, row: usize) {
        self.too_long |= self.out.len() > LONGEST_ANSWER;
        if self.too_long {
            return;
        }
        for item in &object.items {
            match item {
                Item::Constant(bytes) => self.out.extend_from_slice(bytes),
                Item::Column { prefix, column, encoder } => {
                    self.out.extend_from_slice(prefix);
                    let slot = self.plan.levels[level].slots[*column];
                    write_value(
                        self.out,
                        encoder,
                        self.plan.levels[level].columns[*column],
                        raw(&self.rows[row], slot),
                    );
                }
                Item::FileAddress { prefix, key, id, elsewhere, base } => {
                    self.out.extend_from_slice(prefix);
                    let (plan, rows) = (self.plan, self.rows);
                    let column = |column: usize| raw(&rows[row], plan.levels[level].slots[column]);
                    match (column(*key), column(*id).and_then(|id| id.try_into().ok())) {
                        (Some(_), Some(id)) => json::address(self.out, base, id),
                        _ => write_plain(self.out, ColumnType::Text, column(*elsewhere)),
                    }
                }
                Item::Joined { prefix, id, object } => {
                    self.out.extend_from_slice(prefix);
                    match self.column(level, row, *id) {
                        Some(_) => self.object(object, level, row),
                        None => self.out.extend_from_slice(b"null"),
                    }
                }
                Item::One { prefix, level: child, object } => {
                    self.out.extend_from_slice(prefix);
                    let number = self.number(level, row);
                    match self.child_row(*child, number) {
                        Some(row) => self.object(object, *child, row),
                        None => self.out.extend_from_slice(b"null"),
                    }
                }
                Item::AnyOf { prefix, cases } => {
                    self.out.extend_from_slice(prefix);
                    self.any_of(cases, level, row);
                }
                Item::List { prefix, list } => {
                    self.out.extend_from_slice(prefix);
                    let number = self.number(level, row);
                    self.list(list, number);
                }
                Item::Columns { prefix, columns } => {
                    self.out.extend_from_slice(prefix);
                    self.array(0..columns.len(), |w, n| {
                        let (column, encoder) = &columns[n];
                        let ty = w.plan.levels[level].columns[*column];
                        write_value(w.out, encoder, ty, raw(&w.rows[row], w.plan.levels[level].slots[*column]));
                    });
                }
                Item::Object { prefix, object } => {
                    self.out.extend_from_slice(prefix);
                    self.object(object, level, row);
                }
                Item::Groups { prefix, level: child, object } => {
                    self.out.extend_from_slice(prefix);
                    let number = self.number(level, row);
                    self.groups(object, *child, number);
                }
            }
        }
        self.close(object.items.is_empty());
    }

    fn close(&mut self, empty: bool) {
        self.out.extend_from_slice(if empty { b"{}" } else { b"}" });
    }

    fn any_of(&mut self, cases: &[(usize, ObjectTemplate)], level: usize, row: usize) {
        let number = self.number(level, row);
        for (child, object) in cases {
            if let Some(row) = self.child_row(*child, number) {
                self.object(object, *child, row);
                return;
            }
        }
        self.out.extend_from_slice(b"null");
    }

    fn list(&mut self, list: &ListTemplate, parent: usize) {
        let mut rows = list.level.map_or(0..0, |level| self.children(level, parent));
        let more = rows.len() > list.size;
        if more {
            if list.backward { rows.start += 1 } else { rows.end -= 1 }
        }
        // Taken once, since it may be written under several keys.
        let total = list.total.and_then(|level| Some((level, self.child_row(level, parent)?)));
        let total = total.and_then(|(level, row)| self.column(level, row, 0)).map_or(0, big);
        let level = list.level.unwrap_or(0);
        for (prefix, part) in &list.parts {
            self.out.extend_from_slice(prefix);
            match part {
                ListPartTemplate::Constant(bytes) => self.out.extend_from_slice(bytes),
                ListPartTemplate::Nodes(object) => self.array(rows.clone(), |w, row| w.object(object, level, row)),
                ListPartTemplate::NodesAnyOf(cases) => self.array(rows.clone(), |w, row| w.any_of(cases, level, row)),
                ListPartTemplate::Edges(edge) => {
                    self.array(rows.clone(), |w, row| w.edge(list, edge, level, row));
                }
                ListPartTemplate::PageInfo(info) => self.page_info(list, info, level, &rows, more),
                ListPartTemplate::Total => json::integer(self.out, total),
            }
        }
        self.close(list.parts.is_empty());
    }

    fn groups(&mut self, object: &ObjectTemplate, level: usize, parent: usize) {
        let rows = self.children(level, parent);
        self.array(rows, |w, row| w.object(object, level, row));
    }

    /// Records are written as their rows come, and then put in the order of the ids.
    fn each(&mut self, ids: Option<&Value>, cases: &[IdentifiedTemplate]) {
        let answer = std::mem::take(self.out);
        let mut found = Found::default();
        for case in cases {
            for row in self.children(case.level, 0) {
                let Some(id) = self.column(case.level, row, case.id).and_then(|b| Uuid::from_slice(b).ok()) else {
                    continue;
                };
                let start = self.out.len();
                self.object(&case.object, case.level, row);
                found.add(id, start..self.out.len());
            }
        }
        let records = std::mem::replace(self.out, answer);
        found.write(ids, &records, self.out);
    }

    fn array(&mut self, rows: Range<usize>, mut write: impl FnMut(&mut Self, usize)) {
        self.out.push(b'[');
        for (n, row) in rows.enumerate() {
            if n > 0 {
                self.out.push(b',');
            }
            write(self, row);
        }
        self.out.push(b']');
    }

    fn edge(&mut self, list: &ListTemplate, edge: &[(Box<[u8]>, EdgeItem)], level: usize, row: usize) {
        for (prefix, item) in edge {
            self.out.extend_from_slice(prefix);
            match item {
                EdgeItem::Constant(bytes) => self.out.extend_from_slice(bytes),
                EdgeItem::Cursor => self.cursor(list, level, row),
                EdgeItem::Node(object) => self.object(object, level, row),
                EdgeItem::NodeAnyOf(cases) => self.any_of(cases, level, row),
            }
        }
        self.close(edge.is_empty());
    }

    fn page_info(
        &mut self,
        list: &ListTemplate,
        info: &[(Box<[u8]>, PageInfoItem)],
        level: usize,
        rows: &Range<usize>,
        more: bool,
    ) {
        for (prefix, item) in info {
            self.out.extend_from_slice(prefix);
            let edge = match item {
                PageInfoItem::Constant(bytes) => {
                    self.out.extend_from_slice(bytes);
                    continue;
                }
                PageInfoItem::HasNextPage | PageInfoItem::HasPreviousPage => {
                    let ahead = matches!(item, PageInfoItem::HasNextPage) != list.backward;
                    let answer = if ahead { more } else { list.more_behind };
                    self.out.extend_from_slice(if answer { b"true" } else { b"false" });
                    continue;
                }
                PageInfoItem::StartCursor => rows.clone().next(),
                PageInfoItem::EndCursor => rows.clone().next_back(),
            };
            match edge {
                Some(row) => self.cursor(list, level, row),
                None => self.out.extend_from_slice(b"null"),
            }
        }
        self.close(info.is_empty());
    }

    fn cursor(&mut self, list: &ListTemplate, level: usize, row: usize) {
        let Some(shape) = &list.cursor else { return self.out.extend_from_slice(b"null") };
        let mut keys = Vec::with_capacity(64);
        for (n, (column, ty)) in shape.columns.iter().enumerate() {
            if n > 0 {
                keys.push(b',');
            }
            write_plain(&mut keys, *ty, self.column(level, row, *column));
        }
        cursor::write(self.out, shape.fingerprint, &keys);
    }
}

fn big(bytes: &[u8]) -> i64 {
    bytes.try_into().map_or(0, i64::from_be_bytes)
}

fn write_value(out: &mut Vec<u8>, encoder: &Encoder, ty: ColumnType, bytes: Option<&[u8]>) {
    match (encoder, bytes) {
        (_, None) => out.extend_from_slice(b"null"),
        (Encoder::Plain(_), bytes) => write_plain(out, ty, bytes),
        (Encoder::Choice(names), Some(stored)) => write_choice(out, names, stored),
        (Encoder::Choices(names), Some(array)) => {
            out.push(b'[');
            for (n, stored) in text_array(array).enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write_choice(out, names, stored);
            }
            out.push(b']');
        }
    }
}

/// Writes a value of PostgreSQL's binary format (PostgreSQL documentation, "Binary format" of each type's send function).
fn write_plain(out: &mut Vec<u8>, ty: ColumnType, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else { return out.extend_from_slice(b"null") };
    match ty {
        ColumnType::Uuid => match bytes.try_into() {
            Ok(id) => json::uuid(out, id),
            Err(_) => out.extend_from_slice(b"null"),
        },
        ColumnType::Text => json::text(out, bytes),
        ColumnType::Integer => json::integer(out, i64::from(int(bytes))),
        ColumnType::BigInt => json::integer(out, big(bytes)),
        ColumnType::Decimal(scale) => json::long_decimal(out, numeric(bytes, scale), scale),
        ColumnType::Float => json::float(out, bytes.try_into().map_or(f64::NAN, f64::from_be_bytes)),
        ColumnType::Boolean => out.extend_from_slice(if bytes == [1] { b"true" } else { b"false" }),
        ColumnType::Date => {
            out.push(b'"');
            calendar::write_date(out, int(bytes).saturating_add(calendar::POSTGRES_EPOCH_DAYS));
            out.push(b'"');
        }
        ColumnType::Time => quoted_time(out, |buffer| calendar::write_time(buffer, big(bytes))),
        ColumnType::Timestamp => {
            quoted_time(out, |buffer| calendar::write_timestamp(buffer, big(bytes) + EPOCH));
        }
        ColumnType::TextArray => {
            out.push(b'[');
            for (n, text) in text_array(bytes).enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                json::text(out, text);
            }
            out.push(b']');
        }
        ColumnType::Json => json::json(out, bytes.get(1..).unwrap_or_default()),
    }
}

/// 2000-01-01 in microseconds since 1970.
const EPOCH: i64 = calendar::POSTGRES_EPOCH_DAYS as i64 * calendar::DAY;

fn quoted_time(out: &mut Vec<u8>, write: impl Fn(&mut Vec<u8>)) {
    let mut stored = Vec::with_capacity(27);
    write(&mut stored);
    out.push(b'"');
    calendar::write_trimmed(out, &stored);
    out.push(b'"');
}

fn int(bytes: &[u8]) -> i32 {
    bytes.try_into().map_or(0, i32::from_be_bytes)
}

/// Units of 10^-scale of a `numeric`, at most 38 digits: base-10,000 digits with a weight (`numeric_send`).
fn numeric(bytes: &[u8], scale: u8) -> i128 {
    let half = |i: usize| bytes.get(i..i + 2).map_or(0, |b| i16::from_be_bytes([b[0], b[1]]));
    let (digits, weight, negative) = (half(0), half(2), half(4) == 0x4000);
    let mut units: i128 = 0;
    // Whole groups first, then as many groups behind the point as the scale needs, then what is too much is cut off.
    let groups_behind = i16::from(scale.div_ceil(4));
    for group in 0..=(weight + groups_behind) {
        let digit = if group < digits { half(8 + 2 * usize::try_from(group).unwrap_or(0)) } else { 0 };
        units = units.wrapping_mul(10_000).wrapping_add(i128::from(digit));
    }
    let surplus = u32::try_from(groups_behind * 4 - i16::from(scale)).unwrap_or(0);
    // A weight below the groups looked at leaves them all zero.
    let units = if weight + groups_behind < 0 { 0 } else { units / 10_i128.pow(surplus) };
    if negative { -units } else { units }
}

/// The elements of a one-dimensional `text[]` (`array_send`): three header words, then per dimension two, then
/// length-prefixed elements.
fn text_array(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = if bytes.len() > 20 { &bytes[20..] } else { &[][..] };
    std::iter::from_fn(move || {
        let (length, tail) = rest.split_at_checked(4)?;
        let length = usize::try_from(int(length)).unwrap_or(0);
        let (element, tail) = tail.split_at_checked(length)?;
        rest = tail;
        Some(element)
    })
}

/// Rows as values, for the write pipeline.
pub(super) fn values(rows: &[PgRow], columns: &[ColumnType]) -> Vec<Vec<Value>> {
    rows.iter().map(|row| columns.iter().enumerate().map(|(n, ty)| value(row, n, *ty)).collect()).collect()
}

fn value(row: &PgRow, column: usize, ty: ColumnType) -> Value {
    let Some(bytes) = raw(row, column) else { return Value::Null };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match ty {
        ColumnType::Uuid => uuid::Uuid::from_slice(bytes).map_or(Value::Null, Value::Uuid),
        ColumnType::Text => Value::Text(text(bytes)),
        ColumnType::Integer => Value::Integer(i64::from(int(bytes))),
        ColumnType::BigInt => Value::Integer(big(bytes)),
        ColumnType::Decimal(scale) => i64::try_from(numeric(bytes, scale)).map_or(Value::Null, Value::Decimal),
        ColumnType::Float => Value::Float(bytes.try_into().map_or(f64::NAN, f64::from_be_bytes)),
        ColumnType::Boolean => Value::Boolean(bytes == [1]),
        ColumnType::Date => Value::Date(int(bytes).saturating_add(calendar::POSTGRES_EPOCH_DAYS)),
        ColumnType::Time => Value::Time(big(bytes)),
        ColumnType::Timestamp => Value::Timestamp(big(bytes) + EPOCH),
        ColumnType::TextArray => Value::List(text_array(bytes).map(|t| Value::Text(text(t))).collect()),
        ColumnType::Json => Value::Json(text(bytes.get(1..).unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::numeric;

    fn send(digits: &[i16], weight: i16, negative: bool, scale: i16) -> Vec<u8> {
        let count = i16::try_from(digits.len()).unwrap();
        let sign = if negative { 0x4000 } else { 0 };
        [count, weight, sign, scale].iter().chain(digits).flat_map(|h| h.to_be_bytes()).collect()
    }

    #[test]
    fn numerics_become_units() {
        assert_eq!(numeric(&send(&[12, 5000], 0, false, 2), 2), 1250);
        assert_eq!(numeric(&send(&[500], -1, true, 2), 2), -5);
        assert_eq!(numeric(&send(&[], 0, false, 2), 2), 0);
        assert_eq!(numeric(&send(&[1], 1, false, 2), 2), 1_000_000);
        assert_eq!(numeric(&send(&[1, 2345, 6789], 1, false, 3), 3), 12_345_678);
        assert_eq!(numeric(&send(&[7], 0, false, 0), 0), 7);
        assert_eq!(numeric(&send(&[9999, 9999, 9999, 9999, 9900], 3, false, 2), 2), 999_999_999_999_999_999);
        assert_eq!(numeric(&send(&[1000], -2, false, 5), 5), 1);
    }
}
