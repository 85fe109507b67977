//! Plans as SQL. Identifiers are always quoted; statements stand in the order in which they must run.

use super::{
    literal, names,
    plan::{Plan, Step},
    schema::{Column, Deletion, Index, Reference, Table},
    search, sqlite, tenancy,
};
use crate::column::{ColumnType, Dialect};

impl Plan {
    /// The statements to run in one transaction. PostgreSQL's foreign keys follow after all tables and columns, since
    /// modules may refer to each other in circles; SQLite has them in the tables, where they may refer forward.
    #[must_use]
    pub fn statements(&self, dialect: Dialect) -> Vec<String> {
        let mut statements = Vec::new();
        for step in &self.steps {
            match (step, dialect) {
                (Step::DropIndex { name }, _) => statements.push(format!("DROP INDEX IF EXISTS {}", quote(name))),
                (Step::CreateTable { name, table }, _) => statements.push(create_table(name, table, dialect)),
                (Step::AddColumn { table, column }, _) => statements.extend(add_column(table, column, dialect)),
                (Step::DropColumn { table, column }, _) => {
                    statements.push(format!("ALTER TABLE {} DROP COLUMN {}", quote(table), quote(column)));
                }
                (Step::AlterColumn { table, from, to, .. }, Dialect::Postgres) => {
                    statements.extend(alter_column(table, from, to));
                }
                (Step::AlterColumn { table, from, to, indexes, search }, Dialect::Sqlite) => {
                    statements.extend(sqlite::alter_column(table, from, to, indexes, search.as_ref()));
                }
                (Step::SetOptions { table, column, .. }, Dialect::Postgres) => {
                    statements.extend(set_options(table, column));
                }
                (Step::DropSearch { table }, _) => statements.extend(search::drop(table, dialect)),
                (Step::SetOptions { .. }, Dialect::Sqlite)
                | (
                    Step::CreateIndex { .. } | Step::CreateSearch { .. } | Step::Recompute { .. } | Step::Secure { .. },
                    _,
                ) => {}
            }
        }
        if dialect == Dialect::Postgres {
            statements.extend(self.foreign_keys());
        }
        for step in &self.steps {
            match step {
                Step::CreateTable { name: table, table: Table { indexes, search, .. } } => {
                    statements
                        .extend(indexes.iter().filter_map(|(name, index)| create_index(name, table, index, dialect)));
                    statements.extend(search.iter().flat_map(|search| search::create(table, search, dialect)));
                }
                Step::CreateSearch { table, search } => statements.extend(search::create(table, search, dialect)),
                Step::Secure { tables, role } => {
                    statements.extend(tables.iter().flat_map(|secured| tenancy::secure(secured, role)));
                }
                Step::CreateIndex { name, table, index } => {
                    statements.extend(create_index(name, table, index, dialect));
                }
                _ => {}
            }
        }
        statements
    }

    fn foreign_keys(&self) -> Vec<String> {
        let mut statements = Vec::new();
        for step in &self.steps {
            let (table, columns) = match step {
                Step::CreateTable { name, table } => (name, table.columns.as_slice()),
                Step::AddColumn { table, column } => (table, std::slice::from_ref(column)),
                Step::AlterColumn { table, from, to, .. } if from.references != to.references => {
                    (table, std::slice::from_ref(to))
                }
                _ => continue,
            };
            // One ALTER TABLE per table: each one alone would lock and check it again.
            let added: Vec<_> = columns.iter().filter_map(|column| foreign_key(table, column)).collect();
            if !added.is_empty() {
                statements.push(format!("ALTER TABLE {}\n  {}", quote(table), added.join(",\n  ")));
            }
        }
        statements
    }
}

/// An identifier in double quotes.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn create_index(name: &str, table: &str, index: &Index, dialect: Dialect) -> Option<String> {
    let method = match (index.elements, dialect) {
        (true, Dialect::Sqlite) => return None,
        (true, Dialect::Postgres) => "USING gin ",
        (false, _) => "",
    };
    let unique = if index.unique { "UNIQUE " } else { "" };
    let condition = index.where_null.as_ref().map_or_else(String::new, |c| format!(" WHERE {} IS NULL", quote(c)));
    let mut columns = index.columns.clone();
    if dialect == Dialect::Sqlite && !index.unique {
        // SQLite looks the condition up in the row unless the index holds its column, and then counts from the index.
        columns.extend(index.where_null.clone());
    }
    let (name, table, columns) = (quote(name), quote(table), list(&columns));
    Some(format!("CREATE {unique}INDEX {name} ON {table} {method}({columns}){condition}"))
}

/// `REFERENCES "accounts" ("id") ON DELETE SET NULL`
pub(super) fn references(reference: &Reference) -> String {
    let action = match reference.on_delete {
        Deletion::NoAction => "NO ACTION",
        Deletion::SetNull => "SET NULL",
        Deletion::Cascade => "CASCADE",
    };
    format!("REFERENCES {} (\"id\") ON DELETE {action}", quote(&reference.table))
}

