//! `kontor docs`

mod page;
mod words;

use crate::{
    cli::{Common, DocsArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_metadata::{model::Catalog, naming};
use std::{fs, path::PathBuf};

pub(crate) fn run(common: &Common, args: &DocsArgs) -> Done {
    let catalog = open::catalog(&config::resolve(common, None)?)?;
    if let Some(unknown) = args.language.iter().find(|tag| !catalog.languages.contains(tag)) {
        let failure = Failure::new(format!("no label is in the language {unknown}"));
        return Err(failure.help(format!("the languages of the metadata are {}", catalog.languages.join(", "))));
    }
    let languages = if args.language.is_empty() { &catalog.languages } else { &args.language };
    let pages: Vec<(PathBuf, String)> = languages.iter().flat_map(|language| pages(&catalog, language)).collect();
    for (name, text) in &pages {
        let path = args.out.join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|error| Failure::because(format!("{} cannot be written", path.display()), &error))?;
    }
    let begin: Vec<_> = languages.iter().map(|tag| args.out.join(tag).join("index.md").display().to_string()).collect();
    print(&format!("{} pages were written; begin with {}.\n", pages.len(), begin.join(" or ")))
}

/// The pages in one language, the list of them first.
fn pages(catalog: &Catalog, language: &str) -> Vec<(PathBuf, String)> {
    let words = words::of(language);
    let mut pages = vec![(PathBuf::from(language).join("index.md"), page::index(catalog, language, words))];
    for module in &catalog.modules {
        let name = PathBuf::from(language).join(file(&module.name));
        pages.push((name, page::module(catalog, module, language, words)));
    }
    pages
}

/// The file of a module's page.
fn file(module: &str) -> String {
    format!("{}.md", naming::snake(module))
}
