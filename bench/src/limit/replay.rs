//! The statements of a write, as Kontor's pipeline sent them once, to be sent again by hand with other ids and values.
//! They are recorded in the limit's own process before it serves, from the pipeline itself: whatever it sends by then.

use crate::failure::Failure;
use kontor_domain::{
    calendar,
    column::{ColumnType, Dialect},
    context::{Context, Moment, Whose},
    mutation::{self, Change, Writing},
    store::{Args, Location, Settings, Store},
    value::Value,
};
use kontor_metadata::model::Catalog;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// What stands for something else each time that a recorded operation is sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// An id that the operation made up.
    Fresh(Uuid),
    /// A number that a counter gave: unique too, but its form is not looked at.
    Number(String),
    /// What the request is about: the record's id, a new value.
    Asked(Value),
}

/// A value as it was bound.
#[derive(Debug)]
enum Part {
    Same(Value),
    /// The value of a slot.
    Slot(usize),
    /// Text or JSON in which slots occur.
    Text(Vec<Piece>, bool),
    List(Vec<Part>),
}

#[derive(Debug)]
enum Piece {
    Same(String),
    Slot(usize),
}

#[derive(Debug)]
struct Statement {
    sql: String,
    values: Vec<(ColumnType, bool, Part)>,
}

/// A recorded operation.
#[derive(Debug)]
pub(super) struct Recorded {
    statements: Vec<Statement>,
    slots: Vec<Slot>,
    /// The slot of the record that it wrote.
    written: Option<usize>,
}

/// A statement that is ready to be sent.
pub(super) struct Ready<'r> {
    pub(super) sql: &'r str,
    /// With whether it is a list.
    pub(super) values: Vec<(ColumnType, bool, Value)>,
}

/// Where the pipeline is recorded, and for whom.
pub(super) struct Studio {
    store: Store,
    catalog: Arc<Catalog>,
    writing: Writing,
    tape: Arc<Mutex<Tape>>,
    pub(super) org: Uuid,
    pub(super) user: Uuid,
}

type Tape = Vec<(String, Vec<(ColumnType, bool, Value)>)>;

impl Studio {
    /// Opens the database with Kontor's own store, for recording only.
    pub(super) async fn open(url: &str, org: Uuid, user: Uuid) -> Result<Self, Failure> {
        let tape = Arc::new(Mutex::new(Tape::new()));
        let writer = tape.clone();
        let mut settings = Settings::new(Location::parse(url).map_err(Failure::Server)?);
        settings.connections = 1;
        settings.recorder = Some(Arc::new(move |sql: &str, args: &Args<'_>| {
            let values = args.values().map(|(ty, list, value)| (ty, list, value.clone())).collect();
            writer.lock().unwrap_or_else(PoisonError::into_inner).push((sql.to_owned(), values));
        }));
        let store = Store::open(settings).await.map_err(std::io::Error::other)?;
        let loaded = kontor_metadata::load_dirs(&["config/packages".into()])
            .map_err(|report| Failure::Metadata(report.render_text(false)))?;
        let catalog = Arc::new(loaded.catalog);
        let writing = Writing::new(catalog.clone(), store.dialect());
        Ok(Self { store, catalog, writing, tape, org, user })
    }

    pub(super) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Rows of a statement whose first value is the organisation, at least one of them.
    pub(super) async fn rows(
        &self,
        sql: &str,
        more: &[(ColumnType, Value)],
        columns: &[ColumnType],
    ) -> Result<Vec<Vec<Value>>, Failure> {
        let org = Value::Uuid(self.org);
        let mut args = Args::new(self.store.dialect());
        args.add(ColumnType::Uuid, &org);
        more.iter().for_each(|(ty, value)| drop(args.add(*ty, value)));
        let mut transaction = self.store.begin(Whose::Platform).await.map_err(std::io::Error::other)?;
        let rows = transaction.query(sql, &args, columns).await.map_err(std::io::Error::other)?;
        transaction.rollback().await.map_err(std::io::Error::other)?;
        if rows.is_empty() { Err(Failure::Server(format!("nothing to write: {sql}"))) } else { Ok(rows) }
    }

    /// Ids that a statement gives.
    pub(super) async fn ids(&self, sql: &str, more: &[(ColumnType, Value)]) -> Result<Vec<Uuid>, Failure> {
        let id = |row: Vec<Value>| match row.first() {
            Some(Value::Uuid(id)) => Some(*id),
            _ => None,
        };
        Ok(self.rows(sql, more, &[ColumnType::Uuid]).await?.into_iter().filter_map(id).collect())
    }

    /// Makes a change, notes what is sent for it, and undoes it. `asked` are the values that a request will bring others for.
    pub(super) async fn record(&self, change: Change, asked: Vec<Value>) -> Result<Recorded, Failure> {
        let failed = |error: &dyn std::error::Error| Failure::Server(format!("a write could not be recorded: {error}"));
        let (now, operation) = (calendar::now(), Uuid::now_v7());
        let context = Context {
            org: self.org,
            user: Some(self.user),
            role: "admin".to_owned(),
            rights: None,
            language: "en".to_owned(),
            moment: Moment { now, today: i32::try_from(now / calendar::DAY).unwrap_or(0) },
            ip: Some("127.0.0.1".to_owned()),
            api_key: None,
            operation,
        };
        self.tape.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut transaction = self.store.begin(Whose::Platform).await.map_err(|e| failed(&e))?;
        let written = mutation::execute(&mut transaction, &self.writing, &context, change).await;
        let written = written.map_err(|e| failed(&e))?;
        transaction.settle().await.map_err(|e| failed(&e))?;
        transaction.rollback().await.map_err(|e| failed(&e))?;
        let tape = std::mem::take(&mut *self.tape.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Recorded::new(tape, asked, operation, written.first().copied()))
    }
}

