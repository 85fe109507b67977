//! `kontor plan`

use crate::{
    cli::{Common, PlanArgs},
    config,
    failure::{Done, print},
    open,
};
use kontor_domain::{
    column::Dialect,
    ddl::{self, Schema},
    store::{Location, SetupError},
};
use std::process::ExitCode;

/// Exit code when there are changes.
const CHANGES: u8 = 2;

pub(crate) async fn run(common: &Common, args: &PlanArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let (plan, dialect) = match &settings.location {
        // Opening it would make the file, and a plan makes nothing.
        Location::Sqlite(path) if !path.exists() => {
            let plan = ddl::diff(&Schema::default(), &ddl::desired(&catalog)).map_err(SetupError::Diff);
            (plan.map_err(|e| open::setup(&settings, e))?, Dialect::Sqlite)
        }
        _ => {
            let store = open::store(&settings).await?;
            (store.pending(&catalog).await.map_err(|e| open::setup(&settings, e))?, store.dialect())
        }
    };
    if plan.is_empty() {
        return print("Nothing to do: the database is as the metadata wants it.\n");
    }
    let mut text: String = plan.summary().iter().map(|line| format!("{line}\n")).collect();
    if args.sql {
        text.push('\n');
        for statement in plan.statements(dialect) {
            text.push_str(&format!("{statement};\n"));
        }
    }
    text.push_str("`kontor apply` makes these changes in one transaction.\n");
    print(&text)?;
    Ok(ExitCode::from(CHANGES))
}
