//! Other names, in every place at once; the former name is written down, so that data go with it.

use super::{
    Refused,
    project::{Known, Project},
    text,
};
use kontor_metadata::{
    naming,
    places::{Extent, Place, Subject},
};
use lsp_types::{
    DocumentChangeOperation, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse,
    RenameFile, RenameParams, ResourceOp, TextDocumentEdit, TextDocumentPositionParams, TextEdit, WorkspaceEdit,
};
use std::collections::BTreeMap;

/// The name that can be another, if there is one here.
pub(super) fn prepare(project: &mut Project, params: &TextDocumentPositionParams) -> Option<PrepareRenameResponse> {
    let (known, place) = project.place(params)?;
    let placeholder = name(&place.subject)?.to_owned();
    known.places.definition(&place.subject)?;
    let range = text::range(known.text(place.file), &place.extent);
    Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder })
}

/// Every edit that another name takes.
pub(super) fn rename(project: &mut Project, params: &RenameParams) -> Result<WorkspaceEdit, Refused> {
    let new = params.new_name.trim().to_owned();
    let renames_files = project.renames_files;
    let found = project.place(&params.text_document_position);
    let (known, place) = found.ok_or_else(|| Refused("There is no name here.".to_owned()))?;
    let (subject, old) = match name(&place.subject) {
        Some(old) => (place.subject.clone(), old.to_owned()),
        None => return Err(Refused("Only modules, fields and options can be renamed.".to_owned())),
    };
    let defined = known.places.definition(&subject);
    let defined =
        defined.ok_or_else(|| Refused(format!("Nobody wrote `{old}`: it comes from a trait or a parent.")))?;
    check(known, &subject, &new)?;
    let former = defined.former.as_ref().ok_or_else(|| {
        Refused(format!(
            "There is no place for `renamed_from: {old}` here, without which its data would stay behind: write options as a map."
        ))
    })?;
    let mut edits: BTreeMap<usize, Vec<TextEdit>> = BTreeMap::new();
    for place in known.places.all(&subject) {
        edits.entry(place.file).or_default().push(edit(known, place.file, &place.extent, new.clone()));
    }
    let written = format!("{}{old}{}", former.before, former.behind);
    edits.entry(defined.file).or_default().push(edit(known, defined.file, &former.at, written));
    let moved = moved(known, &subject, defined, &old, &new).filter(|_| renames_files);
    let mut changes = Vec::new();
    for (file, edits) in edits {
        let (path, uri) = (known.path(file), known.uri(file));
        let uri = uri.ok_or_else(|| Refused(format!("{} has no address.", path.display())))?;
        changes.push((path, uri, edits));
    }
    let changes: Vec<_> = changes
        .into_iter()
        .map(|(path, uri, edits)| {
            let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: project.version(&path) };
            let edits = edits.into_iter().map(OneOf::Left).collect();
            DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits })
        })
        .chain(moved.map(|file| DocumentChangeOperation::Op(ResourceOp::Rename(file))))
        .collect();
    let document_changes = Some(DocumentChanges::Operations(changes));
    Ok(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() })
}

fn name(subject: &Subject) -> Option<&str> {
    match subject {
        Subject::Module(name) | Subject::Field(_, name) | Subject::Choice(_, _, name) => Some(name),
        _ => None,
    }
}

fn edit(known: &Known, file: usize, extent: &Extent, new_text: String) -> TextEdit {
    TextEdit { range: text::range(known.text(file), extent), new_text }
}

/// Whether the name can be taken; what else is wrong with it the check tells.
fn check(known: &Known, subject: &Subject, new: &str) -> Result<(), Refused> {
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (fits, example, taken) = match subject {
        Subject::Module(_) => {
            let fits =
                new.starts_with(|c: char| c.is_ascii_uppercase()) && new.chars().all(|c| c.is_ascii_alphanumeric());
            (fits, "in PascalCase, such as `Shipment`", Subject::Module(new.to_owned()))
        }
        Subject::Field(module, _) => {
            let fits = new.starts_with(|c: char| c.is_ascii_lowercase()) && new.chars().all(rest);
            let lower = !new.contains(|c: char| c.is_ascii_uppercase());
            (fits && lower, "in snake_case, such as `due_date`", Subject::Field(module.clone(), new.to_owned()))
        }
        Subject::Choice(module, field, _) => {
            let fits = !new.is_empty() && new.chars().all(rest) && !new.contains(|c: char| c.is_ascii_uppercase());
            (
                fits,
                "in snake_case, such as `in_progress`",
                Subject::Choice(module.clone(), field.clone(), new.to_owned()),
            )
        }
        _ => (false, "", subject.clone()),
    };
    if !fits {
        return Err(Refused(format!("`{new}` is no such name: it is {example}.")));
    }
    match known.places.tell(&taken) {
        Some(_) => Err(Refused(format!("There is a `{new}` already."))),
        None => Ok(()),
    }
}

/// The file of a module has the module's name.
fn moved(known: &Known, subject: &Subject, defined: &Place, old: &str, new: &str) -> Option<RenameFile> {
    let path = known.path(defined.file);
    let is_of_module = matches!(subject, Subject::Module(_)) && path.file_stem()?.to_str()? == naming::snake(old);
    let target = path.with_file_name(format!("{}.yaml", naming::snake(new)));
    is_of_module.then_some(())?;
    let (old_uri, new_uri) = (known.uri(defined.file)?, text::uri(&target)?);
    Some(RenameFile { old_uri, new_uri, options: None, annotation_id: None })
}
