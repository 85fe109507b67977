//! `kontor verify`

use crate::{
    cli::{Common, VerifyArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_domain::{
    context::Whose,
    ddl::Terms,
    mutation::{self, Difference, Orphan, Writing},
};
use std::{process::ExitCode, sync::Arc};

/// Differences that are printed; the others are counted.
const SHOWN: usize = 100;

pub(crate) async fn run(common: &Common, args: &VerifyArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = Arc::new(open::catalog(&settings)?);
    let store = open::store(&settings).await?;
    let failed = |error| open::failed(&settings.location, &error);
    let pending = store.pending(&catalog, &Terms::default()).await.map_err(|e| open::setup(&settings, e))?;
    if !pending.plan.is_empty() {
        let list: String = pending.plan.summary().iter().map(|line| format!("\n  {line}")).collect();
        return Err(Failure::new(format!("the database is not as the metadata wants it:{list}"))
            .help("`kontor apply` makes these changes; nothing was computed"));
    }
    let orphans = mutation::orphans(&store, &catalog).await.map_err(failed)?;
    let writing = Writing::new(catalog, store.dialect());
    let mut differences: Vec<Difference> = Vec::new();
    let mut count = 0_u64;
    let mut found = |difference| {
        count += 1;
        if differences.len() < SHOWN {
            differences.push(difference);
        }
    };
    let looked = mutation::verify(&store, &writing, &mut found).await.map_err(failed)?;
    let mut text = String::new();
    for Orphan { table, id, module, target } in &orphans {
        text.push_str(&format!("{table} {id} links to the {module} {target}, which is not there\n"));
    }
    for Difference { org, module, id, field, stored, computed } in &differences {
        text.push_str(&format!("{module} {id} (organization {org}): {field} is {stored}, should be {computed}\n"));
    }
    if count > differences.len() as u64 {
        text.push_str(&format!("… and {} more\n", count - differences.len() as u64));
    }
    text.push_str(&format!("{} values of {} records were computed anew: ", looked.values, looked.records));
    if count == 0 {
        text.push_str("all are as stored.\n");
        print(&text)?;
        return Ok(if orphans.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    text.push_str(&format!("{count} differ.\n"));
    if !args.repair {
        text.push_str("`kontor verify --repair` stores the right values.\n");
        print(&text)?;
        return Ok(ExitCode::FAILURE);
    }
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    transaction.without_time_limit().await.map_err(failed)?;
    let repaired = mutation::recompute(&mut transaction, &writing).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    text.push_str(&format!("{repaired} records were repaired.\n"));
    print(&text)
}
