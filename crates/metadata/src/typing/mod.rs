//! From a parsed expression to a [`Formula`]: names become fields, every part gets a type, and everything that cannot
//! be is reported at its place.
//!
//! [`formula`] is the way in. `names` finds fields, `operators` and `functions` check operands, `fit` decides whether a
//! result is what its key needs.

mod fit;
mod functions;
mod names;
mod operators;

pub(crate) use fit::{computed, condition};
pub(crate) use names::value_type;

use crate::draft::Set;
use crate::expr::{Ast, Formula, Node, Range, Read, Step, Type};
use crate::raw::RawExpr;
use crate::report::{Code, Problem, Sink};

/// Most steps of a formula, those of computed fields that it reads and that have no column included: SQL that
/// databases still plan quickly.
pub(crate) const MOST_STEPS: usize = 500;

/// Most fields that a formula reads: SQLite's functions take 127 values.
const MOST_READS: usize = 100;

/// Where an expression stands and what it may use.
#[derive(Clone, Copy)]
pub(crate) struct Place<'s, 'a> {
    pub(crate) set: &'s Set<'a>,
    /// Draft whose record it belongs to: what `record` and `old` mean.
    pub(crate) record: usize,
    /// Draft whose fields stand without a prefix.
    pub(crate) scope: usize,
    /// What it is written under, `compute`.
    pub(crate) key: &'static str,
    /// Whether there is a record before the change.
    pub(crate) old: bool,
}

/// The formula of an expression; nothing when something is wrong with it, which is reported.
pub(crate) fn formula(place: Place<'_, '_>, expr: &RawExpr, sink: &mut Sink) -> Option<Formula> {
    let mut typer = Typer { place, expr, steps: Vec::new(), reads: Vec::new(), uses_now: false, sink };
    let part = typer.node(&expr.value.ast)?;
    let Typer { steps, reads, uses_now, .. } = typer;
    Some(Formula { source: expr.value.source.clone(), steps, reads, ty: part.ty, uses_now })
}

/// Writes the steps of one expression.
struct Typer<'t, 's, 'a> {
    place: Place<'s, 'a>,
    expr: &'t RawExpr,
    steps: Vec<Step>,
    reads: Vec<Read>,
    uses_now: bool,
    sink: &'t mut Sink,
}

/// A part of the expression whose steps are written.
#[derive(Clone, Copy)]
struct Part<'n> {
    node: &'n Node,
    ty: Type,
    /// Its last step; its only one when it is a constant.
    last: usize,
}

impl Typer<'_, '_, '_> {
    /// Writes the steps of a part. Nothing is given when it has no type, which has been reported.
    fn node<'n>(&mut self, node: &'n Node) -> Option<Part<'n>> {
        let ty = match &node.ast {
            Ast::Null => self.push(Step::Null, Type::Null),
            Ast::Boolean(value) => self.push(Step::Boolean(*value), Type::Boolean),
            Ast::Number(digits) => self.number(digits, node.range)?,
            Ast::Text(text) => self.push(Step::Text(text.clone()), Type::Text),
            Ast::Name(name) => self.name(name, node.range)?,
            Ast::Path(path) => self.path(path, node.range)?,
            Ast::Call { function, arguments } => self.call(function, arguments, node.range)?,
            Ast::Unary { operator, operand } => self.unary(*operator, operand)?,
            Ast::Binary { operator, left, right } => self.binary(*operator, left, right, node.range)?,
            Ast::In { value, list } => self.is_in(value, list)?,
            Ast::Conditional { condition, then, otherwise } => self.conditional(condition, then, otherwise)?,
        };
        Some(Part { node, ty, last: self.steps.len().saturating_sub(1) })
    }

    /// All parts are looked at, so that one mistake does not hide another.
    fn nodes<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>) -> Option<Vec<Part<'n>>> {
        let parts: Vec<Option<Part<'n>>> = nodes.into_iter().map(|node| self.node(node)).collect();
        parts.into_iter().collect()
    }

    fn push(&mut self, step: Step, ty: Type) -> Type {
        self.steps.push(step);
        ty
    }

    /// A literal; as many digits as a field holds.
    fn number(&mut self, digits: &str, range: Range) -> Option<Type> {
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let units = format!("{whole}{fraction}");
        if units.trim_start_matches('0').len() > 18 {
            self.problem(range, Code::ExpressionType, format!("`{digits}` has more than 18 digits"))
                .label("no number has so many");
            return None;
        }
        let scale = u8::try_from(fraction.len()).unwrap_or(u8::MAX);
        let units = units.parse().unwrap_or_default();
        Some(self.push(Step::Number(units, scale), Type::Number { scale: scale.into() }))
    }

    fn problem(&mut self, range: Range, code: Code, message: String) -> &mut Problem {
        self.sink.at(self.expr.place(range), code, message)
    }

    /// Reports a part that is of another type than is needed; nothing, for the caller to return.
    fn mismatch<T>(&mut self, part: &Part<'_>, wanted: &str) -> Option<T> {
        let text = &self.expr.value.source[part.node.range.start..part.node.range.end];
        let message = format!("`{text}` is {}, not {wanted}", part.ty.name());
        self.problem(part.node.range, Code::ExpressionType, message).label(format!("expected {wanted}"));
        None
    }

    /// Gives two or more parts one type: constants become what the others are, scales the widest.
    fn unify(&mut self, parts: &[Part<'_>]) -> Option<Type> {
        let leading = parts
            .iter()
            .find(|p| p.ty != Type::Null && !is_constant(p.node))
            .or(parts.iter().find(|p| p.ty != Type::Null))?;
        let mut ty = leading.ty;
        for part in parts {
            ty = match (ty, part.ty) {
                (ty, Type::Null) => ty,
                (Type::Number { scale: a }, Type::Number { scale: b }) => Type::Number { scale: a.max(b) },
                (Type::Record(None), Type::Record(_)) | (Type::Record(_), Type::Record(None)) => Type::Record(None),
                (ty, other) if ty == other => ty,
                (Type::Float, Type::Number { .. }) if is_constant(part.node) => self.float(part),
                (Type::Date, Type::Text) if is_constant(part.node) => self.date(part)?,
                (ty, _) => return self.mismatch(part, ty.name()),
            };
        }
        Some(ty)
    }

    /// A number literal where a double is needed.
    fn float(&mut self, part: &Part<'_>) -> Type {
        if let Some(Step::Number(units, scale)) = self.steps.get(part.last) {
            let digits = format!("{units}e-{scale}");
            self.steps[part.last] = Step::Float(digits.parse().unwrap_or_default());
        }
        Type::Float
    }

    /// A text literal where a date is needed.
    fn date(&mut self, part: &Part<'_>) -> Option<Type> {
        match self.steps.get(part.last) {
            Some(Step::Text(text)) if crate::dates::is_date(text) => {
                self.steps[part.last] = Step::Date(text.clone());
                Some(Type::Date)
            }
            _ => self.mismatch(part, "a day such as '2026-11-21'"),
        }
    }
}

/// Whether a part is a literal, which is written as one step.
fn is_constant(node: &Node) -> bool {
    match &node.ast {
        Ast::Number(_) | Ast::Text(_) | Ast::Boolean(_) => true,
        Ast::Unary { operator: crate::expr::Unary::Negate, operand } => matches!(operand.ast, Ast::Number(_)),
        _ => false,
    }
}
