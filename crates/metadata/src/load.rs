use crate::draft::{self, PackageDraft};
use crate::merge::{self, Owners};
use crate::model::Catalog;
use crate::raw::{RawExtension, RawModule, RawPackage, read_extension, read_module, read_package};
use crate::report::{Code, Diagnostic, Report, Sink};
use crate::source::{Source, read_dir};
use crate::yaml::{self, Node, Span};
use crate::{naming, resolve, rules};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What loading gives when nothing is wrong.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Every module of every package.
    pub catalog: Catalog,
    /// Warnings, in the order of the files; print them with [`Report::new`].
    pub warnings: Vec<Diagnostic>,
}

/// Loads the packages of one folder, `config/packages`.
///
/// # Errors
/// A report of everything that is wrong in any file, if there is an error among it.
pub fn load(dir: &Path) -> Result<Loaded, Report> {
    load_dirs(&[dir.to_owned()])
}

/// Loads the packages of several folders as if they were one.
///
/// # Errors
/// A report of everything that is wrong in any file, if there is an error among it.
pub fn load_dirs(dirs: &[PathBuf]) -> Result<Loaded, Report> {
    Sources::read(dirs).load()
}

/// The files of packages as they were when they were read.
pub struct Sources {
    files: Vec<Source>,
    /// What could not be read.
    sink: Sink,
}

impl Sources {
    /// Reads the packages of several folders.
    #[must_use]
    pub fn read(dirs: &[PathBuf]) -> Self {
        let (mut files, mut sink) = (Vec::new(), Sink::default());
        for dir in dirs {
            read_dir(dir, &mut files, &mut sink);
        }
        Self { files, sink }
    }

    /// Puts a text in the place of a file below one of the folders, or adds it: an editor has texts that are not saved.
    pub fn put(&mut self, root: &Path, path: &Path, text: &str) {
        let Ok(below) = path.strip_prefix(root) else { return };
        match self.files.iter_mut().find(|source| source.root == root && source.path == below) {
            Some(source) => text.clone_into(&mut source.text),
            None => {
                self.files.push(Source { root: root.to_owned(), path: below.to_owned(), text: text.to_owned() });
            }
        }
    }

    /// The files in their order; the text of one that could not be read is empty.
    #[must_use]
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// Loads them as if they were one folder.
    ///
    /// # Errors
    /// A report of everything that is wrong in any file, if there is an error among it.
    pub fn load(self) -> Result<Loaded, Report> {
        run(&self.files, self.sink)
    }
}

/// Loads packages from texts in memory; paths are as below a packages folder, `core/modules/account.yaml`.
///
/// # Errors
/// A report of everything that is wrong in any file, if there is an error among it.
pub fn load_sources(mut sources: Vec<Source>) -> Result<Loaded, Report> {
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    run(&sources, Sink::default())
}

/// The stages, one after the other.
fn run(sources: &[Source], mut sink: Sink) -> Result<Loaded, Report> {
    let Merged { packages, owners, modules, gaps } = merged(sources, &mut sink);
    let set = draft::build(&packages, &owners, &modules, &mut sink);
    rules::check(&set, &mut sink);
    if gaps {
        // What seems to be missing may stand in the file that could not be read.
        sink.forget(&[Code::UnknownModule, Code::TraitWithoutModule, Code::UnknownConnection]);
    }
    if sink.has_errors() {
        return Err(sink.into_report(sources));
    }
    let catalog = resolve::resolve(&set, sources);
    Ok(Loaded { catalog, warnings: sink.into_report(sources).diagnostics().to_vec() })
}

/// What all files hold together: modules with what extensions add to them.
pub(crate) struct Merged {
    pub(crate) packages: Vec<PackageDraft>,
    pub(crate) owners: Owners,
    /// Each with the index of its package.
    pub(crate) modules: Vec<(usize, RawModule)>,
    /// A module file could not be read, so that modules are missing that exist.
    gaps: bool,
}

/// Reads files and puts together what they hold.
pub(crate) fn merged(sources: &[Source], sink: &mut Sink) -> Merged {
    let read = read_files(sources, sink);
    let packages = rules::packages::in_load_order(read.packages, sink);
    let mut modules = in_order(&packages, read.modules);
    let by_name = |name: &str| packages.iter().position(|package| package.name == name).unwrap_or_default();
    let owners = Owners::new(sources.iter().map(|source| folder(&source.path).map_or(0, by_name)).collect());
    let extensions = read.extensions.into_iter().map(|extension| (owners.of(extension.target.span), extension));
    merge::merge(&packages, &owners, &mut modules, extensions.collect(), sink);
    Merged { packages, owners, modules, gaps: read.gaps }
}

