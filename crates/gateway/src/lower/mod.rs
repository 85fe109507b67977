//! From a valid operation to what the domain executes: intent compiled into plans, with operands that each request
//! binds anew. This runs once per document, operation, rights and shape of variables.

mod action;
mod aggregate;
mod argument;
mod feed;
mod filter;
mod given;
mod leaf;
mod list;
mod metadata;
mod notifications;
mod operand;
mod permit;
mod process;
mod relative;
mod search;
mod selection;
mod sharing;
mod watch;
mod write;

pub use action::{Action, BulkOutput, Change, ConvertedOutput, MODULE, Prepared, Root, Sharing, Told, Which, Write};
pub use feed::{Feed, FeedPart, Shape, Source};
pub use given::Given;
pub use leaf::Leaf;
pub(crate) use leaf::{convert, shortened};
pub use list::null_keys;
pub use operand::{Circumstances, OperandSource, bind};
pub use process::{Call, Part, Template};
pub use relative::RANGES;
pub use watch::Watch;

use crate::{
    coerce::Variables,
    cost,
    document::Document,
    dry_run,
    engine::undescribed,
    error::Error,
    limits::{self, Limits},
    schema::model::{Bind, OutputField, TypeTable},
    survey,
};
use argument::Argument;
use async_graphql::{
    Name,
    parser::types::{Field, OperationDefinition, OperationType},
};
use kontor_domain::{
    column::Dialect,
    plan::{self, Plan},
    query::{Deleted, Operand, Query},
    rights::Rights,
    value::Value,
};
use kontor_metadata::model::{Action as Right, Catalog, ModuleId};

/// Most conditions, and relations and connections counted twice, of one root field, whose SQL they all become: SQLite
/// takes expressions of 1,000 levels, and both plan for seconds beyond a few hundred joins.
const HEAVIEST: usize = 1_000;

/// Bytes of an operand, with what the SQL has for it.
const BYTES_OF_AN_OPERAND: u64 = 300;

/// What a plan depends on besides the document and the metadata.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'s> {
    /// Language of texts.
    pub language: &'s str,
    /// What stands before a record's id in the address of its file.
    pub files: &'s str,
    /// What the caller may do.
    pub rights: &'s Rights,
    /// How much an operation may ask for.
    pub limits: &'s Limits,
    /// Whether the caller may ask about the schema.
    pub introspection: bool,
    /// Whether there is a caller.
    pub signed_in: bool,
}

/// Lowers an operation.
///
/// # Errors
/// When an argument's value makes no sense.
pub fn lower(
    catalog: &Catalog,
    types: &TypeTable,
    dialect: Dialect,
    document: &Document,
    operation: &OperationDefinition,
    variables: &Variables,
    surroundings: Surroundings<'_>,
) -> Result<Prepared, Error> {
    let names = operation.variable_definitions.iter().map(|d| &d.node.name.node).collect();
    let mut lowering = Lowering {
        catalog,
        types,
        dialect,
        document,
        names,
        variables,
        operands: Vec::new(),
        language: surroundings.language.to_owned(),
        files: surroundings.files.to_owned(),
        rights: surroundings.rights,
        limits: surroundings.limits,
        weight: 0,
        records: 0,
        scans: 0,
        wants_today: false,
        of_user: false,
    };
    let root_type = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let mutation = operation.ty == OperationType::Mutation;
    let subscription = operation.ty == OperationType::Subscription;
    let mut roots = Vec::new();
    for (n, selected) in lowering.collect(root_type, &[&operation.selection_set.node]).into_iter().enumerate() {
        let name = selected.field.name.node.as_str();
        let (action, required) = match name {
            "__typename" => (Action::Constant(format!("\"{root_type}\"")), true),
            "__schema" | "__type" if !surroundings.introspection => {
                return Err(undescribed(surroundings.signed_in).at(selected.pos).under(&selected.key));
            }
            "__schema" | "__type" => (Action::Introspection(Box::new(merged(&selected))), name == "__schema"),
            _ => {
                lowering.weight = 0;
                let output = &types.objects[root_type].fields[name];
                let action = lowering.root(output, &selected).map_err(|e| e.at(selected.pos).under(&selected.key))?;
                (action, output.ty.required)
            }
        };
        let mut prefix = vec![if n == 0 { b'{' } else { b',' }];
        kontor_domain::json::text(&mut prefix, selected.key.as_bytes());
        prefix.push(b':');
        roots.push(Root { key: selected.key, prefix, pos: selected.pos, required, action });
    }
    // Specification, §5.2.3.1.
    if subscription
        && !matches!(&roots[..], [Root { action: Action::Feed(_) | Action::Watch(_) | Action::Forbidden(_), .. }])
    {
        return Err(Error::input("A subscription has exactly one root field."));
    }
    let described = survey::values(types, &document.parsed, operation);
    let points = cost::points(lowering.records, lowering.scans, described);
    let size = cost::measure(&document.parsed, operation);
    let cost = cost::extension(size, lowering.records, points, lowering.limits);
    let bytes = size.bytes() + BYTES_OF_AN_OPERAND * lowering.operands.len() as u64;
    // Numbers, `today()` and days that are touched are those of the organization's time zone.
    let wants_zone = mutation || lowering.wants_today || lowering.operands.iter().any(OperandSource::wants_zone);
    let dry_run = dry_run::is_asked(operation);
    if mutation {
        process::check_alone(&roots, dry_run)?;
    }
    let Lowering { operands, of_user, .. } = lowering;
    Ok(Prepared { mutation, subscription, dry_run, of_user, roots, operands, wants_zone, cost, points, bytes })
}

