//! Records that were looked for by their ids, whose rows come in no order, put in the order of the ids.

use crate::value::Value;
use rustc_hash::FxHashMap;
use std::ops::Range;
use uuid::Uuid;

/// Where the JSON of each record is.
#[derive(Debug, Default)]
pub(super) struct Found(FxHashMap<Uuid, Range<usize>>);

impl Found {
    pub(super) fn add(&mut self, id: Uuid, at: Range<usize>) {
        self.0.insert(id, at);
    }

    /// Appends a JSON array: for each id its record, or null.
    pub(super) fn write(&self, ids: Option<&Value>, records: &[u8], out: &mut Vec<u8>) {
        let ids = if let Some(Value::List(ids)) = ids { ids.as_slice() } else { &[] };
        out.push(b'[');
        for (n, id) in ids.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            let at = if let Value::Uuid(id) = id { self.0.get(id) } else { None };
            out.extend_from_slice(at.map_or(b"null", |at| &records[at.clone()]));
        }
        out.push(b']');
    }
}
