//! `kontor apply`

use crate::{
    cli::Common,
    config,
    failure::{Done, print},
    open,
};

pub(crate) async fn run(common: &Common) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let store = open::store(&settings).await?;
    let applied = open::apply(&settings, &store, &catalog).await?;
    let mut text: String = applied.changes.iter().map(|line| format!("{line}\n")).collect();
    text.push_str(&match applied.changes.len() {
        0 => format!("Nothing to do: the database has version {} of the metadata.\n", applied.version),
        _ => format!("Applied: the database has version {} of the metadata now.\n", applied.version),
    });
    print(&text)
}
