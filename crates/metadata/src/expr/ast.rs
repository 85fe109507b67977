/// Bytes of the source, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

impl Range {
    /// From the start of this to the end of another.
    #[must_use]
    pub fn to(self, other: Range) -> Range {
        Range { start: self.start, end: other.end }
    }
}

/// A part of an expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub ast: Ast,
    /// Where it stands.
    pub range: Range,
}

/// What a part of an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum Ast {
    /// `null`.
    Null,
    /// `true`, `false`.
    Boolean(bool),
    /// Digits as written, `12.50`: decimals stay exact.
    Number(String),
    /// `'a text'`, without its quotes.
    Text(String),
    /// A field, `amount`.
    Name(String),
    /// `stage.probability`, `record.pipeline`, `old.amount`; three parts only behind `record` and `old`.
    Path(Vec<String>),
    /// `round(x, 2)`.
    Call {
        /// Name of the function.
        function: String,
        /// In order.
        arguments: Vec<Node>,
    },
    /// `!x`, `-x`.
    Unary {
        /// Which.
        operator: Unary,
        /// What it is applied to.
        operand: Box<Node>,
    },
    /// `x + y`.
    Binary {
        /// Which.
        operator: Binary,
        /// In front of it.
        left: Box<Node>,
        /// Behind it.
        right: Box<Node>,
    },
    /// `x in [a, b]`.
    In {
        /// What is looked for.
        value: Box<Node>,
        /// Where.
        list: Vec<Node>,
    },
    /// `condition ? then : otherwise`.
    Conditional {
        /// Decides.
        condition: Box<Node>,
        /// If true.
        then: Box<Node>,
        /// If false.
        otherwise: Box<Node>,
    },
}

/// An operator with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// An operator with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Node {
    /// Calls `visit` with this node and everything in it, parents first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        visit(self);
        match &self.ast {
            Ast::Null | Ast::Boolean(_) | Ast::Number(_) | Ast::Text(_) | Ast::Name(_) | Ast::Path(_) => {}
            Ast::Call { arguments, .. } => arguments.iter().for_each(|a| a.walk(visit)),
            Ast::Unary { operand, .. } => operand.walk(visit),
            Ast::Binary { left, right, .. } => {
                left.walk(visit);
                right.walk(visit);
            }
            Ast::In { value, list } => {
                value.walk(visit);
                list.iter().for_each(|item| item.walk(visit));
            }
            Ast::Conditional { condition, then, otherwise } => {
                condition.walk(visit);
                then.walk(visit);
                otherwise.walk(visit);
            }
        }
    }
}
