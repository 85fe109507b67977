//! YAML text → nodes with positions, and the reader that takes mappings apart.

mod parse;
mod reader;

pub(crate) use parse::parse;
pub(crate) use reader::{Reader, boolean, expect_list, integer, name_list, shown, text};

/// A range of a file; lines and columns in characters, from 1, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    /// Index of the source.
    pub(crate) file: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_line: u32,
    pub(crate) end_column: u32,
}

impl Span {
    /// The first character of a file.
    pub(crate) fn start_of(file: usize) -> Self {
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        Self { file, line: 1, column: 1, end_line: 1, end_column: 2 }
    }
}

/// Something with the place it was written at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> Spanned<T> {
    pub(crate) fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A value in YAML.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    /// Text, number or boolean: YAML's core schema decides by the text, if it stands without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    /// Keys are scalars and distinct.
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// `true` or `false` without quotes.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Scalar { text, plain: true } => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text of a number without quotes, `-12.50`.
    pub(crate) fn as_number(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, plain: true } if is_number(text) => Some(text),
            _ => None,
        }
    }

    /// The text of any scalar.
    pub(crate) fn as_scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What it is, in words: "a list".
    pub(crate) fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Scalar { .. } if self.as_bool().is_some() => "a boolean",
            Kind::Scalar { .. } if self.as_number().is_some() => "a number",
            Kind::Scalar { .. } => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}

/// Decimal integers and floats of the core schema; octal, hexadecimal, infinities are no numbers in metadata.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    !(whole.is_empty() && fraction.is_empty())
        && all_digits(whole)
        && all_digits(fraction)
        && exponent.is_none_or(|e| {
            let e = e.strip_prefix(['-', '+']).unwrap_or(e);
            !e.is_empty() && all_digits(e)
        })
}

#[cfg(test)]
mod tests {
    use super::is_number;

    #[test]
    fn knows_numbers() {
        for number in ["0", "-12", "+3", "1.50", ".5", "1e3", "2.5E-1"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["", "-", ".", "1-10", "0x1f", "1e", "1.2.3", "true"] {
            assert!(!is_number(other), "{other}");
        }
    }
}
