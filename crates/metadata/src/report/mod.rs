//! Problems of metadata: what they are ([`Diagnostic`]), all of them together ([`Report`]), how they are printed.

mod code;
mod fix;
mod json;
mod sarif;
mod sink;
mod text;

pub use code::{Code, codes, explain};
pub use fix::Fix;
pub use sink::similar;
pub(crate) use sink::{Problem, Sink};

use std::fmt;
use std::path::PathBuf;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The metadata cannot be used.
    Error,
    /// It can be used, but is probably not meant so.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One problem, with everything that is needed to print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, `KON021`; [`explain`] says more.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file: the folder as the caller named it, then the path below it.
    pub file: PathBuf,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// Line of the end, from 1.
    pub end_line: u32,
    /// Column behind the last character, from 1.
    pub end_column: u32,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// A few words at the caret; may be empty.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that it is about: the first of two things of one name, what a change is in conflict with.
    pub notes: Vec<Note>,
    /// What mends it for certain.
    pub fix: Option<Fix>,
    /// The line of the file that it is about.
    pub source_line: String,
}

/// Another place that a problem is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// As that of the problem.
    pub file: PathBuf,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// Line of the end, from 1.
    pub end_line: u32,
    /// Column behind the last character, from 1.
    pub end_column: u32,
    /// A few words at the caret.
    pub label: String,
    /// The line of the file that it is about.
    pub source_line: String,
}

/// All problems of all files, sorted by file and position.
#[derive(Debug, Clone, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// A report of these problems; sorts them and drops exact repetitions.
    #[must_use]
    pub fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by(|a, b| {
            (&a.file, a.line, a.column, a.code, &a.message).cmp(&(&b.file, b.line, b.column, b.code, &b.message))
        });
        diagnostics.dedup();
        Self { diagnostics }
    }

    /// The problems in order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether there is an error among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many problems are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// The problems as text for people, each with the line it is about and a caret; `color` adds ANSI colours.
    #[must_use]
    pub fn render_text(&self, color: bool) -> String {
        text::render(&self.diagnostics, color)
    }

    /// The problems as a JSON array of objects with code, severity, file, line, column, endLine, endColumn, message,
    /// label and help.
    #[must_use]
    pub fn render_json(&self) -> String {
        json::render(&self.diagnostics)
    }

    /// The problems as SARIF 2.1.0; `version` is that of the program.
    #[must_use]
    pub fn render_sarif(&self, version: &str) -> String {
        sarif::render(&self.diagnostics, version)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render_text(false))
    }
}

impl std::error::Error for Report {}
