//! Records that are files: from an upload to the values of its record, and from a record to its file.

use super::{Engine, GraphQlRequest};
use crate::{
    auth::Caller,
    error::{Code, Error, is_german},
    files::{Files, Kept},
};
use kontor_domain::{
    context::Context,
    error::StoreError,
    mutation::{Assignment, Input, Step, Violation},
    processes::{self, StoredFile},
    value::Value,
};
use kontor_metadata::model::{Catalog, FieldType, Module, ModuleId, Trait};
use std::path::PathBuf;
use uuid::Uuid;

impl Engine {
    /// The same with files.
    #[must_use]
    pub fn with_files(self, files: Files) -> Self {
        Self { files: Some(files), ..self }
    }

    /// Where files are kept, if they are.
    #[must_use]
    pub fn files(&self) -> Option<&Files> {
        self.files.as_ref()
    }

    /// The file of a record that the caller may read.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn file(&self, caller: &Caller, record: Uuid) -> Result<Option<(PathBuf, StoredFile)>, StoreError> {
        let Some(files) = &self.files else { return Ok(None) };
        let snapshot = self.snapshot.load_full();
        let (rights, who) = (snapshot.rights(Some(caller)), (caller.org, caller.user));
        let found = processes::find_file(&self.store, &snapshot.catalog, &rights, who, record).await?;
        Ok(found.and_then(|file| Some((files.path(file.storage_key.as_deref()?)?, file))))
    }

    /// Removes files that crashes have left; gives their number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn sweep_files(&self) -> Result<usize, StoreError> {
        let Some(files) = &self.files else { return Ok(0) };
        let catalog = self.snapshot.load().catalog.clone();
        crate::files::sweep(files, &self.store, &catalog).await
    }

    /// Gives new records that are files what is kept of their uploads, wherever among the inputs they stand; these
    /// themselves are `new` or not.
    pub(super) async fn assign_files(
        &self,
        request: &GraphQlRequest,
        context: &Context,
        (module, new): (ModuleId, bool),
        inputs: &mut [Input],
        kept: &mut Kept,
    ) -> Result<(), Error> {
        let catalog = self.snapshot.load().catalog.clone();
        let mut files = Vec::new();
        inputs.iter_mut().for_each(|input| gather(&catalog, catalog.module(module), input, new, &mut files));
        for (module, file) in files {
            self.assign_file(request, context, module, file, kept).await?;
        }
        Ok(())
    }

    /// Replaces the number of an upload by what is kept of it: its place, and what was measured.
    async fn assign_file(
        &self,
        request: &GraphQlRequest,
        context: &Context,
        module: &Module,
        NewFile { path, values: given, unreadable }: NewFile<'_>,
        kept: &mut Kept,
    ) -> Result<(), Error> {
        let number = |name: &str| module.find(name).map(|field| field.id);
        let position = |given: &[Assignment], name| given.iter().position(|a| Some(a.field) == number(name));
        let upload = position(given, "storage_key").map(|at| given.swap_remove(at).value);
        let upload = upload.filter(|value| *value != Value::Null);
        let link = position(given, "url").is_some_and(|at| given[at].value != Value::Null);
        let upload = match (upload, link) {
            (Some(upload), false) => upload,
            (None, true) => return Ok(()),
            _ => {
                unreadable.push(one_of_both(path, &context.language));
                return Ok(());
            }
        };
        let staged = match &upload {
            Value::Text(number) => number.parse().ok().and_then(|number: usize| request.uploads.get(number)),
            _ => None,
        };
        let (Some(files), Some(staged)) = (&self.files, staged) else {
            return Err(Error::input(
                "`file` is sent as a part of a multipart/form-data request, named in its `map` (GraphQL multipart request specification).",
            ));
        };
        let key = kept.keep(files, context.org, staged).await.map_err(|error| {
            tracing::error!(%error, "an uploaded file could not be kept");
            Error::new(Code::Internal, "The file could not be kept.")
        })?;
        if position(given, "file_name").is_none_or(|at| given[at].value == Value::Null) {
            given.retain(|a| Some(a.field) != number("file_name"));
            let name = Value::Text(staged.file_name.clone());
            given.extend(number("file_name").map(|field| Assignment { field, is_type: false, value: name }));
        }
        let media_type = staged.media_type.clone().map_or(Value::Null, Value::Text);
        for (name, value) in [
            ("storage_key", Value::Text(key)),
            ("mime_type", media_type),
            ("size", i64::try_from(staged.size).map_or(Value::Null, Value::Integer)),
            ("checksum", Value::Text(staged.checksum.clone())),
        ] {
            given.extend(number(name).map(|field| Assignment { field, is_type: false, value }));
        }
        Ok(())
    }
}

/// The input of a record that is a file.
struct NewFile<'i> {
    path: &'i [Step],
    values: &'i mut Vec<Assignment>,
    unreadable: &'i mut Vec<Violation>,
}

/// Collects the inputs of new files: a record of a module, and those that are created with it.
fn gather<'c, 'i>(
    catalog: &'c Catalog,
    module: &'c Module,
    input: &'i mut Input,
    new: bool,
    files: &mut Vec<(&'c Module, NewFile<'i>)>,
) {
    let Input { path, values, related, connected, unreadable } = input;
    for (relation, record) in related {
        if let FieldType::Relation { to, .. } = module.field(*relation).ty {
            gather(catalog, catalog.module(to), record, true, files);
        }
    }
    for (connection, links) in connected {
        let target = catalog.module(module.connection(*connection).targets[0]);
        links.create.iter_mut().for_each(|record| gather(catalog, target, record, true, files));
    }
    if new && module.has(Trait::File) {
        files.push((module, NewFile { path, values, unreadable }));
    }
}

fn one_of_both(record: &[Step], language: &str) -> Violation {
    let message = if is_german(language) {
        "Entweder `file` oder `url` muss angegeben werden."
    } else {
        "Either `file` or `url` must be given."
    };
    let path = record.iter().cloned().chain([Step::Key("file".to_owned())]).collect();
    Violation { path, rule: "required".into(), message: message.to_owned() }
}
