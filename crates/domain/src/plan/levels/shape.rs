//! What a list has to read, and what its cursors look like.

use super::{Builder, Instant, TIME};
use crate::{
    column::{ColumnType, Dialect},
    plan::{
        condition::Conditions,
        order::{self, Joins, Key},
        sql::quote,
    },
    query::{EdgePart, List, ListPart, Operand, Order, PageInfoPart},
};
use kontor_metadata::model::{Catalog, Connection, Module, ModuleId, Via};

pub(super) fn wants_total(list: &List) -> bool {
    list.parts.iter().any(|(_, p)| matches!(p, ListPart::TotalCount))
}

pub(super) fn wants_rows(list: &List) -> bool {
    list.parts.iter().any(|(_, p)| !matches!(p, ListPart::TotalCount | ListPart::Constant(_)))
}

pub(super) fn wants_more(list: &List) -> bool {
    let wanted = if list.page.backward { PageInfoPart::HasPreviousPage } else { PageInfoPart::HasNextPage };
    list.parts.iter().any(|(_, p)| match p {
        ListPart::PageInfo(info) => {
            info.iter().any(|(_, i)| std::mem::discriminant(i) == std::mem::discriminant(&wanted))
        }
        _ => false,
    })
}

pub(super) fn wants_cursor(list: &List) -> bool {
    list.parts.iter().any(|(_, p)| match p {
        ListPart::PageInfo(info) => {
            info.iter().any(|(_, i)| matches!(i, PageInfoPart::StartCursor | PageInfoPart::EndCursor))
        }
        ListPart::Edges(edge) => edge.iter().any(|(_, e)| matches!(e, EdgePart::Cursor)),
        _ => false,
    })
}

/// The time of a cursor's page: what stands behind its keys.
pub(super) fn instant(position: &[Option<Operand>]) -> Option<Instant> {
    match position {
        [.., Some(now), Some(today)] => Some(Instant { now: *now, today: *today }),
        _ => None,
    }
}

/// The fingerprint that cursors of a list of this module in this order carry, and the representation of each key.
#[must_use]
pub fn cursor_shape(catalog: &Catalog, module: ModuleId, order: &[Order]) -> (u32, Vec<ColumnType>) {
    let mut builder = Builder::new(Dialect::Sqlite, Conditions::of_program(catalog), false);
    let module = catalog.module(module);
    let (conditions, params) = (&mut builder.conditions, &mut builder.shared);
    let keys = order::keys(conditions, params, module, "t", order, None, &mut Joins::default());
    let time = order::moves(catalog, module, order).then_some(TIME).into_iter().flatten();
    (order::fingerprint(module, &keys), keys.iter().map(|k| k.ty).chain(time).collect())
}

/// The same for a connection to records of any module, whose rows are those of a junction.
#[must_use]
pub fn junction_cursor_shape(module: &Module, connection: &Connection) -> Option<(u32, Vec<ColumnType>)> {
    let Via::Junction { other, other_type: Some(other_type), .. } = &connection.via else { return None };
    let key = |name: &str, ty| Key {
        expression: format!("t.{}", quote(name)),
        name: name.to_owned(),
        ty,
        descending: false,
        nulls_first: false,
        nullable: false,
    };
    let keys = [key(other, ColumnType::Uuid), key(other_type, ColumnType::Text)];
    Some((order::fingerprint(module, &keys), keys.iter().map(|k| k.ty).collect()))
}
