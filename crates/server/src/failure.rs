//! How a command ends that could not do its work: what went wrong, why, and what to do about it.

use std::{fmt::Display, io::Write as _, process::ExitCode};

/// Why a command ended.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Display) -> Self {
        Self { message: message.to_string(), help: None }
    }

    /// What went wrong with all its causes.
    pub(crate) fn because(message: impl Display, cause: &dyn std::error::Error) -> Self {
        let mut text = format!("{message}: {cause}");
        let mut source = cause.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text.push_str(&format!(": {cause_text}"));
            }
            source = cause.source();
        }
        Self { message: text, help: None }
    }

    /// What the reader can do.
    pub(crate) fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }

    /// All of it, for a log or a page.
    pub(crate) fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\n  help: {help}", self.message),
            None => self.message.clone(),
        }
    }

    /// Tells it on standard error.
    pub(crate) fn report(self) -> ExitCode {
        let mut out = std::io::stderr().lock();
        // Nobody can be told when standard error is closed.
        let _ = writeln!(out, "error: {}", self.text());
        ExitCode::FAILURE
    }
}

/// What a command gives.
pub(crate) type Done = Result<ExitCode, Failure>;

/// Writes to standard output; a reader who has gone (`kontor schema | head`) is no failure.
pub(crate) fn print(text: &str) -> Done {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::because("standard output cannot be written", &error))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
