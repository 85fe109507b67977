use super::{Diagnostic, Note, Severity};
use std::fmt::Write as _;
use std::path::Path;

/// Prints problems one under another, with an empty line between them.
pub(super) fn render(diagnostics: &[Diagnostic], color: bool) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        one(diagnostic, color, &mut out);
    }
    out
}

fn one(d: &Diagnostic, color: bool, out: &mut String) {
    let paint = |style: &str, text: &str| {
        if color && !text.is_empty() { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let style = match d.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
    };
    let notes = d.notes.iter().map(|note| note.line);
    let width = notes.chain([d.line]).max().unwrap_or(d.line).to_string().len().max(2);
    let pad = " ".repeat(width);
    let head = format!("{}[{}]", d.severity.name(), d.code);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}: {}", paint(style, &head), tame(&d.message));
    let mut place = |at: &Excerpt<'_>, style: &str| {
        let place = format!("╭─[{}:{}:{}]", at.file.display(), at.line, at.column);
        let _ = writeln!(out, "{pad}{}", paint("2", &place));
        if !at.source_line.is_empty() {
            let line = tame(at.source_line);
            let _ = writeln!(out, "{} {line}", paint("2", &format!("{:>width$}│", at.line)));
            let indent = " ".repeat(at.column.saturating_sub(1) as usize);
            let marks = paint(style, &underline(at.width()));
            let label = if at.label.is_empty() { String::new() } else { format!(" {}", paint(style, at.label)) };
            let _ = writeln!(out, "{pad}{} {indent}{marks}{label}", paint("2", "·"));
        }
    };
    place(&Excerpt::of(d), style);
    for note in &d.notes {
        place(&Excerpt::of_note(note), "1;34");
    }
    if let Some(help) = &d.help {
        let _ = writeln!(out, "{pad}{} {help}", paint("1;32", "help:"));
    }
}

/// A text that cannot steer the terminal: each control character becomes a space, so that columns stay.
fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A place of a file, to be shown.
struct Excerpt<'a> {
    file: &'a Path,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    label: &'a str,
    source_line: &'a str,
}

impl<'a> Excerpt<'a> {
    fn of(d: &'a Diagnostic) -> Self {
        let Diagnostic { file, line, column, end_line, end_column, label, source_line, .. } = d;
        let (line, column, end_line, end_column) = (*line, *column, *end_line, *end_column);
        Self { file, line, column, end_line, end_column, label, source_line }
    }

    fn of_note(note: &'a Note) -> Self {
        let Note { file, line, column, end_line, end_column, label, source_line } = note;
        let (line, column, end_line, end_column) = (*line, *column, *end_line, *end_column);
        Self { file, line, column, end_line, end_column, label, source_line }
    }

    /// Characters to underline: up to the end of the place, but not beyond its first line.
    fn width(&self) -> usize {
        let end = if self.end_line > self.line {
            u32::try_from(self.source_line.trim_end().chars().count()).unwrap_or(u32::MAX).saturating_add(1)
        } else {
            self.end_column
        };
        end.saturating_sub(self.column).max(1) as usize
    }
}

/// `───┬───`, the tick in the middle.
fn underline(width: usize) -> String {
    let left = (width - 1) / 2;
    format!("{}┬{}", "─".repeat(left), "─".repeat(width - 1 - left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_printed_as_the_format_describes() {
        let d = Diagnostic {
            code: "KON021",
            severity: Severity::Error,
            file: "modules/receipt.yaml".into(),
            line: 28,
            column: 33,
            end_line: 28,
            end_column: 40,
            message: "`due_dat` is not a field of Receipt".into(),
            label: "unknown field".into(),
            help: Some("did you mean `due_date`?".into()),
            notes: Vec::new(),
            fix: None,
            source_line: "  list: [name, amount, account, due_dat]".into(),
        };
        let expected = "\
error[KON021]: `due_dat` is not a field of Receipt
  ╭─[modules/receipt.yaml:28:33]
28│   list: [name, amount, account, due_dat]
  ·                                 ───┬─── unknown field
  help: did you mean `due_date`?
";
        assert_eq!(render(std::slice::from_ref(&d), false), expected);
        assert!(render(&[d], true).contains("\x1b[1;31merror[KON021]\x1b[0m: "));
    }
}
