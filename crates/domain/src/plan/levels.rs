//! From intent to levels: walks the query once, collecting columns, conditions and the output template.

mod anything;
mod hits;
mod shape;

pub use shape::{cursor_shape, junction_cursor_shape};

use super::{
    Cursor, EdgeItem, Encoder, IdentifiedTemplate, Item, Level, ListPartTemplate, ListTemplate, ObjectTemplate,
    PageInfoItem, Plan, Root,
    condition::Conditions,
    expression::Instant,
    joins::{Column, Join, Place},
    order::{self, Joins, Key},
    render,
    sql::{Param, Params, Source, literal, quote},
    template::prefix,
};
use crate::{
    column::{ColumnType, Dialect},
    query::{
        Deleted, EdgePart, Filter, List, ListPart, Object, Operand, Order, Output, OutputValue, PageInfoPart, Query,
    },
};
use kontor_metadata::model::{Catalog, Connection, ConnectionId, Field, Module, ModuleId, Via};
use shape::{instant, wants_cursor, wants_more, wants_rows, wants_total};

/// What cursors of an order that changes with time carry behind their keys: moment and day.
const TIME: [ColumnType; 2] = [ColumnType::Timestamp, ColumnType::Date];

/// Most ids of one list of them.
pub const MOST_IDS: u64 = 1_000;

/// A level while it is being built.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) parent: Option<usize>,
    /// Its own parameters, on SQLite.
    pub(super) params: Params,
    pub(super) alias: String,
    /// Tables, with aliases.
    pub(super) from: String,
    pub(super) condition: String,
    pub(super) columns: Vec<Column>,
    /// Records joined to the rows.
    pub(super) joins: Vec<Join>,
    pub(super) keys: Vec<Key>,
    /// Moment and day that the keys are computed for, where they change with time.
    time: Vec<String>,
    pub(super) backward: bool,
    pub(super) limit: Option<usize>,
    pub(super) offset: Option<String>,
    /// A count of rows rather than rows.
    pub(super) total: bool,
    /// Groups of rows rather than rows.
    pub(super) groups: Option<Groups>,
}

/// How the rows of a level are grouped.
#[derive(Debug)]
pub(super) struct Groups {
    /// So many of the first columns are the keys.
    pub(super) keys: usize,
    /// Condition on groups.
    pub(super) having: Option<String>,
}

pub(super) struct Builder<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) dialect: Dialect,
    pub(super) conditions: Conditions<'a>,
    /// Parameters of the one statement, on PostgreSQL.
    shared: Params,
    pub(super) drafts: Vec<Draft>,
    /// Most rows per row of the parent, by level.
    fan_out: Vec<u64>,
    /// Whether the caller has just written the records of the root, and so is told of them whatever it may read.
    written: bool,
}

/// Where the rows of a level come from, seen from the row of the parent.
pub(super) struct Parent<'a> {
    pub(super) place: Place,
    module: &'a Module,
    connection: &'a Connection,
}

impl<'a> Builder<'a> {
    pub(super) fn new(dialect: Dialect, conditions: Conditions<'a>, written: bool) -> Self {
        Self {
            catalog: conditions.catalog,
            dialect,
            conditions,
            written,
            shared: Params::new(dialect),
            drafts: Vec::new(),
            fan_out: Vec::new(),
        }
    }

    pub(super) fn build(mut self, query: &Query) -> Plan {
        let root = match query {
            Query::One { id, deleted, object } => {
                let level = self.by_id(*id, *deleted, object.module);
                Root::One(self.object(level, object))
            }
            Query::AnyOf { id, cases } => {
                let mut templates = Vec::with_capacity(cases.len());
                for object in cases {
                    let level = self.by_id(*id, Deleted::Exclude, object.module);
                    templates.push((level, self.object(level, object)));
                }
                Root::AnyOf(templates)
            }
            Query::Many(list) => Root::Many(self.list(None, list)),
            Query::Each { ids, cases } => Root::Each(*ids, self.each(*ids, cases)),
            Query::Groups(groups) => Root::All(self.aggregation(None, groups).1),
            Query::Search(hits) => Root::All(self.hits(hits)),
        };
        let rows_at_most = self.rows_at_most();
        let drafts = std::mem::take(&mut self.drafts);
        match self.dialect {
            Dialect::Postgres => {
                let (statement, slots) = render::postgres(&drafts, self.shared);
                let levels = drafts.into_iter().zip(slots).map(|(d, slots)| level(d, slots, None)).collect();
                Plan { levels, root, statement: Some(statement), rows_at_most }
            }
            Dialect::Sqlite => {
                let statements: Vec<_> = drafts.iter().map(render::sqlite).collect();
                let levels = drafts.into_iter().zip(statements).map(|(d, s)| level(d, Vec::new(), Some(s))).collect();
                Plan { levels, root, statement: None, rows_at_most }
            }
        }
    }

