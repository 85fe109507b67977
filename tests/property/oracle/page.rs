//! Pages of ordered lists, and cursors. What a cursor looks like is the server's secret: an expected answer holds marks
//! for them, which are learned from the actual answer.

use super::{BadInput, cell::Cell, coerce::Values};
use serde_json::{Value as Json, json};
use std::{cmp::Ordering, collections::HashMap};

/// Where a cursor points to.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::property) struct Position {
    /// Type of the list's connection.
    pub(in crate::property) list: String,
    /// Its `orderBy`, as given.
    pub(in crate::property) order: Json,
    /// What that means.
    pub(super) keys_of: String,
    pub(super) keys: Vec<Cell>,
}

/// Cursors that were given out.
pub(in crate::property) type Cursors = HashMap<String, Position>;

/// The part of a list that was asked for.
pub(super) struct Page<T> {
    pub(super) items: Vec<(Vec<Cell>, T)>,
    pub(super) has_next: bool,
    pub(super) has_previous: bool,
}

/// The arguments that say which part.
pub(super) struct Paging<'c> {
    size: usize,
    backward: bool,
    after: Option<&'c Position>,
    before: Option<&'c Position>,
    offset: usize,
}

impl<'c> Paging<'c> {
    /// Those of a list in an order.
    pub(super) fn read(list: &str, order: &str, arguments: &Values, cursors: &'c Cursors) -> Result<Self, BadInput> {
        let number = |name: &str, most: usize| match arguments.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(value) => match usize::try_from(value.as_i64().unwrap()) {
                Ok(number) if number <= most => Ok(Some(number)),
                _ => Err(BadInput),
            },
        };
        let cursor = |name: &str| match arguments.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(value) => match cursors.get(value.as_str().unwrap()) {
                Some(position) if position.list == list && position.keys_of == order => Ok(Some(position)),
                _ => Err(BadInput),
            },
        };
        let (first, last) = (number("first", 1_000)?, number("last", 1_000)?);
        if first.is_some() && last.is_some() {
            return Err(BadInput);
        }
        Ok(Self {
            size: first.or(last).unwrap_or(50),
            backward: last.is_some(),
            after: cursor("after")?,
            before: cursor("before")?,
            offset: number("offset", usize::MAX)?.unwrap_or(0),
        })
    }

    /// The page of all items in order.
    pub(super) fn cut<T>(&self, items: Vec<(Vec<Cell>, T)>, compare: impl Fn(&[Cell], &[Cell]) -> Ordering) -> Page<T> {
        let behind = |keys: &[Cell]| self.after.is_none_or(|position| compare(keys, &position.keys).is_gt());
        let before = |keys: &[Cell]| self.before.is_none_or(|position| compare(keys, &position.keys).is_lt());
        let mut items: Vec<_> = items.into_iter().filter(|(keys, _)| behind(keys) && before(keys)).collect();
        // The end that the page is counted from comes first.
        if self.backward {
            items.reverse();
        }
        let mut items: Vec<_> = items.into_iter().skip(self.offset).collect();
        let more = items.len() > self.size;
        items.truncate(self.size);
        let start = if self.backward { self.before } else { self.after };
        let passed = self.offset > 0 || start.is_some();
        if self.backward {
            items.reverse();
            return Page { items, has_next: passed, has_previous: more };
        }
        Page { items, has_next: more, has_previous: passed }
    }
}

/// What stands for the cursor of a position in an expected answer.
pub(super) fn mark(positions: &mut Vec<Position>, position: Position) -> Json {
    positions.push(position);
    json!(format!("\0cursor {}", positions.len() - 1))
}

/// Puts the actual cursors in the places of marks, and remembers what they stand for. One cursor that stands for two
/// positions stays a mark, and so a difference.
pub(in crate::property) fn learn(expected: &mut Json, actual: &Json, positions: &[Position], cursors: &mut Cursors) {
    match (expected, actual) {
        (Json::Array(expected), Json::Array(actual)) => {
            expected.iter_mut().zip(actual).for_each(|(e, a)| learn(e, a, positions, cursors));
        }
        (Json::Object(expected), Json::Object(actual)) => {
            for (key, expected) in expected {
                learn(expected, &actual[key], positions, cursors);
            }
        }
        (Json::String(mark), Json::String(cursor)) => {
            let Some(number) = mark.strip_prefix("\0cursor ") else { return };
            let position = &positions[number.parse::<usize>().unwrap()];
            let known = cursors.entry(cursor.clone()).or_insert_with(|| position.clone());
            if (&known.list, &known.keys) == (&position.list, &position.keys) {
                mark.clone_from(cursor);
            }
        }
        _ => {}
    }
}
