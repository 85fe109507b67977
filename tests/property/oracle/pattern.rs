//! Patterns of texts.

/// A pattern.
pub(super) struct Pattern {
    parts: Vec<Part>,
    insensitive: bool,
}

enum Part {
    Anything,
    AnyCharacter,
    Character(char),
}

impl Pattern {
    /// The pattern of an operator and its value; none for another operator.
    pub(super) fn read(operator: &str, value: &str) -> Option<Self> {
        let insensitive = operator.starts_with('i');
        let value = if insensitive { value.to_lowercase() } else { value.to_owned() };
        let (before, after) = match operator.strip_prefix('i').unwrap_or(operator) {
            "like" => return Some(Self { parts: parts(&value), insensitive }),
            "contains" => (true, true),
            "startsWith" => (false, true),
            "endsWith" => (true, false),
            _ => return None,
        };
        let mut parts: Vec<_> = value.chars().map(Part::Character).collect();
        if before {
            parts.insert(0, Part::Anything);
        }
        if after {
            parts.push(Part::Anything);
        }
        Some(Self { parts, insensitive })
    }

    /// Whether a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> =
            if self.insensitive { text.to_lowercase().chars().collect() } else { text.chars().collect() };
        matches(&self.parts, &text)
    }
}

/// `%` any text, `_` any character, `\` takes the next as it is, or itself at the end.
fn parts(pattern: &str) -> Vec<Part> {
    let mut characters = pattern.chars();
    let mut parts = Vec::new();
    while let Some(character) = characters.next() {
        parts.push(match character {
            '%' => Part::Anything,
            '_' => Part::AnyCharacter,
            '\\' => Part::Character(characters.next().unwrap_or('\\')),
            other => Part::Character(other),
        });
    }
    parts
}

fn matches(parts: &[Part], text: &[char]) -> bool {
    match (parts.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((Part::Anything, after)), None) => matches(after, text),
        (Some((Part::Anything, after)), Some((_, rest))) => matches(after, text) || matches(parts, rest),
        (Some((Part::AnyCharacter, after)), Some((_, rest))) => matches(after, rest),
        (Some((Part::Character(wanted), after)), Some((found, rest))) => wanted == found && matches(after, rest),
        (Some(_), None) => false,
    }
}
