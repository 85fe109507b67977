use super::{Range, SyntaxError};

/// A word or sign of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Number(String),
    Text(String),
    Name(String),
    /// Operators and brackets.
    Sign(&'static str),
    End,
}

impl Token {
    /// As written in a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Token::Number(text) | Token::Name(text) => format!("`{text}`"),
            Token::Text(text) => format!("`'{text}'`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end".to_owned(),
        }
    }
}

/// Longer signs first, so that `<=` is not read as `<` and `=`.
const SIGNS: [&str; 22] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "(", ")", "[", "]", ",", ".",
];

/// Signs of other languages and what they are called here.
const FOREIGN: [(&str, &str); 5] =
    [("=", "`==`"), ("&", "`&&`"), ("|", "`||`"), ("<>", "`!=`"), ("\"", "'single quotes'")];

/// All tokens with their places; the last is [`Token::End`].
pub(super) fn lex(source: &str) -> Result<Vec<(Token, Range)>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        let start = at;
        let token = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if c.is_ascii_digit() {
            let text = number(rest);
            at += text.len();
            Token::Number(text.to_owned())
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            at += length;
            Token::Name(rest[..length].to_owned())
        } else if c == '\'' {
            let (text, length) = quoted(rest).ok_or_else(|| SyntaxError {
                range: Range { start, end: source.len() },
                message: "a text that does not end".to_owned(),
                expected: "a closing `'`".to_owned(),
            })?;
            at += length;
            if text.contains('\0') {
                return Err(SyntaxError {
                    range: Range { start, end: at },
                    message: "a text with the character U+0000".to_owned(),
                    expected: "other characters".to_owned(),
                });
            }
            Token::Text(text)
        } else if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s) && !rest.starts_with("<>")) {
            at += sign.len();
            Token::Sign(sign)
        } else {
            let foreign = FOREIGN.iter().rev().find(|(sign, _)| rest.starts_with(sign));
            return Err(SyntaxError {
                range: Range { start, end: start + foreign.map_or(c.len_utf8(), |(sign, _)| sign.len()) },
                message: format!(
                    "`{}` means nothing here",
                    foreign.map_or(c.to_string(), |(sign, _)| (*sign).to_owned())
                ),
                expected: foreign.map_or("an operator, a name or a value", |(_, name)| name).to_owned(),
            });
        };
        tokens.push((token, Range { start, end: at }));
    }
    tokens.push((Token::End, Range { start: source.len(), end: source.len() }));
    Ok(tokens)
}

/// `12` or `12.5` at the start of a text.
fn number(rest: &str) -> &str {
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let fraction = rest[whole..].strip_prefix('.').map_or(0, digits);
    if fraction == 0 { &rest[..whole] } else { &rest[..=whole + fraction] }
}

/// A quoted text (`''` is a quote in it) and its length with the quotes.
fn quoted(rest: &str) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\'' {
            text.push(c);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Some((text, at + 1));
        }
    }
    None
}