fn create_table(name: &str, table: &Table, dialect: Dialect) -> String {
    let mut lines: Vec<_> = table.columns.iter().map(|column| definition(name, column, dialect)).collect();
    lines.push(format!("PRIMARY KEY ({})", list(&table.key)));
    let options = match dialect {
        Dialect::Postgres => "",
        // A junction is its own index, and STRICT refuses values that are not in the stored form.
        Dialect::Sqlite if table.link.is_some() => " STRICT, WITHOUT ROWID",
        Dialect::Sqlite => " STRICT",
    };
    format!("CREATE TABLE {} (\n  {}\n){options}", quote(name), lines.join(",\n  "))
}

fn definition(table: &str, column: &Column, dialect: Dialect) -> String {
    let mut parts = vec![quote(&column.name), column.ty.sql(dialect)];
    if column.required {
        parts.push("NOT NULL".to_owned());
    }
    match dialect {
        Dialect::Postgres => parts.extend(check(table, column)),
        Dialect::Sqlite => parts.extend(column.references.as_ref().map(references)),
    }
    parts.join(" ")
}

fn add_column(table: &str, column: &Column, dialect: Dialect) -> Vec<String> {
    let altered = format!("ALTER TABLE {}", quote(table));
    let definition = definition(table, column, dialect);
    let Some(fill) = column.fill.as_ref().filter(|_| column.required) else {
        return vec![format!("{altered} ADD COLUMN {definition}")];
    };
    let fill = literal::sql(fill, column.ty, dialect);
    let mut statements = vec![format!("{altered} ADD COLUMN {definition} DEFAULT {fill}")];
    if dialect == Dialect::Postgres {
        // The default was for the rows that exist; those to come get theirs from the write pipeline.
        statements.push(format!("{altered} ALTER COLUMN {} DROP DEFAULT", quote(&column.name)));
    }
    statements
}

/// PostgreSQL changes columns in place; the new foreign key follows with the others.
fn alter_column(table: &str, from: &Column, to: &Column) -> Vec<String> {
    let (altered, name) = (format!("ALTER TABLE {}", quote(table)), quote(&to.name));
    let mut statements = Vec::new();
    if from.references != to.references {
        statements.push(format!("{altered} DROP CONSTRAINT {}", quote(&names::foreign_key(table, &to.name))));
    }
    if from.ty != to.ty {
        statements.push(format!("{altered} ALTER COLUMN {name} TYPE {}", to.ty.sql(Dialect::Postgres)));
    }
    match (from.required, to.required, &to.fill) {
        (true, false, _) => statements.push(format!("{altered} ALTER COLUMN {name} DROP NOT NULL")),
        (false, true, fill) => {
            if let Some(fill) = fill {
                let fill = literal::sql(fill, to.ty, Dialect::Postgres);
                statements.push(format!("UPDATE {} SET {name} = {fill} WHERE {name} IS NULL", quote(table)));
            }
            statements.push(format!("{altered} ALTER COLUMN {name} SET NOT NULL"));
        }
        _ => {}
    }
    statements
}

fn set_options(table: &str, column: &Column) -> Vec<String> {
    let altered = format!("ALTER TABLE {}", quote(table));
    let dropped = format!("{altered} DROP CONSTRAINT {}", quote(&names::check(table, &column.name)));
    let added = check(table, column).map(|check| format!("{altered} ADD {check}"));
    [Some(dropped), added].into_iter().flatten().collect()
}

fn check(table: &str, column: &Column) -> Option<String> {
    let options = column.options.as_ref()?.iter().map(String::as_str);
    let name = quote(&column.name);
    let condition = if column.ty == ColumnType::TextArray {
        format!("{name} <@ {}", literal::array(options))
    } else {
        format!("{name} IN ({})", options.map(literal::quoted).collect::<Vec<_>>().join(", "))
    };
    Some(format!("CONSTRAINT {} CHECK ({condition})", quote(&names::check(table, &column.name))))
}

fn foreign_key(table: &str, column: &Column) -> Option<String> {
    let references = references(column.references.as_ref()?);
    let (name, column) = (quote(&names::foreign_key(table, &column.name)), quote(&column.name));
    Some(format!("ADD CONSTRAINT {name} FOREIGN KEY ({column}) {references} DEFERRABLE INITIALLY IMMEDIATE"))
}

pub(super) fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ddl::{Schema, desired, diff, testing};

    fn script(plan: &Plan, dialect: Dialect) -> String {
        plan.statements(dialect).iter().map(|statement| format!("{statement};\n")).collect()
    }

    #[test]
    fn tables_from_nothing() {
        let plan = diff(&Schema::default(), &desired(&testing::shop())).unwrap();
        insta::assert_snapshot!("created_postgres", script(&plan, Dialect::Postgres));
        insta::assert_snapshot!("created_sqlite", script(&plan, Dialect::Sqlite));
    }

    #[test]
    fn tables_that_grow() {
        let plan = diff(&desired(&testing::shop()), &desired(&testing::grown_shop())).unwrap();
        insta::assert_snapshot!("grown_summary", plan.summary().join("\n"));
        insta::assert_snapshot!("grown_postgres", script(&plan, Dialect::Postgres));
        insta::assert_snapshot!("grown_sqlite", script(&plan, Dialect::Sqlite));
    }
}
