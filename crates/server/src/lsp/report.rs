use super::{mend, project::Project, text};
use kontor_metadata::{Diagnostic as Problem, Severity, places::Extent};
use lsp_types::{Diagnostic, DiagnosticSeverity, NumberOrString, PublishDiagnosticsParams};
use std::{collections::BTreeMap, path::PathBuf};

/// What is wrong with every file; those that were wrong before and are not any more are told of, too.
pub(super) fn all(project: &mut Project) -> Vec<PublishDiagnosticsParams> {
    let sources = project.sources();
    let files: BTreeMap<PathBuf, String> =
        sources.files().iter().map(|source| (source.root.join(&source.path), source.text.clone())).collect();
    let problems = match sources.load() {
        Ok(loaded) => loaded.warnings,
        Err(report) => report.diagnostics().to_vec(),
    };
    let mut by_file: BTreeMap<PathBuf, Vec<Diagnostic>> =
        project.reported.keys().map(|path| (path.clone(), Vec::new())).collect();
    for problem in problems {
        let content = files.get(&problem.file).map_or("", String::as_str);
        by_file.entry(problem.file.clone()).or_default().push(diagnostic(&problem, content));
    }
    project.reported.clone_from(&by_file);
    project.reported.retain(|_, all| !all.is_empty());
    let told = by_file.into_iter().filter_map(|(path, diagnostics)| {
        let version = project.version(&path);
        Some(PublishDiagnosticsParams { uri: text::uri(&path)?, diagnostics, version })
    });
    told.collect()
}

fn diagnostic(problem: &Problem, content: &str) -> Diagnostic {
    let extent = Extent {
        line: problem.line,
        column: problem.column,
        end_line: problem.end_line,
        end_column: problem.end_column,
    };
    let parts = [Some(&problem.label).filter(|label| !label.is_empty()), problem.help.as_ref()];
    let mut message = problem.message.clone();
    for part in parts.into_iter().flatten() {
        message.push('\n');
        message.push_str(part);
    }
    Diagnostic {
        range: text::range(content, &extent),
        severity: Some(match problem.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(problem.code.to_owned())),
        source: Some("kontor".to_owned()),
        message,
        data: problem.fix.as_ref().and_then(|fix| mend::data(fix, content)),
        ..Diagnostic::default()
    }
}
