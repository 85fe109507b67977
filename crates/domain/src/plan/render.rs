//! From levels to SQL text.

use super::{
    Statement, joins,
    levels::Draft,
    order,
    sql::{Params, postgres_type},
};
use crate::column::Dialect;

/// One statement for all levels: each level with children is a materialised CTE whose rows are numbered, children are
/// joined laterally, and all rows come in one `UNION ALL` as (level, number of the parent's row, columns packed by
/// type). A level alone is a plain SELECT. Gives the statement and the position of each level's columns in its rows.
pub(super) fn postgres(drafts: &[Draft], params: Params) -> (Statement, Vec<Vec<usize>>) {
    if let [only] = drafts {
        let slots = (0..only.columns.len()).collect();
        return (Statement { sql: rows(Dialect::Postgres, only).into(), params: params.list }, vec![slots]);
    }
    let (types, slots) = pack(drafts);
    let (mut with, mut union) = (Vec::new(), Vec::new());
    for (n, draft) in drafts.iter().enumerate() {
        let has_children = drafts.iter().any(|d| d.parent == Some(n));
        let number = if has_children { "(row_number() OVER ())::int4 o, " } else { "" };
        let rows = rows(Dialect::Postgres, draft);
        let body = match draft.parent {
            None => format!("SELECT 0::int4 p, {number}x.* FROM ({rows}) x"),
            Some(parent) => format!("SELECT q.o p, {number}x.* FROM l{parent} q CROSS JOIN LATERAL ({rows}) x"),
        };
        let source = if has_children {
            with.push(format!("l{n} AS MATERIALIZED ({body})"));
            format!("l{n}")
        } else {
            format!("({body})")
        };
        let mut picked = format!("SELECT {n}::int2, y.p");
        for (slot, ty) in types.iter().enumerate() {
            match slots[n].iter().position(|s| *s == slot + 2) {
                Some(column) => picked.push_str(&format!(", y.c{column}")),
                None => picked.push_str(&format!(", NULL::{ty}")),
            }
        }
        union.push(format!("{picked} FROM {source} y"));
    }
    let with = if with.is_empty() { String::new() } else { format!("WITH {} ", with.join(", ")) };
    let sql = format!("{with}{}", union.join(" UNION ALL "));
    (Statement { sql: sql.into(), params: params.list }, slots)
}

/// Shares the columns of the rows between levels: a level's columns take the first free places of their types. Places
/// 0 and 1 are the level and the parent's number.
fn pack(drafts: &[Draft]) -> (Vec<&'static str>, Vec<Vec<usize>>) {
    let mut types: Vec<&'static str> = Vec::new();
    let mut slots = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut taken = vec![false; types.len()];
        let mut own = Vec::with_capacity(draft.columns.len());
        for column in &draft.columns {
            let ty = postgres_type(column.ty);
            let place = (0..types.len()).find(|i| !taken[*i] && types[*i] == ty).unwrap_or_else(|| {
                types.push(ty);
                taken.push(false);
                types.len() - 1
            });
            taken[place] = true;
            own.push(place + 2);
        }
        slots.push(own);
    }
    (types, slots)
}

/// A level's own statement.
pub(super) fn sqlite(draft: &Draft) -> Statement {
    Statement { sql: rows(Dialect::Sqlite, draft).into(), params: draft.params.list.clone() }
}

/// The rows of a level, in order; columns are named c0, c1, ….
fn rows(dialect: Dialect, draft: &Draft) -> String {
    let own = draft.columns.iter().enumerate().filter(|(_, c)| c.is_own());
    let columns: Vec<_> = own.map(|(n, c)| format!("{} c{n}", c.expression)).collect();
    let columns = if columns.is_empty() { "1 z".to_owned() } else { columns.join(", ") };
    let mut sql = format!("SELECT {columns} FROM {} WHERE {}", draft.from, draft.condition);
    if draft.total {
        return sql;
    }
    if let Some(groups) = &draft.groups {
        if groups.keys > 0 {
            let keys: Vec<_> = (1..=groups.keys).map(|n| n.to_string()).collect();
            sql.push_str(&format!(" GROUP BY {}", keys.join(", ")));
        }
        if let Some(having) = &groups.having {
            sql.push_str(&format!(" HAVING {having}"));
        }
    }
    if !draft.keys.is_empty() {
        sql.push_str(&format!(" ORDER BY {}", order::order_by(&draft.keys, draft.backward)));
    }
    if let Some(limit) = draft.limit {
        sql.push_str(&format!(" LIMIT {limit}"));
    }
    if let Some(offset) = &draft.offset {
        sql.push_str(&format!(" OFFSET {offset}"));
    }
    if !draft.joins.is_empty() {
        sql = joins::render(dialect, draft, &sql);
    }
    if draft.backward {
        sql = format!("SELECT * FROM ({sql}) b ORDER BY {}", forward_again(draft));
    }
    sql
}

/// The forward order over the named columns of a page that was read backwards.
fn forward_again(draft: &Draft) -> String {
    let column = |expression: &str| draft.columns.iter().position(|c| c.expression == expression).unwrap_or(0);
    let terms: Vec<_> = draft.keys.iter().map(|k| k.term(&format!("b.c{}", column(&k.expression)))).collect();
    terms.join(", ")
}