/// The module whose records a root field reads.
fn read_of(bind: Bind) -> Option<ModuleId> {
    match bind {
        Bind::One(module)
        | Bind::Many(module)
        | Bind::Aggregate(module)
        | Bind::AuditLog(module)
        | Bind::Events(module)
        | Bind::AggregateEvents(module)
        | Bind::Inbox(module) => Some(module),
        _ => None,
    }
}

/// The field with the selections of all that share its response key.
fn merged(selected: &Selected<'_>) -> Field {
    let mut field = selected.field.clone();
    field.selection_set.node.items = selected.sets.iter().flat_map(|set| set.items.iter().cloned()).collect();
    field
}

/// A field of a selection, merged with those of the same response key.
struct Selected<'a> {
    key: String,
    pos: async_graphql::Pos,
    field: &'a Field,
    sets: Vec<&'a async_graphql::parser::types::SelectionSet>,
}

struct Lowering<'a> {
    catalog: &'a Catalog,
    types: &'a TypeTable,
    dialect: Dialect,
    document: &'a Document,
    /// Names of the variables, by number.
    names: Vec<&'a Name>,
    variables: &'a Variables,
    operands: Vec<OperandSource>,
    /// Language of texts.
    language: String,
    /// What stands before a record's id in the address of its file.
    files: String,
    rights: &'a Rights,
    /// How much an operation may ask for.
    limits: &'a Limits,
    /// What the root field's statement has to carry so far: conditions and sets of rows.
    weight: usize,
    /// Records that the operation yields so far, if every page were full.
    records: u64,
    /// Totals, aggregates and searches: what they look at is more than what they yield.
    scans: u64,
    /// Whether a plan computes with the day that it is.
    wants_today: bool,
    /// Whether a plan depends on who of the role asks.
    of_user: bool,
}

impl<'a> Lowering<'a> {
    /// Adds to what the statement has to carry, up to what both databases bear.
    fn count(&mut self, more: usize) -> Result<(), Error> {
        self.weight += more;
        if self.weight > HEAVIEST {
            let message = "The field has too many conditions, relations and connections for one statement: ask in several requests, or use `in`.";
            return Err(limits::exceeded("conditions", self.weight as u64, HEAVIEST as u64, message));
        }
        Ok(())
    }

    fn root(&mut self, output: &OutputField, selected: &Selected<'a>) -> Result<Action, Error> {
        let module = match output.bind {
            Bind::Me => self.catalog.find("User").map(|users| users.id),
            bind => read_of(bind),
        };
        if let Some(module) = module.filter(|module| !self.rights.may(*module, Right::Read)) {
            return Ok(Action::Forbidden(module));
        }
        match output.bind {
            Bind::One(module) => {
                let id = self.required_operand(selected, "id", Leaf::Id)?;
                let object = self.object(module, &selected.sets)?;
                let query = Query::One { id, deleted: Deleted::Exclude, object };
                Ok(Action::Read { plan: self.compile(&query)?, one: Some(self.catalog.module(module).name.clone()) })
            }
            Bind::Modules => Ok(self.modules(selected)),
            Bind::Module => self.module(selected),
            Bind::Node => {
                let id = self.required_operand(selected, "id", Leaf::Id)?;
                let cases = self.cases(&self.readable(), &selected.sets)?;
                let plan = self.compile(&Query::AnyOf { id, cases })?;
                Ok(Action::Read { plan, one: Some("record".to_owned()) })
            }
            Bind::Nodes => {
                let ids = self.required_operand(selected, "ids", Leaf::Ids)?;
                let cases = self.cases(&self.readable(), &selected.sets)?;
                Ok(Action::Read { plan: self.compile(&Query::Each { ids, cases })?, one: None })
            }
            Bind::Aggregate(module) => {
                let groups = self.aggregation(module, selected)?;
                Ok(Action::Read { plan: self.compile(&Query::Groups(groups))?, one: None })
            }
            Bind::Many(module) => {
                let list = self.list(module, selected)?;
                Ok(Action::Read { plan: self.compile(&Query::Many(list))?, one: None })
            }
            Bind::AuditLog(module) => {
                let list = self.audit_log(module, selected)?;
                Ok(Action::Read { plan: self.compile(&Query::Many(list))?, one: None })
            }
            Bind::Search => self.search(selected),
            Bind::Me => {
                let id = self.push(OperandSource::Caller);
                let plan = self.user(id, &selected.sets)?;
                Ok(Action::Read { plan, one: Some("User".to_owned()) })
            }
            Bind::EventCursor => Ok(Action::EventCursor),
            Bind::Process(process) => self.process(process, &output.ty, selected),
            Bind::Write(module, write) => self.write(module, write, selected),
            Bind::Events(module) => self.feed(module, selected),
            Bind::AggregateEvents(module) => self.watch(module, selected),
            Bind::ActivityFeed => self.activity_feed(selected),
            Bind::Inbox(module) => self.inbox(module, selected),
            _ => unreachable!("only the kinds above are bound to root fields"),
        }
    }

