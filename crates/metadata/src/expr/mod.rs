//! A small pure language for `compute`, `check`, `visible`, `required`, `where` and `events`.
//!
//! Literals are numbers (exact decimals), `'texts'`, `true`, `false`, `null`; names are fields, with one hop over a
//! relation (`stage.probability`) and the prefixes `record` and `old`. Operators, loosest first: `c ? a : b`, `||`,
//! `&&`, `== !=`, `< <= > >= in [..]`, `+ -`, `* / %`, `! -`. Anything followed by `(` is a function call.
//!
//! Here they are parsed ([`Expr`]); once their names and types are checked they become a [`Formula`], which can be
//! evaluated and translated to SQL.

mod ast;
mod formula;
mod lexer;
mod parser;

pub use ast::{Ast, Binary, Node, Range, Unary};
pub use formula::{Comparison, DatePart, Formula, Of, Read, Step, Type};

/// Longer than anybody writes, in bytes: it bounds how deep a chain of operators is nested.
const MAX_LENGTH: usize = 4_000;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// As written.
    pub source: String,
    /// What it means; positions are bytes of `source`.
    pub ast: Node,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Bytes of the text it is about; empty at its end.
    pub range: Range,
    /// What is wrong, "unexpected `)`".
    pub message: String,
    /// What could stand there, "a value".
    pub expected: String,
}

impl Expr {
    /// Parses a whole text.
    ///
    /// # Errors
    /// The first place where the text stops being an expression.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        if source.len() > MAX_LENGTH {
            let range = Range { start: 0, end: source.len() };
            let message = format!("more than {MAX_LENGTH} bytes");
            return Err(SyntaxError { range, message, expected: "a shorter expression".to_owned() });
        }
        Ok(Self { source: source.to_owned(), ast: parser::parse(source)? })
    }
}
