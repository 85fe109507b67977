//! Changes that would lose data or need data that nobody gave, each at its place in the YAML.

use super::{Changes, Pair, Table};
use crate::ddl::{plan::describe, schema::Column};
use kontor_metadata::{
    Code, Diagnostic,
    model::{Field, Module, Origin},
};

impl Changes<'_> {
    /// A field with two columns has one problem.
    fn report(&mut self, problem: Diagnostic, label: &str, help: String) {
        let problem = Diagnostic { label: label.to_owned(), help: Some(help), ..problem };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Where something of a field is said: at the field, else at its module.
    fn place(&self, module: &str, field: Option<&str>) -> Origin {
        let Some(module) = self.catalog.find(module) else { return self.package_place("") };
        let field = field.and_then(|name| module.find(name)).map(|field| &field.origin);
        field.filter(|origin| origin.line > 0).unwrap_or(&module.origin).clone()
    }

    fn package_place(&self, package: &str) -> Origin {
        let found = self.catalog.packages.iter().find(|known| known.name == package);
        found.or_else(|| self.catalog.packages.first()).map(|package| package.origin.clone()).unwrap_or_default()
    }

    pub(super) fn module_vanished(&mut self, table: &Table) {
        let Table { module, package, .. } = table;
        let known = self.catalog.packages.iter().any(|known| known.name == *package);
        let of = if known { String::new() } else { format!(" of package `{package}`, which is gone,") };
        let message = format!("module `{module}`{of} vanished from the YAML, and the database has a table of it");
        let problem = self.catalog.problem(Code::ModuleVanished, &self.package_place(package), message);
        let help = if known {
            format!("write `renamed_from: {module}` in its successor, or `removed: [{module}]` here; or put it back")
        } else {
            format!("put it back, or let it go with `kontor apply --accept {package}`")
        };
        self.report(problem, "its package", help);
    }

    pub(super) fn field_vanished(&mut self, module: &str, field: &str, package: Option<&String>) {
        let gone = package.filter(|package| !self.catalog.packages.iter().any(|known| known.name == **package));
        let of = gone.map_or_else(String::new, |package| format!(" of package `{package}`, which is gone,"));
        let message =
            format!("field `{field}` of {module}{of} vanished from the YAML, and the database has values of it");
        let problem = self.catalog.problem(Code::FieldVanished, &self.place(module, None), message);
        let help = match gone {
            Some(package) => format!("put it back, or let it go with `kontor apply --accept {package}`"),
            None => {
                format!("write `renamed_from: {field}` in its successor, or `removed: [{field}]` here; or put it back")
            }
        };
        self.report(problem, "its module", help);
    }

    pub(super) fn option_vanished(&mut self, table: &Table, column: &Column, option: &str) {
        let field = name(column);
        let message = format!("option `{option}` of `{field}` vanished from the YAML, and records may have it");
        let problem = self.catalog.problem(Code::OptionVanished, &self.place(&table.module, Some(&field)), message);
        let help =
            format!("write `replace: {{{option}: …}}`, or `renamed_from: {option}` in the option that it is now");
        self.report(problem, "offers it no more", help);
    }

    pub(super) fn type_changed(&mut self, pair: &Pair<'_>, from: &Column, to: &Column) {
        let (module, field) = (&pair.wanted.module, name(to));
        let (was, is) = (describe(from), describe(to));
        let place = self.place(module, Some(&field));
        let (message, help) = if from.hidden {
            let message =
                format!("`{field}` is {is}, and the database still has the field that was removed, which is {was}");
            (message, "drop its values with `kontor apply --prune` before, or take another name".to_owned())
        } else {
            let help = format!("put the type back, and add a field with `backfill: {field}` or another expression");
            (format!("`{field}` is {is} and was {was}, whose values it may not hold"), help)
        };
        let problem = self.catalog.problem(Code::TypeChanged, &place, message);
        self.report(problem, &format!("was {was}"), help);
    }

    pub(super) fn without_value(&mut self, table: &Table, column: &Column, new: bool) {
        let field = name(column);
        let message = if new {
            format!("`{field}` is new and required, and the records that are there have no value")
        } else {
            format!("`{field}` is required from now on, and records that are there may have no value")
        };
        let place = self.place(&table.module, Some(&field));
        let problem = self.catalog.problem(Code::RequiredWithoutValue, &place, message);
        let help = if column.references.is_some() || matches!(column.ty, crate::column::ColumnType::Uuid) {
            "add it without `required`, give every record a link, and require it then"
        } else {
            "give it a `default`, or a `backfill` for the records that are there"
        };
        self.report(problem, "required", help.to_owned());
    }

    pub(super) fn two_modules(&mut self, module: &Module, former: &str) {
        let message =
            format!("`{}` cannot take over the records of `{former}`: the database has some of both", module.name);
        let problem = self.catalog.problem(Code::TwoSuccessors, &module.origin, message);
        self.report(problem, "has a table already", format!("take `{former}` out of `renamed_from`"));
    }

    pub(super) fn two_fields(&mut self, module: &str, field: &Field, was: &Column) {
        let former = name(was);
        let message =
            format!("`{}` cannot take over the values of `{former}`: the database has some of both", field.name);
        let problem = self.catalog.problem(Code::TwoSuccessors, &self.place(module, Some(&field.name)), message);
        self.report(
            problem,
            "has values already",
            format!("take `{former}` out of `renamed_from`, and remove the field"),
        );
    }

    pub(super) fn table_taken(&mut self, module: &str, table: &str, of: &str) {
        let message = format!("the table `{table}` of `{module}` is still that of `{of}`, which was removed");
        let problem = self.catalog.problem(Code::TwoSuccessors, &self.place(module, None), message);
        self.report(
            problem,
            "its table",
            "give it another `plural`, or drop the old with `kontor apply --prune`".to_owned(),
        );
    }
}

fn name(column: &Column) -> String {
    column.field.clone().unwrap_or_else(|| column.name.clone())
}
