use super::{Code, Diagnostic, Note, Report, Severity, fix};
use crate::source::Source;
use crate::yaml::Span;

/// Collects problems while the stages run; each knows only its span until the report is made.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    problems: Vec<Problem>,
}

/// A problem before the text of its file is looked up.
#[derive(Debug)]
pub(crate) struct Problem {
    span: Span,
    code: Code,
    message: String,
    label: String,
    help: Option<String>,
    notes: Vec<(Span, String)>,
    fix: Option<fix::Draft>,
}

impl Problem {
    /// A few words at the caret.
    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// What to do about it.
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Another place that it is about, with a few words at the caret.
    pub(crate) fn note(&mut self, span: Span, label: impl Into<String>) -> &mut Self {
        self.notes.push((span, label.into()));
        self
    }

    /// What to do about it, where there is something to say.
    pub(crate) fn maybe_help(&mut self, help: Option<String>) -> &mut Self {
        if help.is_some() {
            self.help = help;
        }
        self
    }

    /// "did you mean …?", if one of `names` is close to `wrong`; mends it, if none of the others is nearly as close.
    pub(crate) fn suggest<'a>(&mut self, wrong: &str, names: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let names: Vec<&str> = names.into_iter().collect();
        if let Some(name) = similar(wrong, names.iter().copied()) {
            self.help = Some(format!("did you mean `{name}`?"));
            let next = names.iter().filter(|n| **n != name).map(|n| likeness(wrong, n)).fold(0.0, f64::max);
            if likeness(wrong, name) >= CERTAIN && next < likeness(wrong, name) - CLEAR {
                self.rename_to(wrong, name);
            }
        }
        self
    }

    /// Mends it: the name at its place should be another.
    pub(crate) fn rename_to(&mut self, wrong: &str, right: &str) -> &mut Self {
        self.fix = Some(fix::Draft::Name { wrong: wrong.to_owned(), right: right.to_owned() });
        self
    }

    /// Mends it: another text at a place of its file.
    pub(crate) fn replace(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        self.fix = Some(fix::Draft::Replace(span, text.into()));
        self
    }

    /// Mends it: the item of a list at its place goes.
    pub(crate) fn remove(&mut self) -> &mut Self {
        self.fix = Some(fix::Draft::Remove(self.span));
        self
    }

    /// Mends it: another name for its file.
    pub(crate) fn rename_file(&mut self, to: impl Into<String>) -> &mut Self {
        self.fix = Some(fix::Draft::Rename(to.into()));
        self
    }
}

impl Sink {
    /// Reports a problem at a place; more can be said about it on what is returned.
    pub(crate) fn at(&mut self, span: Span, code: Code, message: impl Into<String>) -> &mut Problem {
        self.problems.push(Problem {
            span,
            code,
            message: message.into(),
            label: String::new(),
            help: None,
            notes: Vec::new(),
            fix: None,
        });
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    /// Whether an error was reported.
    pub(crate) fn has_errors(&self) -> bool {
        self.problems.iter().any(|p| p.code.severity() == Severity::Error)
    }

    /// Whether anything was reported about a file.
    pub(crate) fn mentions(&self, file: usize) -> bool {
        self.problems.iter().any(|p| p.span.file as usize == file)
    }

    /// Drops problems that are only consequences of others.
    pub(crate) fn forget(&mut self, codes: &[Code]) {
        self.problems.retain(|p| !codes.contains(&p.code));
    }

    /// Looks up the line each problem is about.
    pub(crate) fn into_report(self, sources: &[Source]) -> Report {
        let none = Source::new("", "");
        // An alias leaves nothing behind; that nothing is not of the right type need not be said as well.
        let aliases: Vec<Span> = self.problems.iter().filter(|p| p.code == Code::Anchor).map(|p| p.span).collect();
        Report::new(
            self.problems
                .into_iter()
                .filter(|p| p.code != Code::WrongType || !aliases.contains(&p.span))
                .map(|p| {
                    let source = |span: Span| sources.get(span.file as usize).unwrap_or(&none);
                    let line = |span: Span| {
                        let line = source(span).text.lines().nth(span.line.saturating_sub(1) as usize);
                        line.unwrap_or("").to_owned()
                    };
                    let note = |(span, label): (Span, String)| Note {
                        file: source(span).shown(),
                        line: span.line,
                        column: span.column,
                        end_line: span.end_line,
                        end_column: span.end_column,
                        label,
                        source_line: line(span),
                    };
                    Diagnostic {
                        code: p.code.number(),
                        severity: p.code.severity(),
                        file: source(p.span).shown(),
                        line: p.span.line,
                        column: p.span.column,
                        end_line: p.span.end_line,
                        end_column: p.span.end_column,
                        message: p.message,
                        label: p.label,
                        help: p.help,
                        fix: p.fix.and_then(|fix| fix.resolve(p.span, source(p.span))),
                        notes: p.notes.into_iter().map(note).collect(),
                        source_line: line(p.span),
                    }
                })
                .collect(),
        )
    }
}

/// From how like on a name is what was meant for certain.
const CERTAIN: f64 = 0.85;
/// By how much it has to be more like than any other.
const CLEAR: f64 = 0.04;

/// How like one name is to another, 0 to 1.
fn likeness(wrong: &str, name: &str) -> f64 {
    strsim::jaro_winkler(&wrong.to_lowercase(), &name.to_lowercase())
}

/// The name most like `wrong`, if any is like it at all.
#[must_use]
pub fn similar<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (likeness(wrong, name), name))
        .filter(|(score, _)| *score >= 0.8)
        // The first of equally good names wins, so that the report does not depend on luck.
        .fold(None, |best: Option<(f64, &str)>, (score, name)| match best {
            Some((highest, _)) if highest >= score => best,
            _ => Some((score, name)),
        })
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn finds_the_nearest_name() {
        assert_eq!(similar("due_dat", ["name", "due_date", "date"]), Some("due_date"));
        assert_eq!(similar("acount", ["Contact", "Account"]), Some("Account"));
        assert_eq!(similar("zebra", ["name", "due_date"]), None);
    }
}
