//! What follows from the values of a record: its computed fields, and whether the record as a whole keeps its rules.
//!
//! Only what depends on something that changes is computed and asked, so that a rule that came later does not stand in
//! the way of every change of an older record.

use super::{
    Assignment, Violation,
    image::{Images, Needs},
    message::{self, Broken},
    validate,
};
use crate::{column::ColumnType, context::Context, error::StoreError, expression::evaluate, store::Transaction};
use kontor_metadata::{
    expr::{Formula, Of},
    model::{Catalog, Field, FieldId, Module, Rule},
};
use std::collections::HashSet;
use uuid::Uuid;

/// What has to be looked at because of a change.
struct Affected<'m> {
    /// In the order in which they can be computed.
    computed: Vec<(&'m Field, &'m Formula)>,
    required: Vec<(&'m Field, &'m Formula)>,
    rules: Vec<&'m Rule>,
}

/// Adds the values of computed fields to the assignments; gives every rule of the record that they break. `id` is the
/// record that changes; without one it is new.
///
/// # Errors
/// See [`StoreError`].
pub(super) async fn complete(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    context: &Context,
    module: &Module,
    id: Option<Uuid>,
    assignments: &mut Vec<Assignment>,
) -> Result<Vec<Violation>, StoreError> {
    let affected = affected(module, id.is_none(), assignments);
    let formulas = affected.computed.iter().chain(&affected.required).map(|(_, formula)| *formula);
    let formulas: Vec<&Formula> = formulas.chain(affected.rules.iter().map(|rule| &rule.check)).collect();
    if formulas.is_empty() {
        return Ok(Vec::new());
    }
    let needs = Needs::of(module, &formulas, affected.required.iter().map(|(field, _)| field.id));
    let Some(mut images) = Images::load(transaction, catalog, context, module, id, &needs, assignments).await? else {
        // There is no such record, which the write itself will say.
        return Ok(Vec::new());
    };
    let language = &context.language;
    let mut violations = Vec::new();
    for (field, formula) in affected.computed {
        let Some(ty) = ColumnType::of(field) else { continue };
        let value = evaluate(&formula.steps, &images.reads(formula), context.moment);
        let broken = match value.stored(ty) {
            Ok(value) => {
                let broken = validate::check(field, &value);
                images.set(field.id, value.clone());
                assignments.retain(|a| a.field != field.id);
                assignments.push(Assignment { field: field.id, is_type: false, value });
                broken
            }
            Err(_) => Some(Broken::TooLarge),
        };
        violations.extend(broken.map(|broken| message::violation(field, &broken, language)));
    }
    for (field, formula) in affected.required {
        let wanted = evaluate(&formula.steps, &images.reads(formula), context.moment).holds();
        if wanted && images.is_null(field.id) {
            violations.push(message::violation(field, &Broken::Required, language));
        }
    }
    for rule in affected.rules {
        if !evaluate(&rule.check.steps, &images.reads(&rule.check), context.moment).holds() {
            violations.push(message::broken_rule(module, rule, language));
        }
    }
    Ok(violations)
}

fn affected<'m>(module: &'m Module, creating: bool, assignments: &[Assignment]) -> Affected<'m> {
    let mut changed: HashSet<FieldId> = assignments.iter().map(|a| a.field).collect();
    let mut computed = Vec::new();
    for id in &module.computed {
        let field = module.field(*id);
        if let Some(formula) = field.logic.compute.as_ref().filter(|f| creating || depends(module, f, &changed)) {
            changed.insert(*id);
            computed.push((field, formula));
        }
    }
    let required = module.fields.iter().filter_map(|field| {
        let formula = field.logic.required.as_ref()?;
        (creating || changed.contains(&field.id) || depends(module, formula, &changed)).then_some((field, formula))
    });
    let rules = module.rules.iter().filter(|rule| creating || depends(module, &rule.check, &changed));
    Affected { required: required.collect(), rules: rules.collect(), computed }
}

/// Whether a formula uses one of these fields of its own record.
fn depends(module: &Module, formula: &Formula, changed: &HashSet<FieldId>) -> bool {
    formula.reads.iter().filter(|read| read.of != Of::Linked).any(|read| {
        let own = read.via.unwrap_or(read.field);
        let inner = module.field(own).on_read().filter(|_| read.via.is_none());
        changed.contains(&own) || inner.is_some_and(|inner| depends(module, inner, changed))
    })
}
