//! Labels and help as documentation comments.

use kontor_metadata::model::Text;

/// Longest line, as in `rustfmt.toml`.
pub(super) const WIDTH: usize = 120;

/// `Domain: internet domain without www.`
pub(super) fn sentence(label: &Text, help: &Text) -> String {
    let mut text = escaped(label.get("en"));
    if !help.is_empty() {
        text = format!("{text}: {}", escaped(help.get("en")));
    }
    if text.ends_with(['.', '!', '?', ')']) { text } else { text + "." }
}

/// A comment of lines that fit.
pub(super) fn lines(prefix: &str, text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("it begins with a line and only grows");
        if line.is_empty() {
            *line = word.to_owned();
        } else if prefix.len() + line.chars().count() + 1 + word.chars().count() <= WIDTH {
            *line = format!("{line} {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|line| format!("{}\n", format!("{prefix}{line}").trim_end())).collect()
}

/// What Markdown would take for a link or a tag is text.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '[' | ']' | '<' | '>' | '`' | '*' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken() {
        let text = lines("    /// ", &"word ".repeat(40));
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| line.len() <= WIDTH && line.starts_with("    /// word")));
    }

    #[test]
    fn markup_stays_text() {
        assert_eq!(sentence(&Text::plain("A <b>"), &Text::default()), "A \\<b\\>.");
        assert_eq!(sentence(&Text::plain("Size"), &Text::plain("In bytes.")), "Size: In bytes.");
    }
}
