use super::{Part, Typer};
use crate::expr::{Ast, Binary, Comparison, Node, Range, Step, Type, Unary};
use crate::report::Code;

/// Digits that a quotient has behind the point more than its operands.
const QUOTIENT_DIGITS: u16 = 10;

impl Typer<'_, '_, '_> {
    pub(super) fn unary(&mut self, operator: Unary, operand: &Node) -> Option<Type> {
        let part = self.node(operand)?;
        match (operator, part.ty) {
            (Unary::Not, Type::Boolean) => Some(self.push(Step::Not, Type::Boolean)),
            (Unary::Not, _) => self.mismatch(&part, "a boolean"),
            (Unary::Negate, ty @ (Type::Number { .. } | Type::Float | Type::Duration)) => {
                // A negative literal stays a constant of one step.
                match self.steps.last_mut() {
                    Some(Step::Number(units, _)) if matches!(operand.ast, Ast::Number(_)) => *units = -*units,
                    _ => self.steps.push(Step::Negate),
                }
                Some(ty)
            }
            (Unary::Negate, _) => self.mismatch(&part, "a number"),
        }
    }

    pub(super) fn binary(&mut self, operator: Binary, left: &Node, right: &Node, range: Range) -> Option<Type> {
        let comparison = match operator {
            Binary::Or | Binary::And => return self.logical(operator, left, right),
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder => {
                return self.arithmetic(operator, left, right, range);
            }
            Binary::Equal => Comparison::Equal,
            Binary::NotEqual => Comparison::NotEqual,
            Binary::Less => Comparison::Less,
            Binary::LessOrEqual => Comparison::LessOrEqual,
            Binary::Greater => Comparison::Greater,
            Binary::GreaterOrEqual => Comparison::GreaterOrEqual,
        };
        self.comparison(comparison, left, right)
    }

    fn logical(&mut self, operator: Binary, left: &Node, right: &Node) -> Option<Type> {
        let parts = self.nodes([left, right])?;
        for part in &parts {
            if part.ty != Type::Boolean {
                return self.mismatch(part, "a boolean");
            }
        }
        Some(self.push(if operator == Binary::Or { Step::Or } else { Step::And }, Type::Boolean))
    }

    fn comparison(&mut self, comparison: Comparison, left: &Node, right: &Node) -> Option<Type> {
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if equality && (left.ast == Ast::Null || right.ast == Ast::Null) {
            self.node(if left.ast == Ast::Null { right } else { left })?;
            self.push(Step::IsNull, Type::Boolean);
            if comparison == Comparison::NotEqual {
                self.push(Step::Not, Type::Boolean);
            }
            return Some(Type::Boolean);
        }
        let parts = self.nodes([left, right])?;
        self.options(left, right);
        self.options(right, left);
        let ty = self.comparable(&parts, equality)?;
        if let (Type::Record(_), [Part { ty: Type::Record(Some(a)), .. }, second]) = (ty, parts.as_slice())
            && let Type::Record(Some(b)) = second.ty
            && *a != b
        {
            return self.mismatch(second, "a link to the same module");
        }
        Some(self.push(Step::Compare(comparison), Type::Boolean))
    }

    /// The common type of parts that are compared.
    fn comparable(&mut self, parts: &[Part<'_>], equality: bool) -> Option<Type> {
        if let Some(null) = parts.iter().find(|p| p.ty == Type::Null) {
            return self.mismatch(null, "a value");
        }
        let ty = self.unify(parts)?;
        let fits = match ty {
            Type::Set | Type::Json | Type::Null => false,
            Type::Boolean | Type::Record(_) => equality,
            _ => true,
        };
        if fits {
            Some(ty)
        } else {
            self.mismatch(&parts[0], if equality { "a single value" } else { "something with an order" })
        }
    }

    pub(super) fn is_in(&mut self, value: &Node, list: &[Node]) -> Option<Type> {
        let parts = self.nodes(std::iter::once(value).chain(list))?;
        list.iter().for_each(|item| self.options(value, item));
        self.comparable(&parts, true)?;
        Some(self.push(Step::In(list.len()), Type::Boolean))
    }

    pub(super) fn conditional(&mut self, condition: &Node, then: &Node, otherwise: &Node) -> Option<Type> {
        let parts = self.nodes([condition, then, otherwise])?;
        if parts[0].ty != Type::Boolean {
            return self.mismatch(&parts[0], "a boolean");
        }
        let ty = self.alternatives(&parts[1..])?;
        Some(self.push(Step::If, ty))
    }

    /// The common type of parts of which one is the value.
    pub(super) fn alternatives(&mut self, parts: &[Part<'_>]) -> Option<Type> {
        if parts.iter().all(|p| p.ty == Type::Null) {
            return self.mismatch(&parts[0], "a value");
        }
        self.unify(parts)
    }

    fn arithmetic(&mut self, operator: Binary, left: &Node, right: &Node, range: Range) -> Option<Type> {
        let parts = self.nodes([left, right])?;
        let (a, b) = (parts[0].ty, parts[1].ty);
        let step = match operator {
            Binary::Add => Step::Add,
            Binary::Subtract => Step::Subtract,
            Binary::Multiply => Step::Multiply,
            Binary::Divide => Step::Divide(0),
            _ => Step::Remainder,
        };
        let (step, ty) = match (step, a, b) {
            (Step::Multiply, Type::Number { scale: a }, Type::Number { scale: b }) => {
                (Step::Multiply, Type::Number { scale: a.saturating_add(b) })
            }
            (Step::Divide(_), Type::Number { scale: a }, Type::Number { scale: b }) => {
                let scale = a.max(b).saturating_add(QUOTIENT_DIGITS);
                (Step::Divide(scale), Type::Number { scale })
            }
            (step, Type::Number { scale: a }, Type::Number { scale: b }) => (step, Type::Number { scale: a.max(b) }),
            (Step::Subtract, Type::DateTime, Type::DateTime) => (Step::Elapsed, Type::Duration),
            (Step::Subtract, Type::Date, Type::Date) => (Step::ElapsedDays, Type::Duration),
            (Step::Add, Type::DateTime, Type::Duration) => (Step::Shift, Type::DateTime),
            (Step::Subtract, Type::DateTime, Type::Duration) => {
                self.steps.push(Step::Negate);
                (Step::Shift, Type::DateTime)
            }
            (step @ (Step::Add | Step::Subtract), Type::Duration, Type::Duration) => (step, Type::Duration),
            _ => {
                let text = &self.expr.value.source[range.start..range.end];
                let message = format!("`{text}` would calculate with {} and {}", a.name(), b.name());
                let help = match (operator, a, b) {
                    (Binary::Add, Type::Text, _) | (Binary::Add, _, Type::Text) => {
                        Some("texts are joined by `concat(a, b)` or `join(' ', a, b)`")
                    }
                    (_, Type::Date | Type::DateTime, Type::Number { .. }) => Some("write `add_days(day, number)`"),
                    (_, Type::Date, Type::DateTime) | (_, Type::DateTime, Type::Date) => {
                        Some("`date(moment)` is the day of a moment")
                    }
                    (_, Type::Duration, _) | (_, _, Type::Duration) => {
                        Some("`days(…)`, `hours(…)` make a whole number of a duration")
                    }
                    (_, Type::Float, _) | (_, _, Type::Float) => {
                        Some("a float is not exact, and can only be compared; make the field a decimal")
                    }
                    _ => None,
                };
                self.problem(range, Code::ExpressionType, message)
                    .label("expected numbers")
                    .maybe_help(help.map(str::to_owned));
                return None;
            }
        };
        Some(self.push(step, ty))
    }
}
