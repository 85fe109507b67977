//! What mends a problem for certain, as an editor offers it: it travels with the problem and comes back with the question.

use super::text;
use kontor_metadata::{Fix, places::Extent};
use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, TextEdit, WorkspaceEdit};
use serde_json::Value;
use std::collections::HashMap;

/// What a problem carries of its fix; a file of another name is for `kontor check --fix`.
pub(super) fn data(fix: &Fix, content: &str) -> Option<Value> {
    let Fix::Replace { line, column, end_line, end_column, text: new_text } = fix else { return None };
    let extent = Extent { line: *line, column: *column, end_line: *end_line, end_column: *end_column };
    let edit = TextEdit { range: text::range(content, &extent), new_text: new_text.clone() };
    serde_json::to_value(edit).ok()
}

/// The fixes of the problems that the editor asks about.
pub(super) fn actions(params: CodeActionParams) -> Vec<CodeActionOrCommand> {
    let uri = params.text_document.uri;
    let offered = params.context.diagnostics.into_iter().filter_map(|problem| {
        let edit: TextEdit = serde_json::from_value(problem.data.clone()?).ok()?;
        let title = match edit.new_text.trim() {
            "" => "Take it out".to_owned(),
            text => format!("Write `{text}`"),
        };
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            edit: Some(WorkspaceEdit::new(HashMap::from([(uri.clone(), vec![edit])]))),
            diagnostics: Some(vec![problem]),
            is_preferred: Some(true),
            ..CodeAction::default()
        }))
    });
    offered.collect()
}
