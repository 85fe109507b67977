use super::text;
use kontor_metadata::{
    Sources,
    places::{Place, Places},
};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams,
    Position, TextDocumentPositionParams, Uri,
};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

/// The packages, with what is open in the editor as it is there.
pub(super) struct Project {
    folders: Vec<PathBuf>,
    /// Texts that the editor has, and the numbers of their versions.
    open: HashMap<PathBuf, (String, i32)>,
    /// What is known of the files as they are; none when they have changed.
    known: Option<Known>,
    /// What was reported last.
    pub(super) reported: BTreeMap<PathBuf, Vec<Diagnostic>>,
    /// Whether the editor can rename files together with what is in them.
    pub(super) renames_files: bool,
    /// Whether the editor tells of files that others change, when it is asked to.
    pub(super) watches: bool,
}

/// Files, and what stands where in them.
pub(super) struct Known {
    sources: Sources,
    pub(super) places: Places,
}

impl Known {
    /// Index of a file.
    pub(super) fn file(&self, path: &Path) -> Option<usize> {
        self.sources.files().iter().position(|source| source.root.join(&source.path) == path)
    }

    pub(super) fn text(&self, file: usize) -> &str {
        &self.sources.files()[file].text
    }

    pub(super) fn path(&self, file: usize) -> PathBuf {
        let source = &self.sources.files()[file];
        source.root.join(&source.path)
    }

    pub(super) fn uri(&self, file: usize) -> Option<Uri> {
        text::uri(&self.path(file))
    }
}

/// The folder that is open in the editor.
pub(super) fn root(given: &InitializeParams) -> Option<PathBuf> {
    let folder = given.workspace_folders.as_ref().and_then(|folders| folders.first()).map(|folder| &folder.uri);
    #[expect(deprecated, reason = "editors that know of no workspace folders send it")]
    let root = folder.or(given.root_uri.as_ref());
    root.and_then(text::path)
}

impl Project {
    pub(super) fn new(folders: &[PathBuf], given: &InitializeParams) -> Self {
        let workspace = given.capabilities.workspace.as_ref();
        let renames_files = workspace.and_then(|workspace| workspace.workspace_edit.as_ref()).is_some_and(|edits| {
            let kinds = edits.resource_operations.as_deref().unwrap_or_default();
            edits.document_changes == Some(true) && kinds.contains(&lsp_types::ResourceOperationKind::Rename)
        });
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let watches = watching.is_some_and(|watching| watching.dynamic_registration == Some(true));
        // As the editor names them.
        let folders = folders.iter().map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.clone()));
        Self {
            folders: folders.collect(),
            open: HashMap::new(),
            known: None,
            reported: BTreeMap::new(),
            renames_files,
            watches,
        }
    }

    pub(super) fn open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.set(&document.uri, document.text, document.version);
    }

    pub(super) fn change(&mut self, params: DidChangeTextDocumentParams) {
        // The whole text was asked for.
        if let Some(change) = params.content_changes.into_iter().next_back() {
            self.set(&params.text_document.uri, change.text, params.text_document.version);
        }
    }

    pub(super) fn close(&mut self, params: &DidCloseTextDocumentParams) {
        if let Some(path) = text::path(&params.text_document.uri) {
            self.open.remove(&path);
        }
        self.forget();
    }

    fn set(&mut self, uri: &Uri, text: String, version: i32) {
        if let Some(path) = text::path(uri) {
            self.open.insert(path, (text, version));
        }
        self.forget();
    }

    /// Forgets what it knows of the files.
    pub(super) fn forget(&mut self) {
        self.known = None;
    }

    /// The files as they are.
    pub(super) fn sources(&self) -> Sources {
        let mut sources = Sources::read(&self.folders);
        for (path, (text, _)) in &self.open {
            if let Some(root) = self.folders.iter().find(|folder| path.starts_with(folder)) {
                sources.put(root, path, text);
            }
        }
        sources
    }

    pub(super) fn known(&mut self) -> &Known {
        if self.known.is_none() {
            let sources = self.sources();
            let places = Places::of(sources.files());
            self.known = Some(Known { sources, places });
        }
        self.known.as_ref().expect("it was made where it was missing")
    }

    /// The version of a file that is open.
    pub(super) fn version(&self, path: &Path) -> Option<i32> {
        self.open.get(path).map(|(_, version)| *version)
    }

    /// The place that a request is about, with what is known of all.
    pub(super) fn place(&mut self, at: &TextDocumentPositionParams) -> Option<(&Known, &Place)> {
        let (file, line, column) = self.at(&at.text_document.uri, at.position)?;
        let known = self.known();
        known.places.at(file, line, column).map(|place| (known, place))
    }

    fn at(&mut self, uri: &Uri, position: Position) -> Option<(usize, u32, u32)> {
        let path = text::path(uri)?;
        let known = self.known();
        let file = known.file(&path)?;
        let (line, column) = text::place(known.text(file), position);
        Some((file, line, column))
    }
}
