//! The tables of a catalog: planned, made, and recorded in one transaction.

use super::{Args, SetupError, Store, Transaction, concurrent, ledger, tenancy};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    ddl::{self, Action, Plan, Risk, Step, Terms, diff},
    error::StoreError,
    mutation::{self, Writing},
    plan::sql::quote,
    value::Value,
};
use kontor_metadata::{
    Code, Diagnostic, Report,
    model::{Catalog, Origin},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Version of the metadata in the ledger.
    pub version: i64,
    /// The changes, one line each; empty when there was nothing to do.
    pub changes: Vec<String>,
}

/// What `apply` would do.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The steps, and the tables behind them.
    pub plan: Plan,
    /// The version that the database has.
    pub version: i64,
    /// What it was planned against: `12:0a1b2c3d4e5f`, version and the beginning of its hash.
    pub base: String,
    /// Rows of the tables that steps change, by their present name.
    pub rows: BTreeMap<String, u64>,
    /// The files that the version was made from; none where an earlier program has applied it.
    pub sources: Option<Vec<kontor_metadata::Source>>,
}

impl Pending {
    /// The most that any step does.
    #[must_use]
    pub fn risk(&self) -> Risk {
        self.plan.steps.iter().map(Step::risk).max().unwrap_or(Risk::Safe)
    }
}

/// Told what is being done, a line at a time.
pub type Progress<'p> = &'p mut (dyn FnMut(&str) + Send);

/// What a plan was made against.
pub(super) fn base(ledger: &ddl::Ledger) -> String {
    format!("{}:{}", ledger.version, ledger.hash.get(..12).unwrap_or(&ledger.hash))
}

/// The steps for a catalog, of which row-level security is no part yet.
pub(super) async fn plan(
    transaction: &mut Transaction<'_>,
    ledger: &ddl::Ledger,
    catalog: &Catalog,
    terms: &Terms,
) -> Result<Plan, SetupError> {
    let planned = diff(&ledger.schema, catalog, terms);
    let asks = |report: &Report| report.diagnostics().iter().any(|d| d.code == Code::RequiredWithoutValue.number());
    let mut plan = match planned {
        // Only now does it matter which tables are empty.
        Err(report) if asks(&report) => {
            let tables: Vec<&str> = ledger.schema.tables.keys().map(String::as_str).collect();
            let empty = empty(transaction, &tables).await?;
            diff(&ledger.schema, catalog, &Terms { empty, ..terms.clone() }).map_err(SetupError::Diff)?
        }
        planned => planned.map_err(SetupError::Diff)?,
    };
    if transaction.dialect() == Dialect::Postgres {
        plan.steps.extend(concurrent::missing(transaction, ledger, &plan).await?);
    }
    Ok(plan)
}

async fn empty(transaction: &mut Transaction<'_>, tables: &[&str]) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    let args = Args::new(transaction.dialect());
    for table in tables {
        let sql = format!("SELECT org FROM {} LIMIT 1", quote(table));
        if transaction.query(&sql, &args, &[ColumnType::Uuid]).await?.is_empty() {
            found.insert((*table).to_owned());
        }
    }
    Ok(found)
}

/// Rows of the tables that steps change.
pub(super) async fn rows(transaction: &mut Transaction<'_>, plan: &Plan) -> Result<BTreeMap<String, u64>, StoreError> {
    // A step names a table as it is called when its turn comes.
    let mut present: BTreeMap<&str, &str> = BTreeMap::new();
    let mut tables: BTreeSet<&str> = BTreeSet::new();
    let mut created: BTreeSet<&str> = BTreeSet::new();
    for step in &plan.steps {
        match step {
            Step::RenameTable { from, to, .. } => drop(present.insert(to, from)),
            Step::CreateTable { name, .. } => drop(created.insert(name)),
            _ => {}
        }
        tables.extend(step.table().filter(|table| !created.contains(table)));
    }
    let mut rows = BTreeMap::new();
    for table in tables {
        let name = present.get(table).copied().unwrap_or(table);
        rows.insert(table.to_owned(), count(transaction, &format!("SELECT count(*) FROM {}", quote(name))).await?);
    }
    Ok(rows)
}

