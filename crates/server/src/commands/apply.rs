//! `kontor apply`

use crate::{
    cli::{ApplyArgs, Common},
    config,
    failure::{Done, print},
    open,
};

pub(crate) async fn run(common: &Common, args: &ApplyArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let store = open::store(&settings).await?;
    // What is done is told while it is done; a reader who has gone stops nothing.
    let mut told = |line: &str| drop(print(&format!("{line}\n")));
    let (terms, base) = (args.terms.read(), args.base.as_deref());
    let applied = open::apply_as(&settings, &store, &catalog, (&terms, base, &mut told)).await?;
    print(&match applied.changes.len() {
        0 => format!("Nothing to do: the database has version {} of the metadata.\n", applied.version),
        _ => format!("Applied: the database has version {} of the metadata now.\n", applied.version),
    })
}
