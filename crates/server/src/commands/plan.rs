//! `kontor plan`

use crate::{
    cli::{Common, PlanArgs},
    config,
    failure::{Done, print},
    open,
};
use std::process::ExitCode;

/// Exit code when there are changes.
const CHANGES: u8 = 2;

pub(crate) async fn run(common: &Common, args: &PlanArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let store = open::store(&settings).await?;
    let plan = store.pending(&catalog).await.map_err(|e| open::setup(&settings, e))?;
    if plan.is_empty() {
        return print("Nothing to do: the database is as the metadata wants it.\n");
    }
    let mut text: String = plan.summary().iter().map(|line| format!("{line}\n")).collect();
    if args.sql {
        text.push('\n');
        for statement in plan.statements(store.dialect()) {
            text.push_str(&format!("{statement};\n"));
        }
    }
    text.push_str("`kontor apply` makes these changes in one transaction.\n");
    print(&text)?;
    Ok(ExitCode::from(CHANGES))
}
