//! Connections to records of any module: their rows are those of a junction.

use super::{Builder, Draft, Parent, parent_column, wants_more, wants_rows, wants_total};
use crate::{
    column::ColumnType,
    plan::{
        ListTemplate,
        joins::Column,
        order::{self, Key},
        sql::{Params, quote},
    },
    query::List,
};
use kontor_metadata::model::Via;

impl<'a> Builder<'a> {
    /// A connection to records of several modules: its rows are those of the junction.
    pub(super) fn anything(&mut self, parent: &Parent<'a>, other_type: &str, list: &List) -> ListTemplate {
        let Via::Junction { table, own, other, .. } = &parent.connection.via else {
            unreachable!("only junctions link to records of any module")
        };
        let parent_id = self.column_of(parent.place, "id", ColumnType::Uuid);
        let open = |this: &mut Self, total: bool| {
            let alias = format!("t{}", this.drafts.len());
            let mut params = this.open_params();
            let id = parent_column(&mut params, parent_id, ColumnType::Uuid);
            let links = (&**other, other_type);
            let shown = this.conditions.there(&mut params, &parent.connection.targets, &alias, links);
            let condition = format!("{alias}.\"org\" = {} AND {alias}.{} = {id}{shown}", params.org(), quote(own));
            let key = |name: &str, ty| Key {
                expression: format!("{alias}.{}", quote(name)),
                name: name.to_owned(),
                ty,
                descending: false,
                nulls_first: false,
                nullable: false,
            };
            let mut keys = vec![key(other, ColumnType::Uuid), key(other_type, ColumnType::Text)];
            let mut limit = None;
            let mut condition = condition;
            if total {
                keys.clear();
            } else {
                for (position, before) in [(&list.page.after, false), (&list.page.before, true)] {
                    if let Some(position) = position {
                        condition = format!("{condition} AND {}", order::beyond(&mut params, &keys, position, before));
                    }
                }
                limit = Some(list.page.size as usize + usize::from(wants_more(list)));
            }
            let offset = list.page.offset.filter(|_| !total).map(|o| params.operand(o, ColumnType::BigInt));
            let columns = if total { vec![Column::own("count(*)", ColumnType::BigInt)] } else { Vec::new() };
            let draft = Draft {
                parent: Some(parent.place.level),
                params: Params::new(this.dialect),
                from: format!("{} {alias}", quote(table)),
                alias,
                condition,
                columns,
                joins: Vec::new(),
                keys,
                time: Vec::new(),
                backward: list.page.backward && !total,
                limit,
                offset,
                total,
                groups: None,
            };
            this.push(draft, params, u64::from(list.page.size))
        };
        let total = wants_total(list).then(|| open(self, true));
        let level = wants_rows(list).then(|| open(self, false));
        if let Some(level) = level {
            self.column_of(level, other, ColumnType::Uuid);
            self.column_of(level, other_type, ColumnType::Text);
            if list.page.backward {
                self.key_columns(level);
            }
        }
        self.list_template(level, total, parent.module, list)
    }
}
