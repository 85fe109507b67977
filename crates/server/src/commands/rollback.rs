//! `kontor rollback`

use crate::{
    cli::{Common, RollbackArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_domain::store::Store;
use std::path::Path;

pub(crate) async fn run(common: &Common, args: &RollbackArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let store = open::store(&settings).await?;
    let mut told = |line: &str| drop(print(&format!("{line}\n")));
    let undone = store.rollback(args.to, &mut told).await.map_err(|error| open::setup(&settings, error))?;
    if let Some(folder) = &args.packages_to {
        write(&store, folder).await.map_err(|error| error.help("the database is back; only the files are missing"))?;
    }
    let mut text = format!("Back: the database has version {} of the metadata now.\n", undone.version);
    text.push_str(&match &args.packages_to {
        Some(folder) => format!("The packages of that version are in {}.\n", folder.display()),
        None => "Put the packages of that version back, too (`--packages-to FOLDER` writes them), or the next start \
                 applies the newer ones again.\n"
            .to_owned(),
    });
    print(&text)
}

/// Writes the files that the version of the database was made from.
async fn write(store: &Store, folder: &Path) -> Result<(), Failure> {
    let sources = store.sources(None).await.map_err(|error| Failure::because("the files cannot be read", &error))?;
    for source in sources {
        let path = folder.join(&source.path);
        let written = match path.parent() {
            Some(parent) => std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, &source.text)),
            None => std::fs::write(&path, &source.text),
        };
        written.map_err(|error| Failure::because(format!("{} cannot be written", path.display()), &error))?;
    }
    Ok(())
}
