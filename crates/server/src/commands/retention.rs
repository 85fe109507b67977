//! `kontor retention`

use crate::{
    cli::{Common, RetentionArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_domain::{
    ddl::Terms,
    mutation::{self, Retained, Writing},
};
use kontor_gateway::files;
use kontor_metadata::model::RetentionAction;
use std::sync::Arc;

pub(crate) async fn run(common: &Common, args: &RetentionArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = Arc::new(open::catalog(&settings)?);
    let rules = catalog.modules.iter().map(|module| module.retention.len()).sum::<usize>();
    if rules == 0 {
        return print(
            "No module has a rule of retention: everything is kept. docs/privacy.md tells how to write one.\n",
        );
    }
    let store = open::store(&settings).await?;
    let pending = store.pending(&catalog, &Terms::default()).await.map_err(|e| open::setup(&settings, e))?;
    if !pending.plan.is_empty() {
        return Err(Failure::new("the database is not as the metadata wants it")
            .help("`kontor plan` shows the changes, `kontor apply` makes them; no record was touched"));
    }
    let writing = Writing::new(catalog, store.dialect());
    let mut gone = Vec::new();
    let done = mutation::retain(&store, &writing, args.dry_run, &mut |keys| gone.extend(keys)).await;
    if !gone.is_empty() {
        files::remove_all(&open::files(&settings)?, &gone).await;
    }
    let done = done.map_err(|error| open::failed(&settings.location, &error))?;
    let mut text = String::new();
    for Retained { organization, module, rule, action, records, in_the_way } in &done {
        let verb = match (action, args.dry_run) {
            (RetentionAction::Erase, false) => "erased",
            (RetentionAction::Erase, true) => "would be erased",
            (RetentionAction::Delete, false) => "deleted",
            (RetentionAction::Delete, true) => "would be deleted",
            (RetentionAction::Purge, false) => "removed for good",
            (RetentionAction::Purge, true) => "would be removed for good",
        };
        text.push_str(&format!("{organization}: {module}.{rule}: {records} {verb}"));
        if *in_the_way > 0 {
            text.push_str(&format!(", {in_the_way} kept since other records refer to them"));
        }
        text.push('\n');
    }
    if done.is_empty() {
        text.push_str("Nothing is kept for longer than the rules say.\n");
    } else if args.dry_run {
        text.push_str("Nothing was changed; without --dry-run it is done.\n");
    }
    print(&text)
}