    /// A root level of the record with an id.
    fn by_id(&mut self, id: Operand, deleted: Deleted, module: ModuleId) -> usize {
        let (module, written) = (self.catalog.module(module), self.written);
        self.level(None, module, Some(1), |conditions, params, alias, _| {
            let id = params.operand(id, ColumnType::Uuid);
            let scope = conditions.scope_of(written, params, module, alias, deleted);
            format!("{alias}.\"id\" = {id} AND {scope}")
        })
    }

    /// Root levels of the records with some ids, one per module.
    fn each(&mut self, ids: Operand, cases: &[Object]) -> Vec<IdentifiedTemplate> {
        let mut templates = Vec::with_capacity(cases.len());
        for object in cases {
            let (module, written) = (self.catalog.module(object.module), self.written);
            let fan_out = MOST_IDS.div_ceil(cases.len() as u64);
            let level = self.level(None, module, Some(fan_out), |conditions, params, alias, _| {
                let listed = params.is_one_of(&format!("{alias}.\"id\""), ids, ColumnType::Uuid);
                let scope = conditions.scope_of(written, params, module, alias, Deleted::Exclude);
                format!("{listed} AND {scope}")
            });
            let id = self.column_of(level, "id", ColumnType::Uuid);
            templates.push(IdentifiedTemplate { level, id, object: self.object(level, object) });
        }
        templates
    }

    fn rows_at_most(&self) -> u64 {
        let mut rows = vec![1_u64; self.drafts.len()];
        for (n, draft) in self.drafts.iter().enumerate() {
            let parents = draft.parent.map_or(1, |p| rows[p]);
            rows[n] = parents.saturating_mul(self.fan_out[n]);
        }
        let joined = |draft: &Draft| draft.joins.len() as u64 + 1;
        rows.iter().zip(&self.drafts).fold(0, |sum, (n, draft)| sum.saturating_add(n.saturating_mul(joined(draft))))
    }