    /// The modules that are read by id.
    fn readable(&self) -> Vec<ModuleId> {
        self.catalog.modules.iter().filter(|m| m.operations.read).map(|m| m.id).collect()
    }

    fn user(&mut self, id: Operand, sets: &[&'a async_graphql::parser::types::SelectionSet]) -> Result<Plan, Error> {
        let user = self.catalog.find("User").ok_or_else(|| Error::input("This catalog has no module User."))?;
        let object = self.object(user.id, sets)?;
        self.compile(&Query::One { id, deleted: Deleted::Exclude, object })
    }

    /// Compiles a root field, unless the operation could then yield more records than allowed.
    fn compile(&mut self, query: &Query) -> Result<Plan, Error> {
        let plan = plan::compile(self.catalog, self.dialect, self.rights, query);
        self.counted(plan)
    }

    /// The same for what the operation has written.
    fn compile_written(&mut self, query: &Query) -> Result<Plan, Error> {
        let plan = plan::compile_written(self.catalog, self.dialect, self.rights, query);
        self.counted(plan)
    }

    fn counted(&mut self, plan: Plan) -> Result<Plan, Error> {
        self.wants_today |= plan.wants_today();
        self.of_user |= plan.wants_user();
        self.records = self.records.saturating_add(plan.rows_at_most);
        cost::check_records(self.records, self.limits)?;
        Ok(plan)
    }

    fn push(&mut self, source: OperandSource) -> Operand {
        self.operands.push(source);
        Operand(u32::try_from(self.operands.len() - 1).unwrap_or(u32::MAX))
    }

    fn required_operand(&mut self, selected: &Selected<'a>, name: &str, leaf: Leaf) -> Result<Operand, Error> {
        match self.optional_operand(selected, name, leaf)? {
            Some(operand) => Ok(operand),
            None => Err(Error::input(format!("The argument \"{name}\" is missing."))),
        }
    }

    /// The operand of an argument; none where it is not given or null.
    fn optional_operand(&mut self, selected: &Selected<'a>, name: &str, leaf: Leaf) -> Result<Option<Operand>, Error> {
        match self.argument(selected.field, name) {
            Some(argument) if !argument.is_null() => self.operand(&argument, leaf).map(Some),
            _ => Ok(None),
        }
    }

    fn operand(&mut self, argument: &Argument<'a>, leaf: Leaf) -> Result<Operand, Error> {
        let source = match argument {
            Argument::Literal(value) => match (*value).clone().into_const() {
                Some(constant) => OperandSource::Constant(leaf::convert(self.types, &leaf, &constant)?),
                None => OperandSource::Mixed { literal: (*value).clone(), variables: self.variables_in(value), leaf },
            },
            Argument::Given { variable, path, .. } => {
                OperandSource::Variable { variable: *variable, path: path.clone(), leaf }
            }
        };
        Ok(self.push(source))
    }

    /// Numbers of the variables in a literal.
    fn variables_in(&self, literal: &async_graphql_value::Value) -> Vec<(Name, usize)> {
        use async_graphql_value::Value;
        match literal {
            Value::Variable(name) => self
                .names
                .iter()
                .position(|known| *known == name)
                .map(|number| (name.clone(), number))
                .into_iter()
                .collect(),
            Value::List(items) => items.iter().flat_map(|item| self.variables_in(item)).collect(),
            Value::Object(object) => object.values().flat_map(|item| self.variables_in(item)).collect(),
            _ => Vec::new(),
        }
    }

    fn constant(&mut self, value: Value) -> Operand {
        self.push(OperandSource::Constant(value))
    }
}
