//! What must be done to a database's tables so that they become others.

use super::{
    plan::{Plan, Step, describe},
    problem::DiffProblem,
    schema::{Column, Index, Schema, Search, Table},
};
use crate::column::ColumnType;
use std::collections::BTreeMap;

/// The steps from one schema to another; none when they are equal.
///
/// # Errors
/// Every change that would lose data or need data that nobody gave.
pub fn diff(from: &Schema, to: &Schema) -> Result<Plan, Vec<DiffProblem>> {
    let mut changes = Changes::default();
    for (name, table) in &from.tables {
        match to.tables.get(name) {
            Some(wanted) => changes.table(name, table, wanted),
            None => changes.problem(vanished(table)),
        }
    }
    for (name, table) in to.tables.iter().filter(|(name, _)| !from.tables.contains_key(*name)) {
        changes.created.push(Step::CreateTable { name: name.clone(), table: table.clone() });
    }
    if changes.problems.is_empty() { Ok(changes.plan()) } else { Err(changes.problems) }
}

/// Steps by kind: an index is dropped before its columns change and made after them.
#[derive(Default)]
struct Changes {
    dropped: Vec<Step>,
    created: Vec<Step>,
    added: Vec<Step>,
    altered: Vec<Step>,
    indexed: Vec<Step>,
    computed: Vec<Step>,
    problems: Vec<DiffProblem>,
}

impl Changes {
    fn plan(self) -> Plan {
        Plan { steps: [self.dropped, self.created, self.added, self.altered, self.indexed, self.computed].concat() }
    }

