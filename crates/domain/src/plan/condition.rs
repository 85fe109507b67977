//! Filters, tenancy and deletion as SQL conditions.

use super::{
    search,
    sql::{Param, Params, Source, literal, quote},
};
use crate::{
    column::{ColumnType, Dialect},
    query::{Deleted, Filter, LikeForm, Operand, Quantifier, Test},
    rights::Rights,
};
use kontor_metadata::model::{Action, Catalog, ConnectionId, FieldId, FieldType, Level, Module, ModuleId, Trait, Via};

/// Writes conditions; aliases of sub-selects are numbered so that none hides another.
pub(super) struct Conditions<'a> {
    pub(super) catalog: &'a Catalog,
    /// Whether every row is looked at once, as for a count, rather than until a page is full. SQLite is then better off to
    /// find the related records first, all at once; PostgreSQL chooses by itself.
    pub(super) looks_at_all: bool,
    /// Whether the rows that are filtered are those of one record, as in a connection.
    pub(super) of_parent: bool,
    /// Whether rows that are found are skipped. SQLite 3.51 makes a join of an EXISTS, and of that all rows but the first one
    /// when it skips that; a LIMIT in the EXISTS keeps it from doing so.
    pub(super) skips: bool,
    /// Those of the caller; none for the program itself, whom nothing of an organisation is hidden from.
    pub(super) rights: Option<&'a Rights>,
    /// Whether what is written decides over rights, and so looks at fields whatever the caller may read.
    decides: bool,
    aliases: usize,
}

impl<'a> Conditions<'a> {
    pub(super) fn new(catalog: &'a Catalog, rights: &'a Rights) -> Self {
        Self { rights: Some(rights), ..Self::of_program(catalog) }
    }

    /// For what the program computes and looks for by itself.
    pub(super) fn of_program(catalog: &'a Catalog) -> Self {
        Self { catalog, looks_at_all: false, of_parent: false, skips: false, rights: None, decides: false, aliases: 0 }
    }

    /// Whether the caller may read a field of all of the records that it may read.
    pub(super) fn may_read_all(&self, module: ModuleId, field: FieldId) -> bool {
        self.rights.is_none_or(|rights| rights.may_read_all(module, field))
    }

    /// That the caller may read a field of the row `alias`; nothing where it may in all rows that it sees.
    pub(super) fn opened(
        &mut self,
        params: &mut Params,
        module: &Module,
        alias: &str,
        field: FieldId,
    ) -> Option<String> {
        let rights = self.rights.filter(|_| !self.decides)?;
        let reach = rights.reach_of_field(self.catalog, module.id, field, Action::Read)?;
        Some(self.permitted(params, module.id, alias, &reach))
    }

    /// A column that belongs to a field of the row `alias`, null where the caller may not read the field.
    pub(super) fn column(
        &mut self,
        params: &mut Params,
        module: &Module,
        alias: &str,
        field: FieldId,
        column: &str,
    ) -> String {
        let value = format!("{alias}.{}", quote(column));
        self.shown(params, module, alias, field, value)
    }

    /// A value that belongs to a field of the row `alias`, null where the caller may not read the field.
    pub(super) fn shown(
        &mut self,
        params: &mut Params,
        module: &Module,
        alias: &str,
        field: FieldId,
        value: String,
    ) -> String {
        match self.opened(params, module, alias, field) {
            None => value,
            Some(open) => format!("CASE WHEN {open} THEN {value} END"),
        }
    }

    /// A condition of rights: it looks at every field.
    pub(super) fn permitted(&mut self, params: &mut Params, module: ModuleId, alias: &str, reach: &Filter) -> String {
        let before = std::mem::replace(&mut self.decides, true);
        let condition = self.filter(params, module, alias, reach);
        self.decides = before;
        condition
    }