    /// Opens a level over a module's table. `condition` is written with the level's parameters and alias, and a way to
    /// name a column of the parent's row.
    fn level(
        &mut self,
        parent: Option<usize>,
        module: &Module,
        fan_out: Option<u64>,
        condition: impl FnOnce(&mut Conditions<'a>, &mut Params, &str, Dialect) -> String,
    ) -> usize {
        let number = self.drafts.len();
        let alias = format!("t{number}");
        let mut params = self.open_params();
        let condition = condition(&mut self.conditions, &mut params, &alias, self.dialect);
        let from = format!("{} {alias}", quote(&module.table));
        self.push(
            Draft {
                parent,
                params: Params::new(self.dialect),
                alias,
                from,
                condition,
                columns: Vec::new(),
                joins: Vec::new(),
                keys: Vec::new(),
                time: Vec::new(),
                backward: false,
                limit: None,
                offset: None,
                total: false,
                groups: None,
            },
            params,
            fan_out.unwrap_or(1),
        )
    }

    fn push(&mut self, mut draft: Draft, params: Params, fan_out: u64) -> usize {
        match self.dialect {
            Dialect::Postgres => self.shared = params,
            Dialect::Sqlite => draft.params = params,
        }
        self.drafts.push(draft);
        self.fan_out.push(fan_out);
        self.drafts.len() - 1
    }

    fn open_params(&mut self) -> Params {
        match self.dialect {
            Dialect::Postgres => std::mem::replace(&mut self.shared, Params::new(self.dialect)),
            Dialect::Sqlite => Params::new(self.dialect),
        }
    }

    /// The parameters that a level adds to, until they are put back.
    pub(super) fn take_params(&mut self, level: usize) -> Params {
        match self.dialect {
            Dialect::Postgres => self.open_params(),
            Dialect::Sqlite => std::mem::replace(&mut self.drafts[level].params, Params::new(self.dialect)),
        }
    }

    pub(super) fn put_params(&mut self, level: usize, params: Params) {
        match self.dialect {
            Dialect::Postgres => self.shared = params,
            Dialect::Sqlite => self.drafts[level].params = params,
        }
    }

    /// The index of a column of a level, added where it is not read yet.
    pub(super) fn column(&mut self, level: usize, expression: &str, ty: ColumnType) -> usize {
        let columns = &mut self.drafts[level].columns;
        columns.iter().position(|c| c.expression == expression).unwrap_or_else(|| {
            columns.push(Column::own(expression, ty));
            columns.len() - 1
        })
    }

    /// The index of the column that holds a field's value.
    fn value(&mut self, place: Place, module: &Module, field: &Field, ty: ColumnType) -> usize {
        let alias = self.alias_of(place).to_owned();
        let mut params = self.take_params(place.level);
        let expression = self.conditions.field(&mut params, module, &alias, field, None);
        self.put_params(place.level, params);
        self.column_at(place, expression, ty)
    }

    /// The index of a column that belongs to a field.
    fn column_for(&mut self, place: Place, module: &Module, field: &Field, column: &str, ty: ColumnType) -> usize {
        let alias = self.alias_of(place).to_owned();
        let mut params = self.take_params(place.level);
        let expression = self.conditions.column(&mut params, module, &alias, field.id, column);
        self.put_params(place.level, params);
        self.column_at(place, expression, ty)
    }

    /// The index of the column of a relation's id.
    fn link_of(&mut self, place: Place, module: &Module, field: &Field) -> usize {
        self.column_for(place, module, field, &field.column, ColumnType::Uuid)
    }

    /// The index of the column that names the module that a polymorphic relation leads to.
    fn type_of(&mut self, place: Place, module: &Module, field: &Field) -> usize {
        let column = field.type_column().unwrap_or_default();
        self.column_for(place, module, field, &column, ColumnType::Text)
    }

    fn object(&mut self, place: impl Into<Place>, object: &Object) -> ObjectTemplate {
        let place = place.into();
        let module = self.catalog.module(object.module);
        let mut items = Vec::with_capacity(object.fields.len());
        for (n, Output { key, value }) in object.fields.iter().enumerate() {
            let prefix = prefix(n == 0, key);
            items.push(match value {
                OutputValue::Constant(json) => Item::Constant([&prefix[..], json.as_bytes()].concat().into()),
                OutputValue::Field(field) => {
                    let field = module.field(*field);
                    let ty = ColumnType::of(field).expect("the gateway selects fields with a value only");
                    let column = self.value(place, module, field, ty);
                    Item::Column { prefix, column, encoder: Encoder::of(field, ty) }
                }
                OutputValue::TypeOf(field) => {
                    let column = self.type_of(place, module, module.field(*field));
                    Item::Column { prefix, column, encoder: Encoder::Plain(ColumnType::Text) }
                }
                OutputValue::FileAddress(base) => {
                    let of = |builder: &mut Self, column: &str| match module.find("url") {
                        Some(url) => builder.column_for(place, module, url, column, ColumnType::Text),
                        None => builder.column_of(place, column, ColumnType::Text),
                    };
                    Item::FileAddress {
                        prefix,
                        key: of(self, "storage_key"),
                        id: self.column_of(place, "id", ColumnType::Uuid),
                        elsewhere: of(self, "url"),
                        base: base.as_bytes().into(),
                    }
                }
                OutputValue::One { relation, object } => {
                    let link = self.link_of(place, module, module.field(*relation));
                    match self.join(place, link, self.catalog.module(object.module)) {
                        Some(joined) => {
                            let id = self.column_of(joined, "id", ColumnType::Uuid);
                            Item::Joined { prefix, id, object: self.object(joined, object) }
                        }
                        None => {
                            let (level, object) = self.related(place.level, link, None, object);
                            Item::One { prefix, level, object }
                        }
                    }
                }
                OutputValue::AnyOf { relation, cases } => {
                    let field = module.field(*relation);
                    let (id, ty) = (self.link_of(place, module, field), self.type_of(place, module, field));
                    let cases = cases.iter().map(|case| self.related(place.level, id, Some(ty), case)).collect();
                    Item::AnyOf { prefix, cases }
                }
                OutputValue::Many { connection, list } => {
                    let list = Box::new(self.connection(place, module, *connection, list));
                    Item::List { prefix, list }
                }
                OutputValue::Groups { connection, groups } => {
                    let parent = Parent { place, module, connection: module.connection(*connection) };
                    let (level, object) = self.aggregation(Some(&parent), groups);
                    Item::Groups { prefix, level, object }
                }
            });
        }
        ObjectTemplate { items }
    }

    /// The record whose id is in a column of the parent, if its module is the one named in another column.
    fn related(&mut self, parent: usize, id: usize, ty: Option<usize>, object: &Object) -> (usize, ObjectTemplate) {
        let module = self.catalog.module(object.module);
        let level = self.level(Some(parent), module, Some(1), |conditions, params, alias, _| {
            let id = parent_column(params, id, ColumnType::Uuid);
            let typed = ty
                .map(|ty| format!("{} = {} AND ", parent_column(params, ty, ColumnType::Text), literal(&module.name)))
                .unwrap_or_default();
            let scope = conditions.scope(params, module, alias, Deleted::Exclude);
            format!("{typed}{alias}.\"id\" = {id} AND {scope}")
        });
        // Without it PostgreSQL may turn the lateral join into a hash join, whose rows come in another order.
        self.drafts[level].limit = (self.dialect == Dialect::Postgres).then_some(1);
        (level, self.object(level, object))
    }

    fn connection(&mut self, place: Place, module: &'a Module, id: ConnectionId, list: &List) -> ListTemplate {
        let connection = module.connection(id);
        let parent = Parent { place, module, connection };
        match &connection.via {
            Via::Junction { other_type: Some(other_type), .. } => self.anything(&parent, other_type, list),
            _ => self.list(Some(&parent), list),
        }
    }

    fn list(&mut self, parent: Option<&Parent<'a>>, list: &List) -> ListTemplate {
        let module = self.catalog.module(list.module);
        let parent_id = parent.map(|p| self.column_of(p.place, "id", ColumnType::Uuid));
        let total = wants_total(list).then(|| {
            self.conditions.looks_at_all = parent.is_none();
            let level = self.matching(parent, parent_id, module, list.deleted, list.filter.as_ref(), 1);
            self.conditions.looks_at_all = false;
            self.drafts[level].total = true;
            self.drafts[level].columns.push(Column::own("count(*)", ColumnType::BigInt));
            level
        });
        let level = wants_rows(list).then(|| {
            let size = u64::from(list.page.size);
            self.conditions.skips = list.page.offset.is_some();
            let level = self.matching(parent, parent_id, module, list.deleted, list.filter.as_ref(), size);
            self.conditions.skips = false;
            self.order_and_page(level, module, list);
            level
        });
        self.list_template(level, total, module, list)
    }

    /// A level of the records that belong to the parent and meet the filter.
    pub(super) fn matching(
        &mut self,
        parent: Option<&Parent<'a>>,
        parent_id: Option<usize>,
        module: &'a Module,
        deleted: Deleted,
        filter: Option<&Filter>,
        fan_out: u64,
    ) -> usize {
        self.level(parent.map(|p| p.place.level), module, Some(fan_out), |conditions, params, alias, _| {
            let mut parts = Vec::with_capacity(3);
            if let (Some(parent), Some(id)) = (parent, parent_id) {
                let id = parent_column(params, id, ColumnType::Uuid);
                parts.push(conditions.link(params, parent.module, &parent.connection.via, module, alias, &id));
            }
            parts.push(conditions.scope(params, module, alias, deleted));
            if let Some(filter) = filter {
                conditions.of_parent = parent.is_some();
                parts.push(conditions.filter(params, module.id, alias, filter));
            }
            parts.join(" AND ")
        })
    }

    fn order_and_page(&mut self, level: usize, module: &'a Module, list: &List) {
        let mut params = self.take_params(level);
        let draft = &mut self.drafts[level];
        let order: &[Order] = &list.order;
        let alias = draft.alias.clone();
        let moves = order::moves(self.catalog, module, order);
        let instant = list.page.after.as_deref().or(list.page.before.as_deref()).filter(|_| moves).and_then(instant);
        let mut joins = Joins::default();
        draft.keys = order::keys(&mut self.conditions, &mut params, module, &alias, order, instant, &mut joins);
        draft.from.push_str(&joins.sql);
        if moves {
            draft.time = match instant {
                Some(Instant { now, today }) => {
                    vec![params.operand(now, ColumnType::Timestamp), params.operand(today, ColumnType::Date)]
                }
                None => vec![params.now(), params.today()],
            };
        }
        for (position, before) in [(&list.page.after, false), (&list.page.before, true)] {
            if let Some(position) = position {
                let position = &position[..position.len().min(draft.keys.len())];
                let condition = order::beyond(&mut params, &draft.keys, position, before);
                draft.condition.push_str(&format!(" AND {condition}"));
            }
        }
        draft.backward = list.page.backward;
        draft.limit = Some(list.page.size as usize + usize::from(wants_more(list)));
        draft.offset = list.page.offset.map(|o| params.operand(o, ColumnType::BigInt));
        self.put_params(level, params);
        if list.page.backward {
            self.key_columns(level);
        }
    }

    /// Columns of the order keys and of the time that they are computed for, which a cursor is made of and a page read
    /// backwards is put in order by.
    fn key_columns(&mut self, level: usize) -> Vec<(usize, ColumnType)> {
        let (keys, time) = (self.drafts[level].keys.clone(), self.drafts[level].time.clone());
        let keys = keys.into_iter().map(|k| (k.expression, k.ty)).chain(time.into_iter().zip(TIME));
        keys.map(|(expression, ty)| (self.column(level, &expression, ty), ty)).collect()
    }

    fn list_template(
        &mut self,
        level: Option<usize>,
        total: Option<usize>,
        module: &Module,
        list: &List,
    ) -> ListTemplate {
        let cursor = level.filter(|_| wants_cursor(list)).map(|level| Cursor {
            fingerprint: order::fingerprint(module, &self.drafts[level].keys),
            columns: self.key_columns(level),
        });
        let rows = || level.expect("a level of rows was opened for every list with a part that needs them");
        let mut parts = Vec::with_capacity(list.parts.len());
        for (n, (key, part)) in list.parts.iter().enumerate() {
            let part = match part {
                ListPart::Constant(json) => ListPartTemplate::Constant(json.as_bytes().into()),
                ListPart::Nodes(object) => ListPartTemplate::Nodes(self.object(rows(), object)),
                ListPart::NodesAnyOf(cases) => ListPartTemplate::NodesAnyOf(self.any_of(rows(), cases)),
                ListPart::Edges(edge) => ListPartTemplate::Edges(self.edge(rows(), edge)),
                ListPart::PageInfo(info) => ListPartTemplate::PageInfo(
                    info.iter().enumerate().map(|(n, (key, part))| (prefix(n == 0, key), page_info(part))).collect(),
                ),
                ListPart::TotalCount => ListPartTemplate::Total,
            };
            parts.push((prefix(n == 0, key), part));
        }
        let page = &list.page;
        ListTemplate {
            level,
            total,
            size: page.size as usize,
            backward: page.backward,
            more_behind: page.offset.is_some()
                || if page.backward { page.before.is_some() } else { page.after.is_some() },
            cursor,
            parts,
        }
    }

    fn any_of(&mut self, level: usize, cases: &[Object]) -> Vec<(usize, ObjectTemplate)> {
        cases.iter().map(|case| self.related(level, 0, Some(1), case)).collect()
    }

    fn edge(&mut self, level: usize, edge: &[(String, EdgePart)]) -> Vec<(Box<[u8]>, EdgeItem)> {
        let mut items = Vec::with_capacity(edge.len());
        for (n, (key, part)) in edge.iter().enumerate() {
            let item = match part {
                EdgePart::Constant(json) => EdgeItem::Constant(json.as_bytes().into()),
                EdgePart::Cursor => EdgeItem::Cursor,
                EdgePart::Node(object) => EdgeItem::Node(self.object(level, object)),
                EdgePart::NodeAnyOf(cases) => EdgeItem::NodeAnyOf(self.any_of(level, cases)),
            };
            items.push((prefix(n == 0, key), item));
        }
        items
    }
}

fn level(draft: Draft, slots: Vec<usize>, statement: Option<super::Statement>) -> Level {
    Level { parent: draft.parent, columns: draft.columns.into_iter().map(|c| c.ty).collect(), slots, statement }
}

/// A column of the parent's row: `q` in the lateral join of PostgreSQL, a parameter on SQLite.
fn parent_column(params: &mut Params, column: usize, ty: ColumnType) -> String {
    match params.dialect {
        Dialect::Postgres => format!("q.c{column}"),
        Dialect::Sqlite => params.add(Param { source: Source::Parent(column), ty, list: false, like: None }),
    }
}

fn page_info(part: &PageInfoPart) -> PageInfoItem {
    match part {
        PageInfoPart::Constant(json) => PageInfoItem::Constant(json.as_bytes().into()),
        PageInfoPart::HasNextPage => PageInfoItem::HasNextPage,
        PageInfoPart::HasPreviousPage => PageInfoItem::HasPreviousPage,
        PageInfoPart::StartCursor => PageInfoItem::StartCursor,
        PageInfoPart::EndCursor => PageInfoItem::EndCursor,
    }
}