    /// A field with two columns has one problem.
    fn problem(&mut self, problem: DiffProblem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn table(&mut self, name: &str, from: &Table, to: &Table) {
        self.indexes(name, from, to);
        if from.search != to.search {
            self.dropped.extend(from.search.is_some().then(|| Step::DropSearch { table: name.to_owned() }));
            self.indexed.extend(to.search.clone().map(|search| Step::CreateSearch { table: name.to_owned(), search }));
        }
        for column in &from.columns {
            match to.column(&column.name) {
                Some(wanted) => self.column(name, from, to, column, wanted),
                None if column.field.as_ref().is_some_and(|field| to.computed.contains(field)) => {
                    self.altered.push(Step::DropColumn { table: name.to_owned(), column: column.name.clone() });
                }
                None => self.problem(DiffProblem::FieldVanished { module: from.module.clone(), field: field(column) }),
            }
        }
        for column in to.columns.iter().filter(|column| from.column(&column.name).is_none()) {
            if column.required && column.fill.is_none() {
                let module = to.module.clone();
                self.problem(DiffProblem::RequiredWithoutDefault { module, field: field(column) });
            }
            self.added.push(Step::AddColumn { table: name.to_owned(), column: column.clone() });
        }
        let differ = to.follows.iter().filter(|(field, by)| from.follows.get(*field) != Some(*by));
        let fields: Vec<String> = differ.map(|(field, _)| field.clone()).collect();
        if !fields.is_empty() {
            self.computed.push(Step::Recompute { table: name.to_owned(), fields });
        }
    }

    fn indexes(&mut self, table: &str, from: &Table, to: &Table) {
        for (name, index) in &from.indexes {
            if to.indexes.get(name) != Some(index) {
                self.dropped.push(Step::DropIndex { name: name.clone() });
            }
        }
        for (name, index) in &to.indexes {
            if from.indexes.get(name) != Some(index) {
                let (name, index) = (name.clone(), index.clone());
                self.indexed.push(Step::CreateIndex { name, table: table.to_owned(), index });
            }
        }
    }

    fn column(&mut self, name: &str, table: &Table, wanted: &Table, from: &Column, to: &Column) {
        if !is_widening(from, to) {
            let (module, field) = (wanted.module.clone(), field(to));
            return self.problem(DiffProblem::TypeChanged { module, field, from: describe(from), to: describe(to) });
        }
        if to.required && !from.required && to.fill.is_none() {
            self.problem(DiffProblem::TightenedWithoutDefault { module: wanted.module.clone(), field: field(to) });
        }
        if (from.ty, from.required, &from.references) != (to.ty, to.required, &to.references) {
            let indexes = kept_indexes(table, wanted, &from.name);
            self.altered.push(Step::AlterColumn {
                table: name.to_owned(),
                from: from.clone(),
                to: to.clone(),
                indexes,
                search: kept_search(table, wanted, &from.name),
            });
        }
        if from.options != to.options {
            self.options(name, wanted, from, to);
        }
    }

    fn options(&mut self, table: &str, wanted: &Table, from: &Column, to: &Column) {
        let (had, has) = (from.options.clone().unwrap_or_default(), to.options.clone().unwrap_or_default());
        if to.options.is_some() {
            for option in had.difference(&has).cloned() {
                let (module, field) = (wanted.module.clone(), field(to));
                self.problem(DiffProblem::OptionVanished { module, field, option });
            }
        }
        let added = has.difference(&had).cloned().collect();
        self.altered.push(Step::SetOptions { table: table.to_owned(), column: to.clone(), added });
    }
}

fn vanished(table: &Table) -> DiffProblem {
    let module = table.module.clone();
    match &table.link {
        Some(field) => DiffProblem::FieldVanished { module, field: field.clone() },
        None => DiffProblem::ModuleVanished { module },
    }
}

fn field(column: &Column) -> String {
    column.field.clone().unwrap_or_else(|| column.name.clone())
}

/// Whether every value that the column has is also a value of the new type.
fn is_widening(from: &Column, to: &Column) -> bool {
    let same_target = match (&from.references, &to.references) {
        (Some(a), Some(b)) => a.table == b.table,
        (None, None) => true,
        _ => false,
    };
    let no_new_picklist = from.options.is_some() || to.options.is_none();
    let type_fits = match (from.ty, to.ty) {
        (ColumnType::Integer, ColumnType::Decimal(_) | ColumnType::BigInt) => true,
        (ColumnType::Decimal(a), ColumnType::Decimal(b)) => a <= b,
        (a, b) => a == b,
    };
    same_target && no_new_picklist && type_fits
}

/// The search that stays as it is and looks at the column.
fn kept_search(from: &Table, to: &Table, column: &str) -> Option<Search> {
    let kept = from.search.as_ref().filter(|search| to.search.as_ref() == Some(search));
    kept.filter(|search| search.columns.contains_key(column)).cloned()
}

fn kept_indexes(from: &Table, to: &Table, column: &str) -> BTreeMap<String, Index> {
    let concerns =
        |index: &Index| index.columns.iter().any(|name| name == column) || index.where_null.as_deref() == Some(column);
    let kept = from.indexes.iter().filter(|(name, index)| to.indexes.get(*name) == Some(index) && concerns(index));
    kept.map(|(name, index)| (name.clone(), index.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        column::Dialect,
        ddl::{desired, testing},
    };
    use kontor_metadata::model::Literal;

    fn customers(schema: &mut Schema) -> &mut Table {
        schema.tables.get_mut("customers").unwrap()
    }

    fn column<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Column {
        customers(schema).columns.iter_mut().find(|column| column.name == name).unwrap()
    }

    /// The problems of going from the shop to the shop with a change.
    fn problems(change: impl FnOnce(&mut Schema)) -> Vec<String> {
        let from = desired(&testing::shop());
        let mut to = from.clone();
        change(&mut to);
        diff(&from, &to).expect_err("a problem").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_follows_from_nothing() {
        let schema = desired(&testing::shop());
        let plan = diff(&Schema::default(), &schema).unwrap();
        assert!(!plan.is_empty());
        assert!(diff(&schema, &schema).unwrap().is_empty());
    }

    #[test]
    fn the_order_of_columns_is_no_change() {
        let from = desired(&testing::shop());
        let mut to = from.clone();
        customers(&mut to).columns.reverse();
        assert!(diff(&from, &to).unwrap().is_empty());
    }

    #[test]
    fn nothing_vanishes_silently() {
        let problems = problems(|to| {
            to.tables.remove("purchases");
            customers(to).columns.retain(|column| column.name != "rating");
            column(to, "status").options.as_mut().unwrap().remove("lost");
        });
        insta::assert_snapshot!(problems.join("\n"));
    }

    #[test]
    fn a_field_that_is_computed_on_read_leaves_its_column() {
        let from = desired(&testing::shop());
        let mut to = from.clone();
        customers(&mut to).columns.retain(|column| column.name != "rating");
        customers(&mut to).computed.insert("rating".to_owned());
        let plan = diff(&from, &to).unwrap();
        assert_eq!(plan.summary(), ["- column customers.rating (computed when it is read)"]);
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            assert_eq!(plan.statements(dialect), [r#"ALTER TABLE "customers" DROP COLUMN "rating""#]);
        }
    }

    #[test]
    fn narrowing_is_refused() {
        let problems = problems(|to| {
            column(to, "turnover").ty = ColumnType::Integer;
            column(to, "name").options = Some(["a".to_owned()].into());
            column(to, "owner_id").references.as_mut().unwrap().table = "teams".to_owned();
            column(to, "rating").required = true;
            let new = Column { name: "vat".to_owned(), field: Some("vat".to_owned()), ..column(to, "name").clone() };
            customers(to).columns.push(new);
        });
        insta::assert_snapshot!(problems.join("\n"));
    }

    #[test]
    fn widening_takes_what_is_there_along() {
        let from = desired(&testing::shop());
        let mut to = from.clone();
        column(&mut to, "rating").ty = ColumnType::Decimal(2);
        column(&mut to, "name").required = false;
        column(&mut to, "turnover").required = true;
        column(&mut to, "turnover").fill = Some(Literal::Scaled(0));
        column(&mut to, "status").options.as_mut().unwrap().insert("dormant".to_owned());
        let plan = diff(&from, &to).unwrap();
        insta::assert_snapshot!(plan.summary().join("\n"));
    }
}
