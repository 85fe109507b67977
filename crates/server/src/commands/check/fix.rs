//! What can be mended in one way only is mended.

use crate::failure::Failure;
use kontor_metadata::{Diagnostic, Fix, Source, Sources, load_sources};
use std::{fs, path::PathBuf};

/// Mends files, one problem after the other, and says what was changed. A change that does not leave fewer problems is
/// taken back before it is written.
pub(super) fn run(folders: &[PathBuf]) -> Result<String, Failure> {
    let mut sources = Sources::read(folders).files().to_vec();
    let mut told = String::new();
    let mut problems = problems(&sources);
    let mut hopeless: Vec<Diagnostic> = Vec::new();
    while let Some(next) = problems.iter().find(|d| d.fix.is_some() && !hopeless.contains(d)).cloned() {
        let mended = mended(&sources, &next);
        let better = mended.map(|change| (self::problems(&change.sources), change));
        match better.filter(|(left, _)| left.len() < problems.len()) {
            Some((left, change)) => {
                write(&sources[change.at], &change.sources[change.at])?;
                told.push_str(&format!("{}\n", change.told));
                (sources, problems) = (change.sources, left);
                hopeless.clear();
            }
            None => hopeless.push(next),
        }
    }
    Ok(told)
}

/// Errors and warnings.
fn problems(sources: &[Source]) -> Vec<Diagnostic> {
    match load_sources(sources.to_vec()) {
        Ok(loaded) => loaded.warnings,
        Err(report) => report.diagnostics().to_vec(),
    }
}

/// The files after a change of one of them.
struct Change {
    sources: Vec<Source>,
    at: usize,
    told: String,
}

fn mended(sources: &[Source], problem: &Diagnostic) -> Option<Change> {
    let at = sources.iter().position(|source| source.root.join(&source.path) == problem.file)?;
    let mut sources = sources.to_vec();
    let source = &mut sources[at];
    let place = format!("{}:{}:{}", problem.file.display(), problem.line, problem.column);
    let told = match problem.fix.as_ref()? {
        Fix::Rename { to } => {
            source.path.set_file_name(to);
            format!("{}: {} renamed to {to}", problem.code, problem.file.display())
        }
        fix @ Fix::Replace { line, .. } => {
            source.text = fix.apply(&source.text)?;
            let what = problem.help.clone().unwrap_or_else(|| problem.message.clone());
            let line = source.text.lines().nth(*line as usize - 1).unwrap_or_default().trim();
            format!("{}: {place}: {what}\n  now: {line}", problem.code)
        }
    };
    // A file of the new name may be there already.
    let same = |other: &Source| other.root == sources[at].root && other.path == sources[at].path;
    (sources.iter().filter(|other| same(other)).count() == 1).then_some(())?;
    Some(Change { sources, at, told })
}

fn write(before: &Source, after: &Source) -> Result<(), Failure> {
    let (from, to) = (before.root.join(&before.path), after.root.join(&after.path));
    let written = if from == to { fs::write(&to, &after.text) } else { fs::rename(&from, &to) };
    written.map_err(|error| Failure::because(format!("{} cannot be written", to.display()), &error))
}