pub(super) async fn count(transaction: &mut Transaction<'_>, sql: &str) -> Result<u64, StoreError> {
    let args = Args::new(transaction.dialect());
    let rows = transaction.query(sql, &args, &[ColumnType::BigInt]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Integer(count)) => Ok(u64::try_from(count).unwrap_or_default()),
        _ => Ok(0),
    }
}

/// Executes the steps; `catalog` is what is in effect behind them.
pub(super) async fn execute(
    transaction: &mut Transaction<'_>,
    plan: &Plan,
    version: i64,
    catalog: &Catalog,
    told: Progress<'_>,
) -> Result<(), SetupError> {
    transaction.without_time_limit().await?;
    let dialect = transaction.dialect();
    let mut writing: Option<Writing> = None;
    let mut lines = plan.steps.iter();
    for actions in plan.actions(dialect, version) {
        let line = lines.next().map(Step::summary);
        line.iter().for_each(|line| told(line));
        for action in actions {
            match action {
                Action::Sql(sql) => transaction.batch(&sql).await?,
                Action::Fit { table, column, condition } => fits(transaction, &table, &column, &condition).await?,
                Action::Demand { table, column } => demand(transaction, catalog, &table, &column).await?,
                Action::Distinct { table, index } => distinct(transaction, catalog, plan, &table, &index).await?,
                Action::Backfill { module, field } => {
                    let writing = writing.get_or_insert_with(|| Writing::new(Arc::new(catalog.clone()), dialect));
                    let mut told = |done: u64| {
                        let have = if done == 1 { "record has" } else { "records have" };
                        told(&format!("  {done} {have} a value of `{field}`"));
                    };
                    mutation::backfill(transaction, writing, (&module, &field), &mut told).await?;
                }
                Action::Recompute => {
                    let writing = writing.get_or_insert_with(|| Writing::new(Arc::new(catalog.clone()), dialect));
                    mutation::recompute(transaction, writing).await?;
                }
            }
        }
    }
    if dialect == Dialect::Sqlite {
        links_hold(transaction).await?;
    }
    Ok(())
}

/// The place in the YAML of a module by its table.
fn place(catalog: &Catalog, plan: &Plan, table: &str) -> (String, Origin) {
    let module = plan.schema.tables.get(table).map_or_else(String::new, |table| table.module.clone());
    let origin = catalog.find(&module).map(|module| module.origin.clone()).unwrap_or_default();
    (module, origin)
}

fn refused(problem: Diagnostic, label: &str, help: &str) -> SetupError {
    let (label, help) = (label.to_owned(), Some(help.to_owned()));
    SetupError::Diff(Report::new(vec![Diagnostic { label, help, ..problem }]))
}

/// Every row has a value, or nothing is done.
async fn demand(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    table: &str,
    column: &str,
) -> Result<(), SetupError> {
    let sql = format!("SELECT count(*) FROM {} WHERE {} IS NULL", quote(table), quote(column));
    let missing = count(transaction, &sql).await?;
    if missing == 0 {
        return Ok(());
    }
    let module = catalog.modules.iter().find(|module| module.table == table);
    let field = module.and_then(|module| module.fields.iter().find(|field| field.column == column));
    let origin = field.map(|field| &field.origin).or(module.map(|module| &module.origin)).cloned().unwrap_or_default();
    let message = format!("{missing} records of `{table}` have no value in `{column}`, which is required from now on");
    let problem = catalog.problem(Code::RequiredWithoutValue, &origin, message);
    Err(refused(
        problem,
        "required",
        "let `backfill` give every record a value, or change these records; nothing was changed",
    ))
}

/// Every value fits into what the column becomes, or nothing is done.
async fn fits(transaction: &mut Transaction<'_>, table: &str, column: &str, condition: &str) -> Result<(), SetupError> {
    let rows = count(transaction, &format!("SELECT count(*) FROM {} WHERE {condition}", quote(table))).await?;
    let (table, column) = (table.to_owned(), column.to_owned());
    if rows == 0 { Ok(()) } else { Err(SetupError::Misfit { rows, table, column }) }
}