/// The modules in the order of their packages, each with the index of its package.
fn in_order(packages: &[PackageDraft], mut by_package: BTreeMap<String, Vec<RawModule>>) -> Vec<(usize, RawModule)> {
    let of = |(at, package): (usize, &PackageDraft)| {
        let modules = by_package.remove(&package.name).unwrap_or_default();
        modules.into_iter().map(move |module| (at, module))
    };
    packages.iter().enumerate().flat_map(of).collect()
}

/// What the files hold, before anything is put together.
#[derive(Default)]
struct Read {
    packages: Vec<PackageDraft>,
    /// By package name.
    modules: BTreeMap<String, Vec<RawModule>>,
    /// In the order of the files.
    extensions: Vec<RawExtension>,
    /// A module file could not be read, so that modules are missing that exist.
    gaps: bool,
}

/// What a file is by its place.
pub(crate) enum Place<'a> {
    Package(&'a str),
    Module(&'a str),
    Extension(&'a str),
    Nowhere,
}

/// The folder that a file is in: the name of its package.
fn folder(path: &Path) -> Option<&str> {
    path.iter().next().and_then(|part| part.to_str())
}

/// What a file is.
pub(crate) fn place(path: &Path) -> Place<'_> {
    let parts: Vec<&str> = path.iter().filter_map(|p| p.to_str()).collect();
    if path.extension().is_none_or(|e| e != "yaml") {
        return Place::Nowhere;
    }
    match parts.as_slice() {
        [package, "package.yaml"] => Place::Package(package),
        [package, "modules", .., _] => Place::Module(package),
        [package, "extend", .., _] => Place::Extension(package),
        _ => Place::Nowhere,
    }
}

/// Takes the files apart, and reports what is wrong with each.
fn read_files(sources: &[Source], sink: &mut Sink) -> Read {
    let mut read = Read::default();
    // Name of each package that has a file, and the first of them.
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut with_package_file: BTreeSet<&str> = BTreeSet::new();
    for (file, source) in sources.iter().enumerate() {
        if sink.mentions(file) {
            continue;
        }
        let start = Span::start_of(file);
        let place = place(&source.path);
        if let Place::Package(name) | Place::Module(name) | Place::Extension(name) = place {
            seen.entry(name).or_insert(file);
        }
        if let Place::Package(name) = place {
            with_package_file.insert(name);
        }
        if matches!(place, Place::Nowhere) {
            sink.at(start, Code::WrongPlace, "this file is in no place that is read")
                .help("a package is a folder with package.yaml, modules/*.yaml and extend/*.yaml");
            continue;
        }
        let Some(node) = document(file, source, sink) else {
            read.gaps |= matches!(place, Place::Module(_));
            continue;
        };
        match place {
            Place::Package(name) => {
                if let Some(raw) = read_package(&node, sink) {
                    read.packages.push(PackageDraft { name: name.to_owned(), raw });
                }
            }
            Place::Module(name) => {
                if let Some(module) = read_module(&node, sink) {
                    check_file_name(&source.path, &module, sink);
                    read.modules.entry(name.to_owned()).or_default().push(module);
                } else {
                    read.gaps = true;
                }
            }
            Place::Extension(_) => read.extensions.extend(read_extension(&node, sink)),
            Place::Nowhere => {}
        }
    }
    for (name, file) in seen {
        let start = Span::start_of(file);
        if !read.packages.iter().any(|p| p.name == name) {
            // Its modules are looked at all the same, for everything else that is wrong.
            read.packages.push(PackageDraft { name: name.to_owned(), raw: RawPackage::empty(start) });
        }
        if !with_package_file.contains(name) {
            sink.at(start, Code::MissingPackage, format!("package `{name}` has no package.yaml"))
                .help(format!("write {name}/package.yaml, at least `format: 1`"));
        }
    }
    read
}

/// The node of a file that holds something.
fn document(file: usize, source: &Source, sink: &mut Sink) -> Option<Node> {
    let node = yaml::parse(file, &source.text, sink);
    if node.is_none() && !sink.mentions(file) {
        sink.at(Span::start_of(file), Code::NotAMapping, "this file is empty").help("begin it with `format: 1`");
    }
    let node = node?;
    if !matches!(node.kind, yaml::Kind::Map(_)) {
        if !sink.mentions(file) {
            sink.at(node.span, Code::NotAMapping, format!("a file is a map of keys, not {}", node.describe()))
                .label("expected `format: 1` and more");
        }
        return None;
    }
    Some(node)
}

/// `module: SocialEvent` stands in `social_event.yaml`, so that a module is found by its name.
fn check_file_name(path: &Path, module: &RawModule, sink: &mut Sink) {
    let expected = naming::snake(&module.name.value);
    if path.file_stem().is_none_or(|stem| stem.to_string_lossy() != expected) {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        sink.at(module.name.span, Code::FileName, format!("module {} stands in {file}", module.name.value))
            .label(format!("expected in {expected}.yaml"))
            .help("rename the file, or correct the name of the module")
            .rename_file(format!("{expected}.yaml"));
    }
}
