//! Lists and connections: filter, order, page, and what is selected of them.

use super::{
    Leaf, Lowering, Selected,
    argument::Argument,
    operand::{CursorText, OperandSource},
};
use crate::{
    error::Error,
    limits,
    schema::{
        is_anything,
        model::{Bind, InputBind, PagePart},
    },
};
use async_graphql::parser::types::SelectionSet;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kontor_domain::{
    column::ColumnType,
    plan,
    query::{Deleted, EdgePart, Filter, List, ListPart, Object, Operand, Order, Page, PageInfoPart, Test},
};
use kontor_metadata::{
    model::{ConnectionId, FieldId, FieldType, Module, ModuleId},
    naming,
};

/// Records on a page unless said otherwise.
const DEFAULT_PAGE: u32 = 50;
/// Most records on a page.
const LARGEST_PAGE: i64 = 1_000;

/// Most keys of an order, and most relations in them: SQLite joins 64 tables at most.
const MOST_KEYS: usize = 20;

/// What the nodes of a list are.
enum Nodes<'m> {
    Of(ModuleId),
    AnyOf(&'m [ModuleId]),
}

impl<'a> Lowering<'a> {
    /// A root list.
    pub(super) fn list(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<List, Error> {
        self.list_in(Vec::new(), module, selected)
    }

    /// What was done to records, or to one of them: a root list, newest first.
    pub(super) fn audit_log(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<List, Error> {
        let of = self.catalog.module(module);
        let newest = of.find("created_at").map(|field| Order {
            path: Vec::new(),
            field: field.id,
            descending: true,
            nulls_first: true,
        });
        let mut list = self.list_in(newest.into_iter().collect(), module, selected)?;
        let record = self.optional_operand(selected, "record", Leaf::Id)?;
        if let (Some(record), Some(field)) = (record, of.find("record")) {
            let parts = [Filter::Field(field.id, Test::Eq(record))].into_iter().chain(list.filter);
            list.filter = Some(Filter::All(parts.collect()));
        }
        Ok(list)
    }

    /// A list in this order unless another is asked for.
    fn list_in(&mut self, order: Vec<Order>, module: ModuleId, selected: &Selected<'a>) -> Result<List, Error> {
        let filter = self.filter_argument(module, selected)?;
        let order = match self.argument(selected.field, "orderBy").filter(|given| !given.is_null()) {
            Some(given) => self.order(module, &given)?,
            None => order,
        };
        let shape = plan::cursor_shape(self.catalog, module, &order);
        let page = self.page(selected, &shape)?;
        let deleted = self.deleted(selected);
        let ty = naming::connection_type(&self.catalog.module(module).name);
        let parts = self.parts(&ty, &Nodes::Of(module), &selected.sets)?;
        Ok(List { module, filter, order, page, deleted, parts })
    }

    /// What the arguments `filter` and `search` ask for.
    pub(super) fn filter_argument(
        &mut self,
        module: ModuleId,
        selected: &Selected<'a>,
    ) -> Result<Option<Filter>, Error> {
        let filter = match self.argument(selected.field, "filter") {
            Some(filter) if !filter.is_null() => Some(self.filter(module, &filter)?),
            _ => None,
        };
        self.searched(module, selected, filter)
    }

    pub(super) fn deleted(&self, selected: &Selected<'a>) -> Deleted {
        match self.argument(selected.field, "deleted").as_ref().and_then(Argument::name) {
            Some("INCLUDE") => Deleted::Include,
            Some("ONLY") => Deleted::Only,
            _ => Deleted::Exclude,
        }
    }

    /// The list of a connection.
    pub(super) fn connection(
        &mut self,
        module: &'a Module,
        id: ConnectionId,
        selected: &Selected<'a>,
    ) -> Result<List, Error> {
        let connection = module.connection(id);
        if !is_anything(connection) {
            return self.list(connection.targets[0], selected);
        }
        let shape = plan::junction_cursor_shape(module, connection).unwrap_or_default();
        let page = self.page(selected, &shape)?;
        let ty = naming::connection_type(&naming::union_type(&module.name, &connection.name));
        let parts = self.parts(&ty, &Nodes::AnyOf(&connection.targets), &selected.sets)?;
        Ok(List { module: module.id, filter: None, order: Vec::new(), page, deleted: Deleted::Exclude, parts })
    }

    fn order(&mut self, module: ModuleId, order: &Argument<'a>) -> Result<Vec<Order>, Error> {
        let keys = self.items(order);
        let keys = keys.iter().map(|key| self.order_key(module, key, Vec::new())).collect::<Result<Vec<_>, _>>()?;
        let joins: usize = keys.iter().map(|key| key.path.len()).sum();
        if keys.len() > MOST_KEYS || joins > MOST_KEYS {
            let message = format!("`orderBy` may have {MOST_KEYS} keys and go through {MOST_KEYS} relations at most.");
            return Err(limits::exceeded("orderKeys", keys.len().max(joins) as u64, MOST_KEYS as u64, message));
        }
        Ok(keys)
    }

    pub(super) fn order_key(
        &mut self,
        module: ModuleId,
        key: &Argument<'a>,
        mut path: Vec<FieldId>,
    ) -> Result<Order, Error> {
        let module = self.catalog.module(module);
        let entries = self.entries(key);
        let [(name, value)] = entries.as_slice() else {
            return Err(Error::input(
                "Each key of `orderBy` must be an object with exactly one key, as in [{name: ASC}, {createdAt: DESC}].",
            ));
        };
        let ty = &self.types.inputs[&naming::order_type(&module.name)];
        match ty.fields.get(*name).map(|f| f.bind) {
            Some(InputBind::Related(relation)) => {
                let FieldType::Relation { to, .. } = module.field(relation).ty else {
                    unreachable!("bound to relations only")
                };
                self.permit_field(module, relation)?;
                self.permit_module(to)?;
                path.push(relation);
                self.order_key(to, value, path)
            }
            Some(InputBind::Field(field)) => {
                self.permit_field(module, field)?;
                let (descending, nulls_first) = direction(name, value)?;
                Ok(Order { path, field, descending, nulls_first })
            }
            _ => Err(Error::input(format!("There is no order by \"{name}\"."))),
        }
    }

    fn page(&mut self, selected: &Selected<'a>, shape: &(u32, Vec<ColumnType>)) -> Result<Page, Error> {
        let (first, last) = (self.size(selected, "first")?, self.size(selected, "last")?);
        let (size, backward) = match (first, last) {
            (Some(_), Some(_)) => return Err(Error::input("Give either `first` or `last`, not both.")),
            (Some(size), None) => (size, false),
            (None, Some(size)) => (size, true),
            (None, None) => (DEFAULT_PAGE, false),
        };
        let after = self.position(selected, "after", shape)?;
        let before = self.position(selected, "before", shape)?;
        let offset = self.offset(selected)?;
        Ok(Page { size, backward, after, before, offset })
    }

    pub(super) fn offset(&mut self, selected: &Selected<'a>) -> Result<Option<Operand>, Error> {
        match self.argument(selected.field, "offset") {
            Some(offset) if !offset.is_null() => match offset.integer() {
                Some(n) if n >= 0 => Ok((n > 0).then(|| self.constant(kontor_domain::value::Value::Integer(n)))),
                _ => Err(Error::input("`offset` must not be negative.")),
            },
            _ => Ok(None),
        }
    }

    pub(super) fn size(&self, selected: &Selected<'a>, name: &str) -> Result<Option<u32>, Error> {
        let Some(argument) = self.argument(selected.field, name).filter(|a| !a.is_null()) else { return Ok(None) };
        match argument.integer() {
            Some(size @ 0..=LARGEST_PAGE) => Ok(u32::try_from(size).ok()),
            _ => Err(Error::input(format!(
                "`{name}` must be between 0 and {LARGEST_PAGE}; go on with `after` or `before` for more."
            ))),
        }
    }

    fn position(
        &mut self,
        selected: &Selected<'a>,
        name: &str,
        (fingerprint, types): &(u32, Vec<ColumnType>),
    ) -> Result<Option<Vec<Option<Operand>>>, Error> {
        let Some(argument) = self.argument(selected.field, name).filter(|a| !a.is_null()) else { return Ok(None) };
        let text = argument.text().unwrap_or_default();
        let keys = kontor_domain::cursor::read(text, *fingerprint, types)
            .map_err(|e| Error::input(format!("`{name}`: {e}.")))?;
        let mut operands = Vec::with_capacity(keys.len());
        for (key, value) in keys.iter().enumerate() {
            let cursor = match &argument {
                Argument::Literal(_) => CursorText::Constant(text.to_owned()),
                Argument::Given { variable, .. } => CursorText::Variable(*variable),
            };
            let source = OperandSource::CursorKey { cursor, key, fingerprint: *fingerprint, types: types.clone() };
            operands.push((!value.is_null()).then(|| self.push(source)));
        }
        Ok(Some(operands))
    }

    fn parts(
        &mut self,
        ty: &str,
        nodes: &Nodes<'_>,
        sets: &[&'a SelectionSet],
    ) -> Result<Vec<(String, ListPart)>, Error> {
        let mut parts = Vec::new();
        for selected in self.collect(ty, sets) {
            let part = match self.page_part(ty, &selected) {
                Some(PagePart::Edges) => ListPart::Edges(self.edge(ty, nodes, &selected.sets)?),
                Some(PagePart::Nodes) => match nodes {
                    Nodes::Of(module) => ListPart::Nodes(self.object(*module, &selected.sets)?),
                    Nodes::AnyOf(modules) => ListPart::NodesAnyOf(self.cases(modules, &selected.sets)?),
                },
                Some(PagePart::PageInfo) => ListPart::PageInfo(self.page_info(&selected.sets)),
                Some(PagePart::TotalCount) => {
                    self.scans += 1;
                    ListPart::TotalCount
                }
                _ => ListPart::Constant(format!("\"{ty}\"")),
            };
            parts.push((selected.key, part));
        }
        Ok(parts)
    }

    fn page_part(&self, ty: &str, selected: &Selected<'a>) -> Option<PagePart> {
        match self.types.objects.get(ty)?.fields.get(selected.field.name.node.as_str())?.bind {
            Bind::Page(part) => Some(part),
            _ => None,
        }
    }

    fn edge(
        &mut self,
        connection: &str,
        nodes: &Nodes<'_>,
        sets: &[&'a SelectionSet],
    ) -> Result<Vec<(String, EdgePart)>, Error> {
        let ty = self.types.objects[connection].fields["edges"].ty.name.clone();
        let mut parts = Vec::new();
        for selected in self.collect(&ty, sets) {
            let part = match self.page_part(&ty, &selected) {
                Some(PagePart::Cursor) => EdgePart::Cursor,
                Some(PagePart::Node) => match nodes {
                    Nodes::Of(module) => EdgePart::Node(self.node(*module, &selected)?),
                    Nodes::AnyOf(modules) => EdgePart::NodeAnyOf(self.cases(modules, &selected.sets)?),
                },
                _ => EdgePart::Constant(format!("\"{ty}\"")),
            };
            parts.push((selected.key, part));
        }
        Ok(parts)
    }

    fn node(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Object, Error> {
        self.object(module, &selected.sets)
    }

    fn page_info(&self, sets: &[&'a SelectionSet]) -> Vec<(String, PageInfoPart)> {
        let part = |selected: &Selected<'a>| match self.page_part("PageInfo", selected) {
            Some(PagePart::HasNextPage) => PageInfoPart::HasNextPage,
            Some(PagePart::HasPreviousPage) => PageInfoPart::HasPreviousPage,
            Some(PagePart::StartCursor) => PageInfoPart::StartCursor,
            Some(PagePart::EndCursor) => PageInfoPart::EndCursor,
            _ => PageInfoPart::Constant("\"PageInfo\"".to_owned()),
        };
        let selected = self.collect("PageInfo", sets);
        selected.into_iter().map(|selected| (selected.key.clone(), part(&selected))).collect()
    }
}

/// Whether the largest comes first, and whether nulls do.
pub(super) fn direction(name: &str, value: &Argument<'_>) -> Result<(bool, bool), Error> {
    let direction =
        value.name().ok_or_else(|| Error::input(format!("The direction of \"{name}\" is missing: ASC or DESC.")))?;
    let nulls_first = matches!(direction, "ASC_NULLS_FIRST" | "DESC_NULLS_FIRST" | "DESC");
    Ok((direction.starts_with("DESC"), nulls_first))
}

/// Which keys of a cursor are null; nothing for what is no cursor, which lowering refuses.
pub fn null_keys(cursor: &str) -> Vec<bool> {
    let plain = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
    let keys: Vec<serde_json::Value> = serde_json::from_slice(&plain).unwrap_or_default();
    keys.iter().map(serde_json::Value::is_null).collect()
}
