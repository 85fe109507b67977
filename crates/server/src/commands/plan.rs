//! `kontor plan`

use crate::{
    cli::{Common, PlanArgs},
    commands::schema,
    config::{self, Settings},
    failure::{Done, Failure, print},
    open,
};
use kontor_domain::{
    column::Dialect,
    ddl::{self, Risk, Schema, Step, Terms},
    store::{Location, Pending, SetupError},
};
use kontor_gateway::schema::changes::{Change, Class, changes};
use kontor_metadata::{Source, load_sources, model::Catalog};
use serde_json::{Value, json};
use std::{collections::BTreeMap, process::ExitCode};

/// Exit code when there are changes.
pub(super) const CHANGES: u8 = 2;

/// What the database is before anything was applied.
const NOTHING: &str = "0";

pub(crate) async fn run(common: &Common, args: &PlanArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let terms = args.terms.read();
    let (pending, dialect) = pending(&settings, &catalog, &terms).await?;
    let api = api(pending.sources.clone(), &catalog)?;
    if args.json {
        let text = as_json(&pending, &api, dialect);
        print(&format!("{text:#}\n"))?;
    } else {
        print(&as_text(&pending, &api, dialect, args.sql))?;
    }
    Ok(if pending.plan.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(CHANGES) })
}

async fn pending(settings: &Settings, catalog: &Catalog, terms: &Terms) -> Result<(Pending, Dialect), Failure> {
    match &settings.location {
        // Opening it would make the file, and a plan makes nothing.
        Location::Sqlite(path) if !path.exists() => {
            let plan = ddl::diff(&Schema::default(), catalog, terms).map_err(SetupError::Diff);
            let plan = plan.map_err(|e| open::setup(settings, e))?;
            let base = NOTHING.to_owned();
            Ok((Pending { plan, version: 0, base, rows: BTreeMap::new(), sources: None }, Dialect::Sqlite))
        }
        _ => {
            let store = open::store(settings).await?;
            let pending = store.pending(catalog, terms).await.map_err(|e| open::setup(settings, e))?;
            Ok((pending, store.dialect()))
        }
    }
}

/// What changes for clients since the version that the database has; nothing where it has none that can be read.
fn api(before: Option<Vec<Source>>, catalog: &Catalog) -> Result<Vec<Change>, Failure> {
    let Some(before) = before.and_then(|sources| load_sources(sources).ok()) else { return Ok(Vec::new()) };
    between(&before.catalog, catalog)
}

/// What changes for clients between two catalogs.
pub(super) fn between(before: &Catalog, after: &Catalog) -> Result<Vec<Change>, Failure> {
    Ok(changes(&schema::sdl(before)?, &schema::sdl(after)?))
}

fn as_text(pending: &Pending, api: &[Change], dialect: Dialect, sql: bool) -> String {
    let mut text = String::new();
    if pending.plan.is_empty() {
        text.push_str("Nothing to do: the database is as the metadata wants it.\n");
    }
    for step in &pending.plan.steps {
        text.push_str(&format!("{}\n", line(step, &pending.rows)));
    }
    if sql {
        text.push('\n');
        for statement in pending.plan.statements(dialect, pending.version + 1) {
            text.push_str(&format!("{statement};\n"));
        }
    }
    text.push_str(&of_clients(api));
    if !pending.plan.is_empty() {
        let moved = if pending.base == NOTHING { String::new() } else { format!(" --base {}", pending.base) };
        text.push_str(&format!("`kontor apply{moved}` makes these changes in one transaction.\n"));
    }
    text
}

/// A step, what it costs those who are at work, and how much it concerns.
fn line(step: &Step, rows: &BTreeMap<String, u64>) -> String {
    let summary = step.summary();
    let rows = step.table().and_then(|table| rows.get(table)).copied().unwrap_or_default();
    if step.risk() == Risk::Safe || rows == 0 && step.risk() != Risk::Loss {
        return summary;
    }
    let plural = if rows == 1 { "row" } else { "rows" };
    format!("{summary}  [{}: {rows} {plural}, {}]", step.risk().name(), step.lock())
}

/// What clients notice; what several types have in common once, and types with those that follow from them.
pub(super) fn of_clients(api: &[Change]) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in api.iter().filter(|change| change.class != Class::Safe) {
        match groups.iter_mut().find(|group| group.takes(change)) {
            Some(group) => group.more += 1,
            None => groups.push(Group { change, more: 0 }),
        }
    }
    let mut text: String = groups.iter().map(Group::line).collect();
    let safe = api.iter().filter(|change| change.class == Class::Safe).count();
    if safe > 0 {
        text.push_str(&format!("  safe      {safe} {}\n", if safe == 1 { "addition" } else { "additions" }));
    }
    if text.is_empty() { text } else { format!("GraphQL:\n{text}") }
}

/// A change, and how often it is the same for types that follow from the first.
struct Group<'c> {
    change: &'c Change,
    more: usize,
}

impl Group<'_> {
    fn takes(&self, other: &Change) -> bool {
        let Change { class, path, what } = self.change;
        let same = (*class, what) == (other.class, &other.what);
        match (path.split_once('.'), other.path.split_once('.')) {
            (Some((_, name)), Some((_, other))) => same && name == other,
            (None, None) => same && other.path.starts_with(path.as_str()),
            _ => false,
        }
    }

    fn line(&self) -> String {
        let Change { class, path, what } = self.change;
        let more = match self.more {
            0 => String::new(),
            1 => " (and of a type that follows from it)".to_owned(),
            more => format!(" (and of {more} types that follow from it)"),
        };
        format!("  {:9} {path} {what}{more}\n", class.name())
    }
}

fn as_json(pending: &Pending, api: &[Change], dialect: Dialect) -> Value {
    let actions = pending.plan.actions(dialect, pending.version + 1);
    let steps = pending.plan.steps.iter().zip(&actions).map(|(step, actions)| {
        let summary = step.summary();
        let (kind, text) = summary.split_once(' ').unwrap_or(("~", &summary));
        let sql = |action: &ddl::Action| match action {
            ddl::Action::Sql(sql) => Some(sql.clone()),
            _ => None,
        };
        json!({
            "kind": kind,
            "text": text,
            "table": step.table(),
            "risk": step.risk().name(),
            "lock": step.lock(),
            "rows": step.table().and_then(|table| pending.rows.get(table)),
            "sql": actions.iter().filter_map(sql).collect::<Vec<_>>(),
            "step": step,
        })
    });
    let finally = actions.get(pending.plan.steps.len()).into_iter().flatten();
    let finally: Vec<_> =
        finally.filter_map(|action| if let ddl::Action::Sql(sql) = action { Some(sql) } else { None }).collect();
    json!({
        "base": pending.base,
        "version": pending.version,
        "risk": pending.risk().name(),
        "steps": steps.collect::<Vec<_>>(),
        "finally": finally,
        "api": api,
    })
}
