use super::Event;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// The same events with all those of a record as one, in the place of the first of them: what has become of the record
/// from before the first to after the last. Whoever goes on behind it is told of the later ones again, and misses none.
#[must_use]
pub fn merge(events: impl IntoIterator<Item = Event>) -> VecDeque<Event> {
    let mut merged: VecDeque<Event> = VecDeque::new();
    let mut places = FxHashMap::default();
    for event in events {
        let place = *places.entry(event.record).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(first) => add(first, event),
            None => merged.push_back(event),
        }
    }
    merged
}

fn add(first: &mut Event, next: Event) {
    let is_there = next.after.is_some() && next.kind != "DELETED";
    let kind = match (is_there, &first.before) {
        (false, _) => next.kind.clone(),
        (true, None) => "CREATED".to_owned(),
        (true, _) if first.kind == "RESTORED" => first.kind.clone(),
        (true, _) => "UPDATED".to_owned(),
    };
    let (cursor, before) = (first.cursor, first.before.take());
    let changed = union(first.changed.take(), next.changed.as_deref());
    let named = union(first.named.take(), next.named.as_deref());
    let images = super::Images::default();
    *first = Event { cursor, kind, before, changed, named, images, ..next };
}

/// Two JSON arrays of texts as one without doubles.
fn union(first: Option<String>, next: Option<&str>) -> Option<String> {
    let (Some(one), Some(other)) = (&first, next) else { return first.or_else(|| next.map(str::to_owned)) };
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
    let mut all = list(one);
    all.extend(list(other).into_iter().filter(|name| !list(one).contains(name)));
    serde_json::to_string(&all).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Cursor;
    use uuid::Uuid;

    fn event(sequence: i64, record: u128, kind: &str, images: [&str; 2]) -> Event {
        let image = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Event {
            cursor: Cursor { transaction: 0, sequence },
            org: Uuid::nil(),
            operation: String::new(),
            module: "Account".to_owned(),
            record: Uuid::from_u128(record),
            kind: kind.to_owned(),
            changed: Some(format!("[\"all\",\"{sequence}\"]")),
            named: None,
            before: image(images[0]),
            after: image(images[1]),
            actor: None,
            occurred_at: sequence,
            images: super::super::Images::default(),
        }
    }

    #[test]
    fn the_changes_of_a_record_become_one_in_the_place_of_the_first() {
        let events = [
            event(1, 1, "CREATED", ["", "a"]),
            event(2, 2, "UPDATED", ["x", "y"]),
            event(3, 1, "UPDATED", ["a", "b"]),
            event(4, 3, "CREATED", ["", "z"]),
            event(5, 3, "DELETED", ["z", "z"]),
            event(6, 2, "UPDATED", ["y", "z"]),
        ];
        let merged = merge(events);
        let told: Vec<_> = merged
            .iter()
            .map(|e| (e.cursor.sequence, e.kind.as_str(), e.before.as_deref(), e.after.as_deref(), e.occurred_at))
            .collect();
        let expected = [
            (1, "CREATED", None, Some("b"), 3),
            (2, "UPDATED", Some("x"), Some("z"), 6),
            (4, "DELETED", None, Some("z"), 5),
        ];
        assert_eq!(told, expected);
        assert_eq!(merged[0].changed.as_deref(), Some("[\"all\",\"1\",\"3\"]"));
    }
}