    pub(super) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("f{}", self.aliases)
    }

    /// What every table that is read must meet: the caller's organisation, not deleted unless asked for, and what the
    /// caller may read. This is the one place that confines a caller to that.
    pub(super) fn scope(&mut self, params: &mut Params, module: &Module, alias: &str, deleted: Deleted) -> String {
        let mut condition = self.confined(params, module, alias, deleted);
        if let Some(reach) = self.rights.and_then(|rights| rights.reach(self.catalog, module.id, Action::Read)) {
            condition.push_str(" AND ");
            condition.push_str(&self.permitted(params, module.id, alias, &reach));
        }
        condition
    }

    /// The same, or without rights where the caller has just `written` the record.
    pub(super) fn scope_of(
        &mut self,
        written: bool,
        params: &mut Params,
        module: &Module,
        alias: &str,
        deleted: Deleted,
    ) -> String {
        match written {
            true => self.confined(params, module, alias, deleted),
            false => self.scope(params, module, alias, deleted),
        }
    }

    /// That a link to a record of any module, in columns of a junction, leads to one that is there for the caller. Nothing
    /// is looked at of modules that it reads all of and that hide nothing when they delete.
    pub(super) fn there(
        &mut self,
        params: &mut Params,
        targets: &[ModuleId],
        alias: &str,
        (id, ty): (&str, &str),
    ) -> String {
        let mut condition = String::new();
        for target in targets.iter().map(|target| self.catalog.module(*target)) {
            let other_type = format!("{alias}.{} <> {}", quote(ty), literal(&target.name));
            match self.rights.map_or(Level::All, |rights| rights.level(target.id, Action::Read)) {
                Level::All if !target.has(Trait::SoftDelete) => {}
                Level::None => condition.push_str(&format!(" AND {other_type}")),
                Level::Own | Level::Team | Level::All => {
                    let other = self.alias();
                    let scope = self.scope(params, target, &other, Deleted::Exclude);
                    let (table, id) = (quote(&target.table), quote(id));
                    condition.push_str(&format!(
                        " AND ({other_type} OR EXISTS (SELECT 1 FROM {table} {other} WHERE {other}.\"id\" = {alias}.{id} AND {scope}))"
                    ));
                }
            }
        }
        condition
    }

    /// What [`Self::scope`] says, without rights: for what the program looks at.
    pub(super) fn confined(&self, params: &mut Params, module: &Module, alias: &str, deleted: Deleted) -> String {
        let mut condition = format!("{alias}.{} = {}", quote(&module.tenant), params.org());
        match (module.has(Trait::SoftDelete), deleted) {
            (_, Deleted::Include) | (false, Deleted::Exclude) => {}
            (true, Deleted::Exclude) => condition.push_str(&format!(" AND {alias}.\"deleted_at\" IS NULL")),
            (true, Deleted::Only) => condition.push_str(&format!(" AND {alias}.\"deleted_at\" IS NOT NULL")),
            (false, Deleted::Only) => condition.push_str(" AND FALSE"),
        }
        condition
    }

    /// A filter over the row `alias` of a module.
    pub(super) fn filter(&mut self, params: &mut Params, module: ModuleId, alias: &str, filter: &Filter) -> String {
        match filter {
            Filter::All(parts) => self.join(params, module, alias, parts, " AND ", "TRUE"),
            Filter::Any(parts) => self.join(params, module, alias, parts, " OR ", "FALSE"),
            Filter::Not(inner) => format!("NOT ({})", self.filter(params, module, alias, inner)),
            Filter::Field(field, test) => {
                let module = self.catalog.module(module);
                let field = module.field(*field);
                let ty = ColumnType::of(field).expect("the gateway offers filters on fields with a value only");
                let value = self.field(params, module, alias, field, None);
                self::test(params, &value, ty, *test)
            }
            Filter::TypeOf(field, test) => {
                let module = self.catalog.module(module);
                let column = module.field(*field).type_column();
                let column = column.expect("the gateway offers type filters on polymorphic relations only");
                let value = self.column(params, module, alias, *field, &column);
                self::test(params, &value, ColumnType::Text, *test)
            }
            Filter::In(field, circle) => {
                let column = quote(&self.catalog.module(module).field(*field).column);
                self.circle(params, &format!("{alias}.{column}"), *circle)
            }
            Filter::Shared(sharing) => self.shared(params, self.catalog.module(module), alias, *sharing),
            Filter::One(relation, inner) => self.related(params, module, alias, *relation, inner),
            Filter::Readable(relation, target) => {
                let field = self.catalog.module(module).field(*relation);
                let (target, other) = (self.catalog.module(*target), self.alias());
                let scope = self.scope(params, target, &other, Deleted::Include);
                format!(
                    "({alias}.{} = {} AND EXISTS (SELECT 1 FROM {} {other} WHERE {other}.\"id\" = {alias}.{} AND {scope}))",
                    quote(&field.type_column().unwrap_or_default()),
                    literal(&target.name),
                    quote(&target.table),
                    quote(&field.column)
                )
            }
            Filter::Search(query) => search::found(params, self.catalog.module(module), alias, *query, self.of_parent),
            Filter::Many(connection, quantifier, inner) => {
                self.connected(params, module, alias, *connection, *quantifier, inner)
            }
        }
    }

    fn join(
        &mut self,
        params: &mut Params,
        module: ModuleId,
        alias: &str,
        parts: &[Filter],
        with: &str,
        empty: &str,
    ) -> String {
        if parts.is_empty() {
            return empty.to_owned();
        }
        let parts: Vec<_> = parts.iter().map(|p| self.filter(params, module, alias, p)).collect();
        if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(with)) }
    }

    fn related(
        &mut self,
        params: &mut Params,
        module: ModuleId,
        alias: &str,
        relation: FieldId,
        inner: &Filter,
    ) -> String {
        let from = self.catalog.module(module);
        let field = from.field(relation);
        let FieldType::Relation { to, .. } = field.ty else {
            unreachable!("the gateway nests filters in relations only")
        };
        let target = self.catalog.module(to);
        let other = self.alias();
        let scope = self.scope(params, target, &other, Deleted::Exclude);
        let condition = self.filter(params, to, &other, inner);
        let (table, link) = (quote(&target.table), self.column(params, from, alias, relation, &field.column));
        if self.looks_at_all && params.dialect == Dialect::Sqlite {
            // Never unknown, as EXISTS never is.
            return format!(
                "({link} IS NOT NULL AND {link} IN (SELECT {other}.\"id\" FROM {table} {other} WHERE {scope} AND {condition}))"
            );
        }
        format!("EXISTS (SELECT 1 FROM {table} {other} WHERE {other}.\"id\" = {link} AND {scope} AND {condition})")
    }

    fn connected(
        &mut self,
        params: &mut Params,
        module: ModuleId,
        alias: &str,
        connection: ConnectionId,
        quantifier: Quantifier,
        inner: &Filter,
    ) -> String {
        let from = self.catalog.module(module);
        let connection = from.connection(connection);
        let to = connection.targets[0];
        let target = self.catalog.module(to);
        let other = self.alias();
        let link = self.link(params, from, &connection.via, target, &other, &format!("{alias}.\"id\""));
        let scope = self.scope(params, target, &other, Deleted::Exclude);
        let mut condition = self.filter(params, to, &other, inner);
        if quantifier == Quantifier::Every {
            // A record for which the condition is unknown does not meet it, so NOT alone would overlook it.
            condition = format!("({condition}) IS NOT TRUE");
        }
        let not = if quantifier == Quantifier::Some { "" } else { "NOT " };
        let limit = if self.skips && params.dialect == Dialect::Sqlite { " LIMIT 1" } else { "" };
        let table = quote(&target.table);
        format!("{not}EXISTS (SELECT 1 FROM {table} {other} WHERE {link} AND {scope} AND {condition}{limit})")
    }

    /// That the caller may read the field that a junction's links are written in, whichever side has it, as a further
    /// condition; empty where it may everywhere.
    fn opened_junction(
        &mut self,
        params: &mut Params,
        (from, id): (&Module, &str),
        (target, alias): (&Module, &str),
        junction: &str,
    ) -> String {
        let mut condition = String::new();
        if let Some(field) = from.link_field(junction) {
            let other = self.alias();
            if let Some(open) = self.opened(params, from, &other, field.id) {
                let (table, tenant, org) = (quote(&from.table), quote(&from.tenant), params.org());
                condition = format!(
                    " AND EXISTS (SELECT 1 FROM {table} {other} WHERE {other}.\"id\" = {id} AND {other}.{tenant} = {org} AND {open})"
                );
            }
        }
        if let Some(field) = target.link_field(junction)
            && let Some(open) = self.opened(params, target, alias, field.id)
        {
            condition.push_str(" AND ");
            condition.push_str(&open);
        }
        condition
    }

    /// That the row `alias` of `target` is linked to the record of `from` whose id is `id`.
    pub(super) fn link(
        &mut self,
        params: &mut Params,
        from: &Module,
        via: &Via,
        target: &Module,
        alias: &str,
        id: &str,
    ) -> String {
        match via {
            Via::ForeignKey { field } => {
                let open =
                    self.opened(params, target, alias, *field).map_or_else(String::new, |open| format!(" AND {open}"));
                format!("{alias}.{} = {id}{open}", quote(&target.field(*field).column))
            }
            Via::Polymorphic { field } => {
                let open =
                    self.opened(params, target, alias, *field).map_or_else(String::new, |open| format!(" AND {open}"));
                let field = target.field(*field);
                let (ty, name) = (quote(&field.type_column().unwrap_or_default()), literal(&from.name));
                format!("{alias}.{ty} = {name} AND {alias}.{} = {id}{open}", quote(&field.column))
            }
            Via::Junction { table, own, own_type, other, .. } => {
                let open = self.opened_junction(params, (from, id), (target, alias), table);
                let junction = self.alias();
                let typed = own_type
                    .as_ref()
                    .map(|c| format!(" AND {junction}.{} = {}", quote(c), literal(&from.name)))
                    .unwrap_or_default();
                format!(
                    "{alias}.\"id\" IN (SELECT {junction}.{} FROM {} {junction} WHERE {junction}.\"org\" = {}{typed} AND {junction}.{} = {id}){open}",
                    quote(other),
                    quote(table),
                    params.org(),
                    quote(own),
                )
            }
        }
    }
}