impl Recorded {
    fn new(tape: Tape, asked: Vec<Value>, operation: Uuid, written: Option<Uuid>) -> Self {
        let mut slots: Vec<Slot> = asked.into_iter().map(Slot::Asked).collect();
        slots.push(Slot::Fresh(operation));
        let mut known = HashSet::from([operation.to_string()]);
        let values = tape.iter().flat_map(|(_, values)| values).map(|(_, _, value)| value);
        values.for_each(|value| find(value, operation, &mut known, &mut slots));
        let cutter = Cutter::new(&slots);
        let statement = |(sql, values): (String, Vec<(ColumnType, bool, Value)>)| Statement {
            sql,
            values: values.into_iter().map(|(ty, list, value)| (ty, list, cutter.part(value))).collect(),
        };
        let statements = tape.into_iter().map(statement).collect();
        let id = |slot: &Slot| match slot {
            Slot::Fresh(id) | Slot::Asked(Value::Uuid(id)) => Some(*id),
            _ => None,
        };
        let written = written.and_then(|written| slots.iter().position(|slot| id(slot) == Some(written)));
        Self { statements, slots, written }
    }

    /// The statements with values for what is asked and new ids and numbers for the rest; and the id of the record.
    pub(super) fn ready(&self, asked: &[Value]) -> (Vec<Ready<'_>>, Option<Uuid>) {
        let mut asked = asked.iter();
        let new: Vec<Value> = self
            .slots
            .iter()
            .map(|slot| match slot {
                Slot::Fresh(_) => Value::Uuid(Uuid::now_v7()),
                Slot::Number(_) => Value::Text(format!("L-{}", Uuid::now_v7().simple())),
                Slot::Asked(_) => asked.next().cloned().unwrap_or(Value::Null),
            })
            .collect();
        let ready = |statement: &'_ Statement| -> Vec<(ColumnType, bool, Value)> {
            statement.values.iter().map(|(ty, list, part)| (*ty, *list, part.filled(&new))).collect()
        };
        let statements = self.statements.iter().map(|s| Ready { sql: &s.sql, values: ready(s) }).collect();
        let written = self.written.and_then(|slot| match &new[slot] {
            Value::Uuid(id) => Some(*id),
            _ => None,
        });
        (statements, written)
    }
}

/// Finds ids that are as young as the operation, and numbers of quotes.
fn find(value: &Value, operation: Uuid, known: &mut HashSet<String>, slots: &mut Vec<Slot>) {
    let (name, slot) = match value {
        // Those of version 7 begin with the time.
        Value::Uuid(id) if id.as_bytes()[..6] >= operation.as_bytes()[..6] && id.get_version_num() == 7 => {
            (id.to_string(), Slot::Fresh(*id))
        }
        Value::Text(text) if is_number(text) => (text.clone(), Slot::Number(text.clone())),
        Value::List(items) => return items.iter().for_each(|item| find(item, operation, known, slots)),
        _ => return,
    };
    if known.insert(name) {
        slots.push(slot);
    }
}

