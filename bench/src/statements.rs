//! The statements that were sent, as Kontor tells them to an administrator who asks, beside those of the limit.

use crate::{client::Connection, data::Kind, failure::Failure, limit, shapes::Shape};
use serde_json::Value;
use std::fmt::Write as _;

/// The statements of a shape on a database.
#[derive(Debug)]
pub(crate) struct Sent {
    title: &'static str,
    database: Kind,
    kontor: Vec<String>,
    limit: &'static [&'static str],
}

/// Sends an example of a shape and asks what it does.
pub(crate) async fn of(shape: &Shape, database: Kind, port: u16, token: &str) -> Result<Sent, Failure> {
    let mut connection = Connection::open(port).await?;
    let answer = connection.send(&shape.traced(token)).await?;
    let answer: Value = serde_json::from_slice(answer).map_err(std::io::Error::from)?;
    let statements = answer["extensions"]["trace"]["statements"].as_array();
    let kontor = statements.into_iter().flatten().filter_map(|s| s["sql"].as_str().map(str::to_owned)).collect();
    Ok(Sent { title: shape.title, database, kontor, limit: limit::statements(shape.name, database) })
}

/// A page of them.
pub(crate) fn markdown(sent: &[Sent]) -> String {
    let mut out =
        "# The statements behind the numbers\n\nWritten by `kontor-bench`; [performance.md](performance.md) says \
                   how. Each shape with what Kontor sends and what its limit sends.\n"
            .to_owned();
    for Sent { title, database, kontor, limit } in sent {
        let _ = write!(out, "\n## {title}, {}\n", database.name());
        for (name, statements) in [("Kontor", kontor.join(";\n")), ("Limit", limit.join(";\n"))] {
            let _ = write!(out, "\n{name}:\n\n```sql\n{statements}\n```\n");
        }
    }
    out
}
