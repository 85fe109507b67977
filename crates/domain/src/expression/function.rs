//! `kontor_expression`, by which SQLite has Rust evaluate an expression: its own arithmetic is not exact, its dates are
//! texts, and its `lower` knows ASCII only.

use super::{Datum, evaluate};
use crate::{calendar, column::ColumnType, context::Moment};
use kontor_metadata::expr::{Step, Type};
use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
    types::{Value, ValueRef},
};
use serde::{Deserialize, Serialize};

/// Operands in front of the values read: the program, the moment and the day of the request.
const LEADING: usize = 3;

/// What the function is told to do. It travels as JSON in the statement, so that a connection needs to know no catalog,
/// and is read once per statement.
#[derive(Serialize, Deserialize)]
struct Program {
    steps: Vec<Step>,
    /// Types of the values read.
    reads: Vec<Type>,
    /// How the result is stored.
    result: ColumnType,
}

/// The program as the text that the function takes.
pub(crate) fn text(steps: &[Step], reads: Vec<Type>, result: ColumnType) -> String {
    let program = Program { steps: steps.to_vec(), reads, result };
    serde_json::to_string(&program).expect("a program holds numbers, texts and finite floats only")
}

/// Makes the function known to a connection.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("kontor_expression", -1, flags, run)
}

fn run(context: &Context<'_>) -> rusqlite::Result<Value> {
    let program = context.get_or_create_aux(0, |text: ValueRef<'_>| -> Result<Program, serde_json::Error> {
        serde_json::from_slice(text.as_bytes().unwrap_or_default())
    })?;
    let now = calendar::parse_timestamp(context.get_raw(1).as_str().unwrap_or_default());
    let today = calendar::parse_date(context.get_raw(2).as_str().unwrap_or_default());
    let moment = Moment { now: now.unwrap_or_default(), today: today.unwrap_or_default() };
    let operands = (LEADING..context.len()).map(|at| context.get_raw(at));
    let reads: Vec<Datum> = operands.zip(&program.reads).map(|(value, ty)| Datum::of_sqlite(value, *ty)).collect();
    Ok(evaluate(&program.steps, &reads, moment).into_sqlite(program.result))
}