/// `Q-2026-0042`
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.strip_prefix("Q-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| digits(year) && digits(number))
}

/// Cuts values where slots occur in them.
struct Cutter {
    ids: HashMap<Uuid, usize>,
    /// Of slots that are no ids.
    texts: Vec<(String, usize)>,
}

impl Cutter {
    fn new(slots: &[Slot]) -> Self {
        let (mut ids, mut texts) = (HashMap::new(), Vec::new());
        for (n, slot) in slots.iter().enumerate() {
            match slot {
                Slot::Fresh(id) | Slot::Asked(Value::Uuid(id)) => drop(ids.insert(*id, n)),
                Slot::Number(text) | Slot::Asked(Value::Text(text)) => texts.push((text.clone(), n)),
                Slot::Asked(_) => {}
            }
        }
        Self { ids, texts }
    }

    fn part(&self, value: Value) -> Part {
        match value {
            Value::Uuid(id) => self.ids.get(&id).map_or(Part::Same(value), |slot| Part::Slot(*slot)),
            Value::Text(text) => self.text(text, false),
            Value::Json(text) => self.text(text, true),
            Value::List(items) => Part::List(items.into_iter().map(|item| self.part(item)).collect()),
            other => Part::Same(other),
        }
    }

    fn text(&self, text: String, json: bool) -> Part {
        let (mut pieces, mut cut) = (Vec::new(), 0);
        for (at, _) in text.match_indices('-') {
            // The first hyphen of an id is behind eight digits.
            let Some(start) = at.checked_sub(8).filter(|start| *start >= cut) else { continue };
            let id = text.get(start..start + 36).and_then(|id| Uuid::try_parse(id).ok());
            if let Some(slot) = id.and_then(|id| self.ids.get(&id)) {
                self.cut_texts(&text[cut..start], &mut pieces);
                pieces.push(Piece::Slot(*slot));
                cut = start + 36;
            }
        }
        self.cut_texts(&text[cut..], &mut pieces);
        match pieces.as_slice() {
            [] | [Piece::Same(_)] => Part::Same(if json { Value::Json(text) } else { Value::Text(text) }),
            _ => Part::Text(pieces, json),
        }
    }

    /// Cuts where texts occur.
    fn cut_texts(&self, text: &str, pieces: &mut Vec<Piece>) {
        let next = self.texts.iter().filter_map(|(sought, slot)| Some((text.find(sought)?, sought, slot))).min();
        match next {
            Some((at, sought, slot)) => {
                if at > 0 {
                    pieces.push(Piece::Same(text[..at].to_owned()));
                }
                pieces.push(Piece::Slot(*slot));
                self.cut_texts(&text[at + sought.len()..], pieces);
            }
            None if text.is_empty() => {}
            None => pieces.push(Piece::Same(text.to_owned())),
        }
    }
}

impl Part {
    fn filled(&self, new: &[Value]) -> Value {
        match self {
            Self::Same(value) => value.clone(),
            Self::Slot(slot) => new[*slot].clone(),
            Self::List(parts) => Value::List(parts.iter().map(|part| part.filled(new)).collect()),
            Self::Text(pieces, json) => {
                let mut text = String::with_capacity(pieces.len() * 48);
                for piece in pieces {
                    match piece {
                        Piece::Same(same) => text.push_str(same),
                        Piece::Slot(slot) => match &new[*slot] {
                            Value::Uuid(id) => text.push_str(id.hyphenated().encode_lower(&mut [0; 36])),
                            Value::Text(other) => text.push_str(other),
                            _ => {}
                        },
                    }
                }
                if *json { Value::Json(text) } else { Value::Text(text) }
            }
        }
    }
}

/// The arguments of a statement.
pub(super) fn arguments<'v>(dialect: Dialect, values: &'v [(ColumnType, bool, Value)]) -> Args<'v> {
    let mut args = Args::new(dialect);
    for (ty, list, value) in values {
        // The placeholders are in the text already.
        let _ = if *list { args.add_list(*ty, value) } else { args.add(*ty, value) };
    }
    args
}