/// A test of an expression.
pub(super) fn test(params: &mut Params, column: &str, ty: ColumnType, test: Test) -> String {
    let mut compare = |operator: &str, operand: Operand| format!("{column} {operator} {}", params.operand(operand, ty));
    match test {
        Test::Eq(o) => compare("=", o),
        Test::Ne(o) => compare("<>", o),
        Test::Lt(o) => compare("<", o),
        Test::Lte(o) => compare("<=", o),
        Test::Gt(o) => compare(">", o),
        Test::Gte(o) => compare(">=", o),
        Test::In(o) => params.is_one_of(column, o, ty),
        Test::NotIn(o) => format!("NOT ({})", params.is_one_of(column, o, ty)),
        Test::IsNull(true) => format!("{column} IS NULL"),
        Test::IsNull(false) => format!("{column} IS NOT NULL"),
        Test::Like { operand, form, insensitive } => like(params, column, operand, form, insensitive),
        Test::Has(o) => set(params, column, o, false, "@>"),
        Test::HasAny(o) => set(params, column, o, true, "&&"),
        Test::HasAll(o) => set(params, column, o, true, "@>"),
        Test::JsonIs { path, value } => {
            let (path, value) = (json_path(params, path), params.operand(value, ColumnType::Json));
            match params.dialect {
                Dialect::Postgres => format!("({column} #> {path}) = {value}"),
                Dialect::Sqlite => format!("kontor_json_is({column}, {path}, {value})"),
            }
        }
        Test::JsonHas { path, wanted } => {
            let path = json_path(params, path);
            let not = if wanted { "" } else { "NOT " };
            match params.dialect {
                Dialect::Postgres => format!("{not}coalesce(({column} #> {path}) IS NOT NULL, FALSE)"),
                Dialect::Sqlite => format!("{not}kontor_json_has({column}, {path})"),
            }
        }
        Test::IsEmpty(wanted) => {
            let empty = match params.dialect {
                Dialect::Postgres => format!("coalesce(cardinality({column}), 0) = 0"),
                Dialect::Sqlite => format!("coalesce(json_array_length({column}), 0) = 0"),
            };
            if wanted { empty } else { format!("NOT ({empty})") }
        }
    }
}