/// No two rows share the values of a unique index to come, or nothing is done.
async fn distinct(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    plan: &Plan,
    table: &str,
    index: &ddl::schema::Index,
) -> Result<(), SetupError> {
    let columns: Vec<String> = index.columns.iter().map(|column| quote(column)).collect();
    let given = columns.iter().map(|column| format!("{column} IS NOT NULL"));
    let alive = index.where_null.iter().map(|column| format!("{} IS NULL", quote(column)));
    let condition = given.chain(alive).collect::<Vec<_>>().join(" AND ");
    let columns = columns.join(", ");
    let sql = format!(
        "SELECT count(*) FROM (SELECT {columns} FROM {} WHERE {condition} GROUP BY {columns} HAVING count(*) > 1) AS d",
        quote(table)
    );
    let shared = count(transaction, &sql).await?;
    if shared == 0 {
        return Ok(());
    }
    let (module, origin) = place(catalog, plan, table);
    let fields: Vec<&str> = index.columns.iter().filter(|column| *column != "org").map(String::as_str).collect();
    let message = format!("{shared} values of {} are shared by several records of {module}", fields.join(", "));
    let problem = catalog.problem(Code::DuplicateValues, &origin, message);
    let help = "change these records, or do without the unique key; nothing was changed";
    Err(refused(problem, "unique from now on", help))
}

/// SQLite looks at foreign keys when rows change, not when a column gets one.
async fn links_hold(transaction: &mut Transaction<'_>) -> Result<(), SetupError> {
    let broken = count(transaction, "SELECT count(*) FROM pragma_foreign_key_check").await?;
    if broken == 0 { Ok(()) } else { Err(SetupError::Links(broken)) }
}

impl Store {
    /// What [`Store::apply`] would do, without doing it.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub async fn pending(&self, catalog: &Catalog, terms: &Terms) -> Result<Pending, SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        if super::setup::has_table(&mut transaction, "seaql_migrations").await? {
            super::setup::refuse_newer(&mut transaction).await?;
        }
        let there = super::setup::has_table(&mut transaction, "metadata_versions").await?;
        let ledger = if there { ledger::newest(&mut transaction).await? } else { ddl::Ledger::empty() };
        let mut plan = plan(&mut transaction, &ledger, catalog, terms).await?;
        if let Some(role) = self.tenant_role() {
            let mut tables = tenancy::missing(&mut transaction, role).await?;
            tables.extend(plan.created());
            plan.secure(tables, role);
        }
        transaction.without_time_limit().await?;
        let rows = rows(&mut transaction, &plan).await?;
        let migrated = there && super::setup::has_column(&mut transaction, "metadata_versions", "sources").await?;
        let sources = match migrated {
            true => ledger::find(&mut transaction, ledger.version).await?.and_then(|version| version.sources),
            false => None,
        };
        transaction.rollback().await?;
        Ok(Pending { plan, version: ledger.version, base: base(&ledger), rows, sources })
    }

    pub(super) async fn apply_catalog(
        &self,
        catalog: &Catalog,
        terms: &Terms,
        expected: Option<&str>,
        told: Progress<'_>,
    ) -> Result<Applied, SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        let ledger = ledger::newest(&mut transaction).await?;
        let found = base(&ledger);
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(SetupError::Moved { expected: expected.to_owned(), found });
        }
        let mut plan = plan(&mut transaction, &ledger, catalog, terms).await?;
        let mut version = ledger.version;
        if !plan.is_empty() {
            version += 1;
            execute(&mut transaction, &plan, version, catalog, &mut *told).await?;
            let undo = plan.inverse(version);
            let made = ledger::made(version, plan.schema.clone(), catalog, undo);
            ledger::record(&mut transaction, &made).await?;
        }
        self.secure(&mut transaction, &mut plan, &mut *told).await?;
        transaction.commit().await?;
        self.build_indexes(&plan, told).await?;
        Ok(Applied { version, changes: plan.summary() })
    }

    /// New tables are among those that nothing guards yet.
    pub(super) async fn secure(
        &self,
        transaction: &mut Transaction<'_>,
        plan: &mut Plan,
        told: Progress<'_>,
    ) -> Result<(), SetupError> {
        let Some(role) = self.tenant_role() else { return Ok(()) };
        let mut security = Plan::default();
        security.secure(tenancy::missing(transaction, role).await?, role);
        security.summary().iter().for_each(|line| told(line));
        for action in security.actions(self.dialect(), 0).into_iter().flatten() {
            if let Action::Sql(statement) = action {
                transaction.batch(&statement).await?;
            }
        }
        tenancy::grant(transaction, role).await?;
        plan.steps.extend(security.steps);
        Ok(())
    }
}
