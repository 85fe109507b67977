//! Execution: selections over rows (GraphQL specification §6.3).

use super::{
    BadInput,
    cell::Cell,
    coerce::{self, Values},
    collect::{Group, Parts},
    filter::Condition,
    order,
    page::{Cursors, Page, Paging, Position, mark},
    world::{Deleted, Meaning, Row, World},
};
use apollo_compiler::{ast::Selection, schema::FieldDefinition};
use kontor_metadata::model::{Connection, Module, Via};
use serde_json::{Map, Value as Json, json};
use std::cell::RefCell;

/// One execution.
pub(super) struct Execution<'d, 'w> {
    pub(super) world: &'w World,
    pub(super) cursors: &'w Cursors,
    pub(super) parts: Parts<'d>,
    pub(super) variables: Values,
    /// What the marks in the answer stand for.
    pub(super) positions: RefCell<Vec<Position>>,
}

/// A record of a list to anything: its module and row, if the caller may see it.
type Anything<'w> = Option<(&'w Module, &'w Row)>;

/// Selects of an item of a list.
type Node<'n, 'd, T> = dyn Fn(&T, &[&'d [Selection]]) -> Result<Json, BadInput> + 'n;

impl<'d, 'w> Execution<'d, 'w> {
    pub(super) fn collect(&self, ty: &str, sets: &[&'d [Selection]]) -> Vec<Group<'d>> {
        self.parts.collect(&self.world.schema, &self.variables, ty, sets)
    }

    pub(super) fn definition(&self, ty: &str, group: &Group<'d>) -> &'w FieldDefinition {
        self.world.schema.type_field(ty, &group.field().name).unwrap()
    }

    pub(super) fn arguments(&self, ty: &str, group: &Group<'d>) -> Result<Values, BadInput> {
        let definitions = self.definition(ty, group).arguments.iter().map(|d| &**d);
        coerce::arguments(&self.world.schema, definitions, &group.field().arguments, &self.variables)
    }

    /// A record's selection.
    pub(super) fn record(&self, module: &'w Module, row: &Row, sets: &[&'d [Selection]]) -> Result<Json, BadInput> {
        let mut object = Map::new();
        for group in self.collect(&module.name, sets) {
            let name = group.field().name.as_str();
            let sets = group.selections();
            let value = match self.world.meaning(module, name) {
                _ if name == "__typename" => json!(module.name),
                Some(Meaning::Column(field)) => row[&field.column].json(field),
                Some(Meaning::TypeOf(field)) => row[&field.type_column().unwrap()].plain(),
                Some(Meaning::One(field, target)) => match self.world.find(target, &row[&field.column]) {
                    Some(other) => self.record(target, other, &sets)?,
                    None => Json::Null,
                },
                Some(Meaning::AnyOf(field)) => {
                    let to = row[&field.type_column().unwrap()].text();
                    self.anything(self.behind(to, &row[&field.column]), &sets)?
                }
                Some(Meaning::Many(connection)) => self.connection(module, row, connection, &group)?,
                Some(Meaning::Groups(connection)) => {
                    let target = self.world.catalog.module(connection.targets[0]);
                    let linked = |other: &Row| self.world.is_linked(module, connection, target, other, &row["id"]);
                    self.aggregate(target, &self.arguments(&module.name, &group)?, linked, &sets)?
                }
                None => panic!("{}: unknown field {name}", module.name),
            };
            object.insert(group.key.to_owned(), value);
        }
        Ok(Json::Object(object))
    }

    /// The record of a module with an id.
    fn behind(&self, module: Option<&str>, id: &Cell) -> Anything<'w> {
        let module = self.world.catalog.find(module?)?;
        Some((module, self.world.find(module, id)?))
    }

    fn anything(&self, record: Anything<'w>, sets: &[&'d [Selection]]) -> Result<Json, BadInput> {
        record.map_or(Ok(Json::Null), |(module, row)| self.record(module, row, sets))
    }

    fn connection(
        &self,
        module: &Module,
        row: &Row,
        connection: &'w Connection,
        group: &Group<'d>,
    ) -> Result<Json, BadInput> {
        let ty = self.definition(&module.name, group).ty.inner_named_type();
        let arguments = self.arguments(&module.name, group)?;
        if let via @ Via::Junction { other, other_type: Some(other_type), .. } = &connection.via {
            let mut links: Vec<_> = self
                .world
                .links(module, via, &row["id"])
                .into_iter()
                .map(|link| {
                    let record = self.behind(link[other_type].text(), &link[other]);
                    (vec![link[other].clone(), link[other_type].clone()], record)
                })
                .collect();
            let compare = |a: &[Cell], b: &[Cell]| a[0].compare(&b[0]).then(a[1].compare(&b[1]));
            links.sort_by(|(a, _), (b, _)| compare(a, b));
            let total = links.len();
            let page = Paging::read(ty, "", &arguments, self.cursors)?.cut(links, compare);
            return self
                .page(ty, &arguments, page, total, &group.selections(), &|record, sets| self.anything(*record, sets));
        }
        let target = self.world.catalog.module(connection.targets[0]);
        let linked = |other: &Row| self.world.is_linked(module, connection, target, other, &row["id"]);
        self.list(ty, target, &arguments, linked, &group.selections())
    }

    /// A list of records of one module.
    pub(super) fn list(
        &self,
        ty: &str,
        module: &'w Module,
        arguments: &Values,
        belongs: impl Fn(&Row) -> bool,
        sets: &[&'d [Selection]],
    ) -> Result<Json, BadInput> {
        let deleted = Deleted::read(arguments);
        let filter = arguments.get("filter").and_then(Json::as_object);
        let filter = Condition::read(self.world, module, filter.unwrap_or(&Map::new()))?;
        let keys = order::keys(self.world, module, arguments.get("orderBy"));
        let rows = self.world.visible(module, deleted).into_iter().filter(|row| belongs(row));
        let rows = rows.filter(|row| filter.holds(self.world, module, row) == Some(true));
        let mut rows: Vec<_> = rows.map(|row| (order::position(self.world, &keys, row), row)).collect();
        rows.sort_by(|(a, _), (b, _)| order::compare(&keys, a, b));
        let total = rows.len();
        let paging = Paging::read(ty, &order::description(&keys), arguments, self.cursors)?;
        let page = paging.cut(rows, |a, b| order::compare(&keys, a, b));
        self.page(ty, arguments, page, total, sets, &|row, sets| self.record(module, row, sets))
    }

    fn page<T>(
        &self,
        ty: &str,
        arguments: &Values,
        page: Page<T>,
        total: usize,
        sets: &[&'d [Selection]],
        node: &Node<'_, 'd, T>,
    ) -> Result<Json, BadInput> {
        let order = arguments.get("orderBy").cloned().unwrap_or_default();
        let module = ty.strip_suffix("Connection").and_then(|name| self.world.catalog.find(name));
        let keys_of = module.map(|m| order::description(&order::keys(self.world, m, Some(&order)))).unwrap_or_default();
        let cursor = |keys: &Vec<Cell>| {
            let position =
                Position { list: ty.to_owned(), order: order.clone(), keys_of: keys_of.clone(), keys: keys.clone() };
            mark(&mut self.positions.borrow_mut(), position)
        };
        let mut object = Map::new();
        for group in self.collect(ty, sets) {
            let sets = group.selections();
            let value = match group.field().name.as_str() {
                "__typename" => json!(ty),
                "totalCount" => json!(total),
                "nodes" => page.items.iter().map(|(_, item)| node(item, &sets)).collect::<Result<_, _>>()?,
                "edges" => {
                    let edge = self.definition(ty, &group).ty.inner_named_type();
                    let write =
                        |(keys, item): &(Vec<Cell>, T)| self.edge(edge, &sets, cursor(keys), |sets| node(item, sets));
                    page.items.iter().map(write).collect::<Result<_, _>>()?
                }
                "pageInfo" => {
                    let end = |item: Option<&(Vec<Cell>, T)>| item.map_or(Json::Null, |(keys, _)| cursor(keys));
                    self.flat("PageInfo", &sets, |name| match name {
                        "hasNextPage" => json!(page.has_next),
                        "hasPreviousPage" => json!(page.has_previous),
                        "startCursor" => end(page.items.first()),
                        "endCursor" => end(page.items.last()),
                        other => panic!("unknown field PageInfo.{other}"),
                    })
                }
                other => panic!("unknown field {ty}.{other}"),
            };
            object.insert(group.key.to_owned(), value);
        }
        Ok(Json::Object(object))
    }

    fn edge(
        &self,
        ty: &str,
        sets: &[&'d [Selection]],
        cursor: Json,
        node: impl Fn(&[&'d [Selection]]) -> Result<Json, BadInput>,
    ) -> Result<Json, BadInput> {
        let mut object = Map::new();
        for group in self.collect(ty, sets) {
            let value = match group.field().name.as_str() {
                "__typename" => json!(ty),
                "cursor" => cursor.clone(),
                "node" => node(&group.selections())?,
                other => panic!("unknown field {ty}.{other}"),
            };
            object.insert(group.key.to_owned(), value);
        }
        Ok(Json::Object(object))
    }

    /// An object of leaves.
    pub(super) fn flat(&self, ty: &str, sets: &[&'d [Selection]], value: impl Fn(&str) -> Json) -> Json {
        let leaf = |group: Group<'d>| {
            let name = group.field().name.as_str();
            (group.key.to_owned(), if name == "__typename" { json!(ty) } else { value(name) })
        };
        Json::Object(self.collect(ty, sets).into_iter().map(leaf).collect())
    }
}
