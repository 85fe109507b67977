//! Whether what an expression yields is what its key needs.

use super::{MOST_READS, MOST_STEPS, Place, Typer, formula, names};
use crate::draft::{DraftField, DraftType};
use crate::expr::{Ast, Formula, Node, Step, Type};
use crate::model::{Choice, FieldType};
use crate::raw::RawExpr;
use crate::report::{Code, Sink};

/// A condition: what is asked is whether it is true, and neither false nor null.
pub(crate) fn condition(place: Place<'_, '_>, expr: &RawExpr, sink: &mut Sink) -> Option<Formula> {
    let found = formula(place, expr, sink)?;
    if found.ty == Type::Boolean {
        return bounded(expr, found, sink);
    }
    let message = format!("`{}` needs a condition, not {}", place.key, found.ty.name());
    sink.at(expr.place(expr.value.ast.range), Code::ExpressionType, message)
        .label("expected a boolean")
        .help("compare it with something: `amount > 0`, `name != null`");
    None
}

/// The value of a field.
pub(crate) fn computed(
    place: Place<'_, '_>,
    field: &DraftField<'_>,
    expr: &RawExpr,
    sink: &mut Sink,
) -> Option<Formula> {
    let mut found = formula(place, expr, sink)?;
    let DraftType::Scalar(ty) = &field.ty else { return None };
    let wanted = names::value_type(&field.ty)?;
    // As beside a day in an operation, the text of a day is one.
    if let (Type::Date, [Step::Text(text)]) = (wanted, found.steps.as_slice())
        && crate::dates::is_date(text)
    {
        (found.ty, found.steps) = (Type::Date, vec![Step::Date(text.clone())]);
    }
    let range = expr.value.ast.range;
    match (found.ty, wanted) {
        (Type::Number { scale }, Type::Number { scale: most }) if scale > most => {
            let message = format!("the value has up to {scale} digits behind the point, `{}` has {most}", field.name);
            sink.at(expr.place(range), Code::ExpressionType, message)
                .label("more digits than the field has")
                .help(format!("write `round({}, {most})`", expr.value.source.trim()));
            return None;
        }
        (Type::Number { .. }, Type::Number { .. }) => {}
        (found, wanted) if found == wanted => {}
        (found, wanted) => {
            let message = format!("the value is {}, `{}` holds {}", found.name(), field.name, wanted.name());
            sink.at(expr.place(range), Code::ExpressionType, message).label(format!("expected {}", wanted.name()));
            return None;
        }
    }
    if let FieldType::Select { options } = ty {
        let typer = Typer { place, expr, steps: Vec::new(), reads: Vec::new(), uses_now: false, sink };
        typer.yields(&expr.value.ast, &field.name, options)?;
    }
    bounded(expr, found, sink)
}

fn bounded(expr: &RawExpr, found: Formula, sink: &mut Sink) -> Option<Formula> {
    let (steps, reads) = (found.steps.len(), found.reads.len());
    if steps <= MOST_STEPS && reads <= MOST_READS {
        return Some(found);
    }
    let message = format!(
        "the expression has {steps} steps and reads {reads} fields; {MOST_STEPS} and {MOST_READS} are possible"
    );
    sink.at(expr.place(expr.value.ast.range), Code::ExpressionType, message).label("too long");
    None
}

impl Typer<'_, '_, '_> {
    /// Whether everything that a part may yield is an option.
    fn yields(mut self, node: &Node, field: &str, options: &[Choice]) -> Option<()> {
        let mut fits = true;
        self.outcomes(node, field, options, &mut fits);
        fits.then_some(())
    }

    fn outcomes(&mut self, node: &Node, field: &str, options: &[Choice], fits: &mut bool) {
        let known = |name: &str| options.iter().any(|o| o.name == name);
        match &node.ast {
            Ast::Null => {}
            Ast::Text(text) if known(text) => {}
            Ast::Text(text) => {
                *fits = false;
                self.problem(node.range, Code::UnknownOption, format!("`{text}` is not an option of `{field}`"))
                    .label("unknown option")
                    .suggest(text, options.iter().map(|o| o.name.as_str()));
            }
            Ast::Conditional { then, otherwise, .. } => {
                self.outcomes(then, field, options, fits);
                self.outcomes(otherwise, field, options, fits);
            }
            Ast::Call { function, arguments } if function == "if" => {
                arguments.iter().skip(1).for_each(|a| self.outcomes(a, field, options, fits));
            }
            Ast::Call { function, arguments } if function == "coalesce" => {
                arguments.iter().for_each(|a| self.outcomes(a, field, options, fits));
            }
            _ => {
                let offered = self.choices(node).is_some_and(|(_, own)| own.iter().all(|o| known(&o.name)));
                if !offered {
                    *fits = false;
                    let message = format!("not every value of this is an option of `{field}`");
                    self.problem(node.range, Code::ExpressionType, message)
                        .label("expected an option")
                        .help("name the options: `amount > 1000 ? 'large' : 'small'`");
                }
            }
        }
    }
}
