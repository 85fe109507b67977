//! The log as the database has it, and what a filter leaves of it, found out without the program.

use super::END;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kontor_tests::Scratch;
use serde_json::{Value, json};

/// Cities of the records.
pub(super) const CITIES: [&str; 5] = ["Kiel", "Bonn", "Ulm", "Jena", "Hof"];
/// Employees that records have at most.
pub(super) const EMPLOYEES: usize = 100;

/// What a subscriber is told of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) cursor: String,
    pub(super) record: String,
    pub(super) kind: String,
    pub(super) transition: &'static str,
}

/// What a subscriber asks for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Filter {
    Everything,
    In(&'static str),
    NotIn(&'static str),
    Larger(usize),
    Either(&'static str, usize),
    Created,
}

impl Filter {
    /// That of the nth subscriber.
    pub(super) fn of(n: usize) -> Self {
        let city = CITIES[n % CITIES.len()];
        let employees = n % EMPLOYEES;
        match n % 8 {
            0 => Self::Everything,
            1 | 2 => Self::In(city),
            3 => Self::NotIn(city),
            4 | 5 => Self::Larger(employees),
            6 => Self::Either(city, employees),
            _ => Self::Created,
        }
    }

    /// As `AccountFilter`, and the kinds of events.
    pub(super) fn variables(self) -> (Value, Value) {
        let filter = match self {
            Self::Everything | Self::Created => json!({}),
            Self::In(city) => json!({"city": {"eq": city}}),
            Self::NotIn(city) => json!({"not": {"city": {"eq": city}}}),
            Self::Larger(employees) => json!({"employeeCount": {"gt": employees}}),
            Self::Either(city, employees) => {
                json!({"or": [{"city": {"eq": city}}, {"employeeCount": {"lte": employees}}]})
            }
        };
        let kinds = if matches!(self, Self::Created) { json!(["CREATED"]) } else { Value::Null };
        (json!({"or": [filter, {"name": {"eq": END}}]}), kinds)
    }

    /// Whether it lets a record through that is there.
    fn holds(self, image: &Value) -> bool {
        let (city, employees) = (&image["city"], image["employeeCount"].as_u64());
        let larger = |than: usize| employees.is_some_and(|employees| employees > than as u64);
        image["deletedAt"].is_null()
            && !image.is_null()
            && (image["name"] == END
                || match self {
                    Self::Everything | Self::Created => true,
                    Self::In(wanted) => city == wanted,
                    Self::NotIn(unwanted) => city != unwanted && !city.is_null(),
                    Self::Larger(than) => larger(than),
                    Self::Either(wanted, than) => city == wanted || employees.is_some() && !larger(than),
                })
    }
}

/// All events of accounts, in order.
pub(super) fn read(database: &Scratch) -> Vec<Value> {
    let sql = "SELECT json_build_object('place', xid || '.' || sequence, 'record', record_id, 'kind', kind, \
               'before', before, 'after', after)::text FROM record_events WHERE record_type = 'Account' ORDER BY xid, sequence";
    database.texts(sql).iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// What a subscriber with this filter is told of the log.
pub(super) fn expected(log: &[Value], filter: Filter) -> Vec<Told> {
    let told = log.iter().filter_map(|event| {
        let kind = event["kind"].as_str().unwrap();
        if matches!(filter, Filter::Created) && kind != "CREATED" {
            return None;
        }
        let transition = match (filter.holds(&event["before"]), filter.holds(&event["after"])) {
            (false, false) => return None,
            (false, true) => "ENTERED",
            (true, true) => "UPDATED",
            (true, false) => "LEFT",
        };
        Some(Told {
            cursor: URL_SAFE_NO_PAD.encode(format!("1.{}", event["place"].as_str().unwrap())),
            record: event["record"].as_str().unwrap().to_owned(),
            kind: kind.to_owned(),
            transition,
        })
    });
    told.collect()
}
