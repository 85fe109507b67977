use super::lexer::{Token, lex};
use super::{Ast, Binary, Node, Range, SyntaxError, Unary};

/// Deeper than anybody writes; keeps a malicious text from exhausting the stack.
const MAX_DEPTH: usize = 64;

/// Above every binary operator.
const UNARY: u8 = 7;

/// A Pratt parser: each operator has a strength, and an operand goes to the stronger of its neighbours.
pub(super) fn parse(source: &str) -> Result<Node, SyntaxError> {
    let mut parser = Parser { tokens: lex(source)?, at: 0, depth: 0 };
    let node = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(node),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser {
    tokens: Vec<(Token, Range)>,
    at: usize,
    depth: usize,
}

fn binary(sign: &str) -> Option<(u8, Binary)> {
    Some(match sign {
        "||" => (1, Binary::Or),
        "&&" => (2, Binary::And),
        "==" => (3, Binary::Equal),
        "!=" => (3, Binary::NotEqual),
        "<" => (4, Binary::Less),
        "<=" => (4, Binary::LessOrEqual),
        ">" => (4, Binary::Greater),
        ">=" => (4, Binary::GreaterOrEqual),
        "+" => (5, Binary::Add),
        "-" => (5, Binary::Subtract),
        "*" => (6, Binary::Multiply),
        "/" => (6, Binary::Divide),
        "%" => (6, Binary::Remainder),
        _ => return None,
    })
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn range(&self) -> Range {
        self.tokens[self.at].1
    }

    /// The last token, the end, is never passed.
    fn advance(&mut self) -> Range {
        let range = self.range();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        range
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<Range, SyntaxError> {
        match self.peek() {
            Token::Sign(s) if *s == sign => Ok(self.advance()),
            _ => Err(self.unexpected(&format!("`{sign}`"))),
        }
    }

    fn unexpected(&self, expected: &str) -> SyntaxError {
        let message = format!("unexpected {}", self.peek().describe());
        SyntaxError { range: self.range(), message, expected: expected.to_owned() }
    }

    fn expression(&mut self, floor: u8) -> Result<Node, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            return Err(SyntaxError { range: self.range(), message, expected: "a simpler expression".to_owned() });
        }
        let mut left = self.operand()?;
        loop {
            match self.peek() {
                Token::Name(name) if name == "in" && floor < 4 => {
                    self.advance();
                    self.expect("[")?;
                    let (list, end) = self.list("]")?;
                    let range = left.range.to(end);
                    left = Node { ast: Ast::In { value: Box::new(left), list }, range };
                }
                Token::Sign("?") if floor == 0 => {
                    self.advance();
                    let then = self.expression(0)?;
                    self.expect(":")?;
                    let otherwise = self.expression(0)?;
                    let range = left.range.to(otherwise.range);
                    let (condition, then, otherwise) = (Box::new(left), Box::new(then), Box::new(otherwise));
                    left = Node { ast: Ast::Conditional { condition, then, otherwise }, range };
                }
                Token::Sign(sign) => match binary(sign) {
                    Some((strength, operator)) if strength > floor => {
                        self.advance();
                        let right = self.expression(strength)?;
                        let range = left.range.to(right.range);
                        left =
                            Node { ast: Ast::Binary { operator, left: Box::new(left), right: Box::new(right) }, range };
                    }
                    _ => break,
                },
                _ => break,
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node, SyntaxError> {
        let range = self.range();
        match self.peek().clone() {
            Token::Number(digits) => Ok(Node { ast: Ast::Number(digits), range: self.advance() }),
            Token::Text(text) => Ok(Node { ast: Ast::Text(text), range: self.advance() }),
            Token::Name(name) => {
                self.advance();
                self.named(name, range)
            }
            Token::Sign("(") => {
                self.advance();
                let inner = self.expression(0)?;
                let end = self.expect(")")?;
                Ok(Node { ast: inner.ast, range: range.to(end) })
            }
            Token::Sign(sign @ ("!" | "-")) => {
                self.advance();
                let operand = self.expression(UNARY)?;
                let operator = if sign == "!" { Unary::Not } else { Unary::Negate };
                let range = range.to(operand.range);
                Ok(Node { ast: Ast::Unary { operator, operand: Box::new(operand) }, range })
            }
            _ => Err(self.unexpected("a value, a field or `(`")),
        }
    }

    /// What begins with a name: a keyword, a call, a path or a field.
    fn named(&mut self, name: String, range: Range) -> Result<Node, SyntaxError> {
        let keyword = match name.as_str() {
            "true" => Some(Ast::Boolean(true)),
            "false" => Some(Ast::Boolean(false)),
            "null" => Some(Ast::Null),
            _ => None,
        };
        if let Some(ast) = keyword {
            return Ok(Node { ast, range });
        }
        if matches!(name.as_str(), "in" | "and" | "or" | "not") {
            let message = format!("unexpected `{name}`");
            let expected = match name.as_str() {
                "and" => "`&&`",
                "or" => "`||`",
                "not" => "`!`",
                _ => "a value in front of `in`",
            };
            return Err(SyntaxError { range, message, expected: expected.to_owned() });
        }
        if self.accept("(") {
            let (arguments, end) = self.list(")")?;
            return Ok(Node { ast: Ast::Call { function: name, arguments }, range: range.to(end) });
        }
        let longest = if name == "record" || name == "old" { 3 } else { 2 };
        let mut path = vec![name];
        let mut whole = range;
        while self.accept(".") {
            let part = self.range();
            let Token::Name(next) = self.peek().clone() else { return Err(self.unexpected("a field")) };
            if path.len() == longest {
                let message = "more than one hop over a relation".to_owned();
                return Err(SyntaxError { range: part, message, expected: "a field of the linked record".to_owned() });
            }
            self.advance();
            path.push(next);
            whole = whole.to(part);
        }
        let ast = match <[String; 1]>::try_from(path) {
            Ok([name]) => Ast::Name(name),
            Err(path) => Ast::Path(path),
        };
        Ok(Node { ast, range: whole })
    }

    /// Values up to a closing bracket, whose place is returned.
    fn list(&mut self, close: &str) -> Result<(Vec<Node>, Range), SyntaxError> {
        let mut items = Vec::new();
        let end = self.range();
        if self.accept(close) {
            return Ok((items, end));
        }
        loop {
            items.push(self.expression(0)?);
            if !self.accept(",") {
                return match self.peek() {
                    Token::Sign(s) if *s == close => Ok((items, self.advance())),
                    _ => Err(self.unexpected(&format!("`,` or `{close}`"))),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fully bracketed prefix form, so that strength and order show.
    fn form(node: &Node) -> String {
        let all = |nodes: &[Node]| nodes.iter().map(form).collect::<Vec<_>>().join(" ");
        match &node.ast {
            Ast::Null => "null".into(),
            Ast::Boolean(b) => b.to_string(),
            Ast::Number(n) => n.clone(),
            Ast::Text(t) => format!("'{t}'"),
            Ast::Name(n) => n.clone(),
            Ast::Path(p) => p.join("."),
            Ast::Call { function, arguments } => format!("{function}({})", all(arguments)),
            Ast::Unary { operator, operand } => format!("({operator:?} {})", form(operand)),
            Ast::Binary { operator, left, right } => format!("({operator:?} {} {})", form(left), form(right)),
            Ast::In { value, list } => format!("(In {} [{}])", form(value), all(list)),
            Ast::Conditional { condition, then, otherwise } => {
                format!("(If {} {} {})", form(condition), form(then), form(otherwise))
            }
        }
    }

    fn parsed(source: &str) -> String {
        form(&parse(source).unwrap())
    }

    fn failed(source: &str) -> (usize, usize, String, String) {
        let e = parse(source).unwrap_err();
        (e.range.start, e.range.end, e.message, e.expected)
    }

    #[test]
    fn operators_bind_as_in_other_languages() {
        assert_eq!(parsed("1 + 2 * 3 - 4"), "(Subtract (Add 1 (Multiply 2 3)) 4)");
        assert_eq!(parsed("a || b && !c == d"), "(Or a (And b (Equal (Not c) d)))");
        assert_eq!(parsed("-a.b * 2"), "(Multiply (Negate a.b) 2)");
        assert_eq!(parsed("a ? b : c ? d : e"), "(If a b (If c d e))");
        assert_eq!(parsed("x in ['a', 'b'] && y"), "(And (In x ['a' 'b']) y)");
        assert_eq!(parsed("a == b in [1]"), "(Equal a (In b [1]))");
    }

    #[test]
    fn the_examples_of_the_format_parse() {
        assert_eq!(
            parsed("round(amount * probability / 100, 2)"),
            "round((Divide (Multiply amount probability) 100) 2)"
        );
        assert_eq!(parsed("days(now() - stage_changed_at)"), "days((Subtract now() stage_changed_at))");
        assert_eq!(parsed("pipeline == record.pipeline"), "(Equal pipeline record.pipeline)");
        assert_eq!(parsed("changed(stage) && stage.is_won"), "(And changed(stage) stage.is_won)");
        assert_eq!(parsed("status != 'won' || amount > 0"), "(Or (NotEqual status 'won') (Greater amount 0))");
        assert_eq!(parsed("name == 'it''s'"), "(Equal name 'it's')");
        assert_eq!(parsed("old.stage.is_won == true"), "(Equal old.stage.is_won true)");
    }

    #[test]
    fn mistakes_are_placed_exactly() {
        assert_eq!(failed("a +"), (3, 3, "unexpected the end".into(), "a value, a field or `(`".into()));
        assert_eq!(failed("a = 1"), (2, 3, "`=` means nothing here".into(), "`==`".into()));
        assert_eq!(failed("a and b"), (2, 5, "unexpected `and`".into(), "an operator or the end".into()));
        assert_eq!(
            failed("a.b.c"),
            (4, 5, "more than one hop over a relation".into(), "a field of the linked record".into())
        );
        assert_eq!(failed("f(a"), (3, 3, "unexpected the end".into(), "`,` or `)`".into()));
        assert_eq!(failed("'abc"), (0, 4, "a text that does not end".into(), "a closing `'`".into()));
        assert_eq!(failed("a <> b").3, "`!=`");
        assert_eq!(failed("").2, "unexpected the end");
        assert!(parse(&"(".repeat(500)).is_err());
        assert!(parse(&format!("{}a", "!".repeat(500))).is_err());
    }

    #[test]
    fn ranges_are_bytes_of_the_source() {
        let node = parse("'ä' == name").unwrap();
        let Ast::Binary { right, .. } = &node.ast else { panic!() };
        assert_eq!(right.range, Range { start: 8, end: 12 });
        assert_eq!(node.range, Range { start: 0, end: 12 });
    }
}
