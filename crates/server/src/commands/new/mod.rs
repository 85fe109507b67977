//! `kontor new`

mod ask;
mod edit;
mod field;
mod module;
mod package;
mod spec;
mod yaml;

use crate::{
    cli::{Common, NewArgs, NewCommand},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_metadata::{Source, Sources, load_sources, model::Catalog};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) fn run(common: &Common, args: NewArgs) -> Done {
    let project = Project::open(config::resolve(common, None)?.packages)?;
    let change = match args.command {
        NewCommand::Package(args) => package::make(&project, args)?,
        NewCommand::Module(args) => module::make(&project, args)?,
        NewCommand::Field(args) => field::make(&project, args)?,
    };
    project.write(&change)?;
    let list: String = change.files.iter().map(|file| format!("wrote {}\n", file.path().display())).collect();
    print(&format!("{list}Next: {}\n", change.next))
}

/// Packages that are sound, and what is written of them.
struct Project {
    folders: Vec<PathBuf>,
    catalog: Catalog,
}

/// A file with its whole new text.
struct NewFile {
    /// The folder of packages.
    root: PathBuf,
    /// Below it.
    below: PathBuf,
    text: String,
    /// It is there already, and gets another text.
    replaces: bool,
}

impl NewFile {
    fn path(&self) -> PathBuf {
        self.root.join(&self.below)
    }
}

/// Files to be written, and what the author may want to do then.
struct Change {
    files: Vec<NewFile>,
    next: String,
}

impl Project {
    fn open(folders: Vec<PathBuf>) -> Result<Self, Failure> {
        let catalog = open::load(&folders)?.catalog;
        Ok(Self { folders, catalog })
    }

    /// The folder that new packages go to.
    fn folder(&self) -> &Path {
        // Settings have at least one folder.
        self.folders.first().map_or(Path::new("config/packages"), PathBuf::as_path)
    }

    /// The folder of packages that holds a file.
    fn root_of(&self, below: &Path) -> PathBuf {
        let found = self.folders.iter().find(|folder| folder.join(below).exists());
        found.map_or_else(|| self.folder().to_owned(), Clone::clone)
    }

    /// The package of this name.
    fn package(&self, name: &str) -> Result<&kontor_metadata::model::Package, Failure> {
        let packages = || self.catalog.packages.iter();
        packages().find(|package| package.name == name).ok_or_else(|| {
            let names: Vec<&str> = packages().map(|package| package.name.as_str()).collect();
            Failure::new(format!("there is no package {name}"))
                .help(format!("`kontor new package {name}` makes it; there are {}", names.join(", ")))
        })
    }

    /// Writes the files, if the metadata are sound with them, and none is there that should not be.
    fn write(&self, change: &Change) -> Result<(), Failure> {
        let mut sources = Sources::read(&self.folders).files().to_vec();
        for file in &change.files {
            let path = file.path();
            if !file.replaces && path.exists() {
                return Err(Failure::new(format!("{} is there already; nothing was written", path.display()))
                    .help("choose another name, or edit the file"));
            }
            sources.retain(|source| source.root.join(&source.path) != path);
            let (root, below) = (file.root.clone(), file.below.clone());
            sources.push(Source { root, path: below, text: file.text.clone() });
        }
        load_sources(sources).map_err(|report| {
            let color = crate::terminal::color(&std::io::stderr());
            Failure::new(format!("it would be wrong\n\n{}", report.render_text(color).trim_end()))
                .help("nothing was written; correct what is said here in the command")
        })?;
        for file in &change.files {
            let path = file.path();
            let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, &file.text));
            written.map_err(|error| Failure::because(format!("{} cannot be written", path.display()), &error))?;
        }
        Ok(())
    }
}