/// The placeholder of a path: `text[]`, or a JSON array of texts.
fn json_path(params: &mut Params, path: Operand) -> String {
    params.add(Param { source: Source::Operand(path), ty: ColumnType::Text, list: true, like: None })
}

/// PostgreSQL has LIKE; SQLite's ignores ASCII case and knows no other, so a function of ours stands in for it there.
fn like(params: &mut Params, column: &str, operand: Operand, form: LikeForm, insensitive: bool) -> String {
    let source = Source::Operand(operand);
    let pattern = params.add(Param { source, ty: ColumnType::Text, list: false, like: Some(form) });
    match (params.dialect, insensitive) {
        (Dialect::Postgres, false) => format!("{column} LIKE {pattern}"),
        (Dialect::Postgres, true) => format!("({column} COLLATE \"und-x-icu\") ILIKE {pattern}"),
        (Dialect::Sqlite, false) => format!("kontor_like({column}, {pattern})"),
        (Dialect::Sqlite, true) => format!("kontor_ilike({column}, {pattern})"),
    }
}

fn set(params: &mut Params, column: &str, operand: Operand, list: bool, operator: &str) -> String {
    let source = Source::Operand(operand);
    let placeholder = params.add(Param { source, ty: ColumnType::Text, list, like: None });
    match (params.dialect, list, operator) {
        (Dialect::Postgres, true, _) => format!("{column} {operator} {placeholder}"),
        (Dialect::Postgres, false, _) => format!("{column} {operator} ARRAY[{placeholder}]"),
        (Dialect::Sqlite, false, _) => {
            known(column, &format!("EXISTS (SELECT 1 FROM json_each({column}) e WHERE e.value = {placeholder})"))
        }
        (Dialect::Sqlite, true, "&&") => known(
            column,
            &format!(
                "EXISTS (SELECT 1 FROM json_each({column}) e WHERE e.value IN (SELECT value FROM json_each({placeholder})))"
            ),
        ),
        (Dialect::Sqlite, true, _) => known(
            column,
            &format!(
                "NOT EXISTS (SELECT 1 FROM json_each({placeholder}) w WHERE w.value NOT IN (SELECT value FROM json_each({column})))"
            ),
        ),
    }
}

/// A condition that is unknown where the column is null, as PostgreSQL's operators are.
fn known(column: &str, condition: &str) -> String {
    format!("CASE WHEN {column} IS NOT NULL THEN {condition} END")
}
