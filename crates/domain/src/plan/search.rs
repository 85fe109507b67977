//! Full-text search as SQL: which records a query finds, and how well each matches.

use super::sql::{Param, Params, Source, literal, quote};
use crate::{
    column::{ColumnType, Dialect},
    query::Operand,
    search::{
        Part,
        level::{Form, Level},
    },
};
use kontor_metadata::{
    model::{Module, Weight},
    naming,
};

/// That the row `alias` of a searched module is found by a query. Where the rows are those `of_parent`, they are few.
pub(super) fn found(params: &mut Params, module: &Module, alias: &str, query: Operand, of_parent: bool) -> String {
    let terms = match params.dialect {
        // In a sub-select it is made once and not per row.
        Dialect::Postgres => {
            format!("{alias}.{} @@ (SELECT {})", quote(naming::SEARCH_COLUMN), tsquery(params, query, Form::Prefix))
        }
        // The statement runs once per parent, and would walk through the index of all records each time.
        Dialect::Sqlite if of_parent => return found_by_itself(params, module, alias, query),
        Dialect::Sqlite => {
            let (index, rows) = sqlite_tables(module);
            let expression = part(params, query, Part::Match(Level::ANY));
            format!(
                "{alias}.\"id\" IN (SELECT r.\"id\" FROM {index} i JOIN {rows} r ON r.\"number\" = i.rowid \
                 WHERE {index} MATCH {expression})"
            )
        }
    };
    format!("{terms} AND {}", phrases(params, module, alias, query))
}

/// What a search over modules puts in front of its statement: PostgreSQL's form of the query, made once for all modules.
pub(super) fn asked(params: &mut Params, query: Operand) -> String {
    match params.dialect {
        Dialect::Postgres => {
            let forms = Form::ALL.map(|form| format!("{} {}", tsquery(params, query, form), asked_as(form)));
            format!("WITH asked AS MATERIALIZED (SELECT {}) ", forms.join(", "))
        }
        Dialect::Sqlite => String::new(),
    }
}

/// Tables and a condition that give the rows `alias` that a query finds, and an expression for their rank.
pub(super) struct Ranked {
    pub(super) from: String,
    pub(super) condition: String,
    pub(super) rank: String,
}

/// The records of a searched module that a query finds, with their rank; in a statement that begins with [`asked`].
pub(super) fn ranked(params: &mut Params, module: &Module, alias: &str, query: Operand) -> Ranked {
    let weights: Vec<Weight> = module.searched().map(|(_, weight)| weight).collect();
    let levels = Level::of(&weights);
    let table = quote(&module.table);
    let (from, terms, rank) = match params.dialect {
        Dialect::Postgres => {
            let column = format!("{alias}.{}", quote(naming::SEARCH_COLUMN));
            let form = |form: Form| format!("(SELECT {} FROM asked)", asked_as(form));
            let cases = levels.iter().map(|level| {
                let terms = match weights.iter().max() {
                    Some(least) if *least > level.through => format!("ts_filter({column}, {})", letters(*level)),
                    _ => column.clone(),
                };
                format!("WHEN {terms} @@ {} THEN {}", form(level.form), hundredths(*level))
            });
            let rank = format!("(CASE {} END)::float8", cases.collect::<Vec<_>>().join(" "));
            (format!("{table} {alias}"), format!("{column} @@ {} AND ", form(Form::Prefix)), rank)
        }
        Dialect::Sqlite => {
            let (index, rows) = sqlite_tables(module);
            let reached = levels.iter().map(|level| {
                let expression = part(params, query, Part::Match(*level));
                format!("SELECT rowid n, {} r FROM {index} WHERE {index} MATCH {expression}", hundredths(*level))
            });
            let reached = reached.collect::<Vec<_>>().join(" UNION ALL ");
            let from = format!(
                "(SELECT n, max(r) r FROM ({reached}) GROUP BY n) {alias}l \
                 JOIN {rows} {alias}r ON {alias}r.\"number\" = {alias}l.n \
                 JOIN {table} {alias} ON {alias}.\"id\" = {alias}r.\"id\""
            );
            (from, String::new(), format!("{alias}l.r"))
        }
    };
    Ranked { from, condition: format!("{terms}{}", phrases(params, module, alias, query)), rank }
}

/// The FTS5 table of a module, and the table of the numbers in it.
fn sqlite_tables(module: &Module) -> (String, String) {
    (quote(&naming::search_table(&module.table)), quote(&naming::search_rows_table(&module.table)))
}

/// `'{a,b}'`, the weights that count at a level.
fn letters(level: Level) -> String {
    let letters: Vec<_> = level.letters().chars().map(|letter| letter.to_ascii_lowercase().to_string()).collect();
    literal(&format!("{{{}}}", letters.join(",")))
}

/// `0.36`, written so that both databases read the same double.
fn hundredths(level: Level) -> String {
    let rank = level.hundredths();
    format!("{}.{:02}", rank / 100, rank % 100)
}

/// The `tsquery` of a query in a form.
fn tsquery(params: &mut Params, query: Operand, form: Form) -> String {
    let lists = [Part::Words, Part::Literal, Part::Excluded].map(|list| part(params, query, list)).join(", ");
    format!("kontor_query({lists}, {})", if form == Form::Prefix { "TRUE" } else { "FALSE" })
}

/// The column of [`asked`] that holds a form of the query.
fn asked_as(form: Form) -> &'static str {
    match form {
        Form::Word => "word",
        Form::Prefix => "prefix",
    }
}

/// That the phrases of the query occur as it wants. The words of phrases are found by the index; what is left is to look
/// whether they stand side by side.
fn phrases(params: &mut Params, module: &Module, alias: &str, query: Operand) -> String {
    let patterns = part(params, query, Part::Phrases);
    match params.dialect {
        Dialect::Postgres => {
            // No phrase goes beyond the bar, so none stands in two fields.
            let texts: Vec<_> = texts(module, alias).map(|text| format!("kontor_words({text})")).collect();
            format!(
                "(cardinality({patterns}) = 0 OR NOT EXISTS (SELECT 1 FROM unnest({patterns}) p \
                 WHERE (concat_ws('|', {}) LIKE substr(p, 2)) = (left(p, 1) = '-')))",
                texts.join(", ")
            )
        }
        Dialect::Sqlite => format!("({patterns} = '[]' OR {})", found_by_itself(params, module, alias, query)),
    }
}

/// SQLite: that a row is found, told from its texts.
fn found_by_itself(params: &mut Params, module: &Module, alias: &str, query: Operand) -> String {
    let texts: Vec<_> = texts(module, alias).collect();
    format!("kontor_found({}, {})", part(params, query, Part::Text), texts.join(", "))
}

/// The searched columns of a row.
fn texts(module: &Module, alias: &str) -> impl Iterator<Item = String> {
    module.searched().map(move |(field, _)| format!("{alias}.{}", quote(&field.column)))
}

/// The placeholder of a part of the query.
fn part(params: &mut Params, query: Operand, part: Part) -> String {
    let list = !matches!(part, Part::Match(_) | Part::Text);
    params.add(Param { source: Source::Search(query, part), ty: ColumnType::Text, list, like: None })
}
