//! What connections of records lead to: new records at their other ends, links made and links undone.

use super::{
    WriteError,
    create::create_chunk,
    input::{Assignment, Input, Links, Step},
    junction,
    message::{self, Broken},
    permit::{permit_field, permit_fields, permit_readable, reached},
    rows::Which,
    session::{CHUNK, Session},
    update::{load_current, relink},
};
use crate::{rights::link_field, value::Value};
use kontor_metadata::model::{Action, Connection, ConnectionId, FieldId, Module, Via};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Changes of the connections of one record.
pub(super) struct Connected {
    pub(super) id: Uuid,
    /// Where the record's input stands among the arguments.
    pub(super) path: Vec<Step>,
    pub(super) links: Vec<(ConnectionId, Links)>,
}

/// A change of one connection of one record.
pub(super) struct Connect {
    pub(super) id: Uuid,
    pub(super) path: Vec<Step>,
    pub(super) links: Links,
}

/// Makes the changes of the connections of some records.
pub(super) async fn connect<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    connected: Vec<Connected>,
) -> Result<(), WriteError> {
    let mut by_connection: BTreeMap<ConnectionId, Vec<Connect>> = BTreeMap::new();
    for Connected { id, path, links } in connected {
        for (connection, links) in links {
            by_connection.entry(connection).or_default().push(Connect { id, path: path.clone(), links });
        }
    }
    for (connection, changes) in by_connection {
        let connection = module.connection(connection);
        if let Some((of, field)) = link_field(session.catalog(), module, connection) {
            permit_fields(session, session.module(of), &[field])?;
        }
        match &connection.via {
            Via::ForeignKey { field } => children(session, module, connection, *field, false, changes).await?,
            Via::Polymorphic { field } => children(session, module, connection, *field, true, changes).await?,
            Via::Junction { .. } => junction::connect(session, module, connection, changes).await?,
        }
    }
    Ok(())
}

/// Connections whose records know where they belong.
async fn children<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    connection: &Connection,
    field: FieldId,
    typed: bool,
    changes: Vec<Connect>,
) -> Result<(), WriteError> {
    let Some(target) = connection.targets.first().map(|target| session.module(*target)) else { return Ok(()) };
    let ty = typed.then(|| Value::Text(module.name.clone()));
    let mut inputs: Vec<Input> = Vec::new();
    let mut moves: Vec<(Uuid, Value, Option<Value>)> = Vec::new();
    for Connect { id, path, links } in changes {
        inputs.extend(links.create.into_iter().map(|input| belonging(input, field, id, ty.as_ref())));
        let layout = session.layout(target.id);
        let wanted: Vec<Uuid> = links.link.iter().chain(&links.unlink).copied().collect();
        let mut current = load_current(session, target, &wanted, Which::Alive).await?;
        let others: Vec<Uuid> = current.keys().copied().filter(|id| !session.fresh.contains(id)).collect();
        // What the caller may not see is not there.
        let seen = reached(session, target, Action::Read, &others).await?;
        current.retain(|id, _| session.fresh.contains(id) || seen.contains(id));
        let others: Vec<Uuid> = others.into_iter().filter(|id| seen.contains(id)).collect();
        permit_readable(session, target, Action::Update, &others).await?;
        for (n, child) in links.link.iter().enumerate() {
            if !current.contains_key(child) {
                let broken = Broken::Missing(target.name.clone());
                let rest = [Step::Key("link".to_owned()), Step::Index(n)];
                let violation = message::of_connection(connection, &rest, &broken, session.language());
                session.violations.push(violation.under(&path));
            } else {
                moves.push((*child, Value::Uuid(id), ty.clone()));
            }
        }
        // What is linked elsewhere, or nowhere, is not linked here any more already.
        for child in links.unlink {
            if current.get(&child).is_some_and(|row| *layout.value(row, field) == Value::Uuid(id)) {
                moves.push((child, Value::Null, typed.then_some(Value::Null)));
            }
        }
    }
    while !inputs.is_empty() {
        let later = inputs.split_off(CHUNK.min(inputs.len()));
        Box::pin(create_chunk(session, target, inputs)).await?;
        inputs = later;
    }
    if !moves.is_empty() && session.violations.is_empty() {
        let moved: Vec<Uuid> = moves.iter().map(|(child, ..)| *child).collect();
        permit_field(session, target, field, &moved).await?;
        Box::pin(relink(session, target, field, moves, Which::Alive)).await?;
    }
    Ok(())
}

/// The input of a child with its place.
fn belonging(mut input: Input, field: FieldId, parent: Uuid, ty: Option<&Value>) -> Input {
    input.values.retain(|value| value.field != field);
    input.values.push(Assignment { field, is_type: false, value: Value::Uuid(parent) });
    input.values.extend(ty.map(|ty| Assignment { field, is_type: true, value: ty.clone() }));
    input
}
