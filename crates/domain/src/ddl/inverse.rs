//! The steps that undo what a plan has done. What was added goes into hiding, and so is back when the plan is executed
//! again; what was taken away or overwritten comes from where it was put.

use super::{
    actions::quarantine_name,
    plan::{Plan, Step},
    quarantine,
    schema::{Column, Table},
};
use std::collections::BTreeMap;

impl Plan {
    /// The steps that undo the plan, which has made a version.
    #[must_use]
    pub fn inverse(&self, version: i64) -> Vec<Step> {
        let steps = self.steps.iter().enumerate().rev();
        let mut undone: Vec<Step> = steps.flat_map(|(n, step)| undo(step, &quarantine_name(version, n))).collect();
        // What follows from others is computed when everything else is there again.
        let computed = undone.extract_if(.., |step| matches!(step, Step::Recompute { .. })).collect::<Vec<_>>();
        undone.extend(computed);
        undone
    }
}

fn undo(step: &Step, away: &str) -> Vec<Step> {
    match step.clone() {
        Step::DropIndex { table, name, index } => vec![Step::CreateIndex { table, name, index }],
        Step::CreateIndex { table, name, index } => vec![Step::DropIndex { table, name, index }],
        Step::RenameIndex { table, from, to, index } => vec![Step::RenameIndex { table, from: to, to: from, index }],
        Step::DropSearch { table, search } => vec![Step::CreateSearch { table, search }],
        Step::CreateSearch { table, search } => vec![Step::DropSearch { table, search }],
        Step::CreateTable { name, table } => hide(name, table),
        Step::HideTable { name, table } => vec![Step::ShowTable { name, table: table.hidden() }],
        Step::ShowTable { name, table } => vec![Step::HideTable { name, table }],
        Step::RenameTable { from, to, link, table, search } => {
            let old = table.link.clone();
            vec![Step::RenameTable { from: to, to: from, link: old, table: Table { link, ..table }, search }]
        }
        Step::RenameModule { from, to, columns } => vec![Step::RenameModule { from: to, to: from, columns }],
        Step::RenameColumn { table, module, from, to, field } => {
            let now = Column { name: to, field, ..from.clone() };
            vec![Step::RenameColumn { table, module, from: now, to: from.name, field: from.field }]
        }
        Step::AddColumn { table, column } => {
            let to = column.hidden();
            let mut steps = Vec::new();
            if column.options.is_some() {
                let (table, from, to) = (table.clone(), column.clone(), to.clone());
                steps.push(Step::SetOptions { table, from, to, renamed: Vec::new(), replaced: Vec::new() });
            }
            steps.push(Step::AlterColumn { table, from: column, to, indexes: BTreeMap::new(), search: None });
            steps
        }
        Step::DropColumn { table, column, copied: true } => {
            let restore = Step::Restore(quarantine::values(away, &table, &column).restore());
            vec![Step::AddColumn { table, column }, restore]
        }
        Step::DropColumn { table, column, copied: false } => vec![Step::AddColumn { table, column }],
        Step::DropTable { name, table } => {
            let restore = Step::Restore(quarantine::rows(away, &name, &table).restore());
            vec![Step::CreateTable { name, table }, restore]
        }
        Step::AlterColumn { table, from, to, indexes, search } => {
            let filled = to.required && !from.required && to.fill.is_some();
            let kept = filled.then(|| Step::Restore(quarantine::without_value(away, &table, &from).restore()));
            let altered = Step::AlterColumn { table, from: to, to: from, indexes, search };
            std::iter::once(altered).chain(kept).collect()
        }
        Step::SetOptions { table, from, to, renamed, replaced } => {
            let back = renamed.into_iter().map(|(old, new)| (new, old)).collect();
            let restored = (!replaced.is_empty())
                .then(|| Step::Restore(quarantine::replaced(away, &table, &from, &replaced).restore()));
            let options = Step::SetOptions { table, from: to, to: from, renamed: back, replaced: Vec::new() };
            std::iter::once(options).chain(restored).collect()
        }
        Step::Own { table, column, from, to } => vec![Step::Own { table, column, from: to, to: from }],
        Step::Recompute { table, fields } => vec![Step::Recompute { table, fields }],
        Step::Backfill { table, was: Some(was), .. } => {
            vec![Step::Restore(quarantine::without_value(away, &table, &was).restore())]
        }
        Step::Backfill { .. } | Step::Restore(_) | Step::Secure { .. } => Vec::new(),
    }
}

/// A table that was new: it is hidden with what is in it.
fn hide(name: String, table: Table) -> Vec<Step> {
    let hidden = table.hidden();
    let changed = table.columns.iter().zip(&hidden.columns).filter(|(from, to)| from.references != to.references);
    let mut steps: Vec<Step> = changed
        .map(|(from, to)| Step::AlterColumn {
            table: name.clone(),
            from: from.clone(),
            to: to.clone(),
            indexes: table.indexes_over(&from.name),
            search: table.search.clone().filter(|search| search.columns.contains_key(&from.name)),
        })
        .collect();
    steps.push(Step::HideTable { name, table });
    steps
}
