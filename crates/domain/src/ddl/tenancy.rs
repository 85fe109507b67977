//! Row-level security on PostgreSQL: a second wall between organisations, behind the conditions that plans have.
//!
//! Work in an organisation is done in a role of its own (`kontor_tenant`), to which every table with an organisation
//! shows and from which it takes the rows of the organisation in the setting [`SETTING`] only; without one, none. The
//! role that owns the tables, in which the program does what concerns the whole installation, has a policy of its own,
//! which shows everything. Roles that PostgreSQL confines to nothing (superusers) are not touched by policies, which is
//! why there is a role to take on.

use super::{literal::quoted, plan::Secured, sql::quote};

/// The setting that holds the organisation whose rows there are.
pub(crate) const SETTING: &str = "kontor.organization";

/// Functions and operators of PostgreSQL that may be indexed and tell nothing of a row but whether it is found, which
/// PostgreSQL does not know of them: only then are indexes used by them behind a policy.
pub(crate) const LEAKPROOF: [&str; 9] = [
    "ts_match_vq(tsvector, tsquery)",
    "numeric_eq(numeric, numeric)",
    "numeric_lt(numeric, numeric)",
    "numeric_le(numeric, numeric)",
    "numeric_gt(numeric, numeric)",
    "numeric_ge(numeric, numeric)",
    "arrayoverlap(anyarray, anyarray)",
    "arraycontains(anyarray, anyarray)",
    "arraycontained(anyarray, anyarray)",
];

/// What the confined role may do with tables that belong to no organisation.
const SHARED: [(&str, &str); 1] = [("admission", "SELECT, UPDATE")];

/// The column that tells whose a row is.
fn column(table: &str) -> &'static str {
    if table == "organizations" { "id" } else { "org" }
}

/// The statements that put a table behind the wall, whatever it has of it already.
pub(crate) fn secure(Secured { table, owner }: &Secured, role: &str) -> Vec<String> {
    let (name, role) = (quote(table), quote(role));
    let owner = owner.as_deref().map_or_else(|| "CURRENT_USER".to_owned(), quote);
    let own = format!("{} = kontor_organization()", quote(column(table)));
    // The setting is read once per statement and table, and each row that is found is compared with it. Statements name
    // the organization too: of a plain equation PostgreSQL would conclude that setting and parameter are the same, and
    // put a node over each table that finds out, anew for each row that the table is joined to. And it would take two
    // equations for twice as selective, and plan for too few rows; of what is hardly ever null it expects all. What the
    // function does stands here itself: PostgreSQL would put it in its place each time that it plans.
    let setting = format!("NULLIF(current_setting('{SETTING}', true), '')::uuid");
    let shown = format!("NULLIF({} = (SELECT {setting} AS own), false) IS NOT NULL", quote(column(table)));
    vec![
        format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"),
        format!("DROP POLICY IF EXISTS kontor_tenant ON {name}"),
        format!("CREATE POLICY kontor_tenant ON {name} TO {role} USING ({shown}) WITH CHECK ({own})"),
        format!("DROP POLICY IF EXISTS kontor_platform ON {name}"),
        format!("CREATE POLICY kontor_platform ON {name} TO {owner} USING (true) WITH CHECK (true)"),
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {role}"),
    ]
}

/// The statements that let the confined role use what belongs to no organisation.
pub(crate) fn share(role: &str) -> Vec<String> {
    SHARED.iter().map(|(table, rights)| format!("GRANT {rights} ON {} TO {}", quote(table), quote(role))).collect()
}

/// A query for the names and the owners of tables with an organisation that the program owns and that are not behind the wall as
/// [`secure`] puts them there.
pub(crate) fn unsecured(role: &str) -> String {
    let role = quoted(&quote(role));
    let policy = |name: &str, to: &str, shown: &str, condition: &str| {
        format!(
            "EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = '{name}' AND p.polcmd = '*' \
             AND p.polpermissive AND p.polroles = ARRAY[{to}]::oid[] \
             AND pg_get_expr(p.polqual, c.oid) = {shown} AND pg_get_expr(p.polwithcheck, c.oid) = {condition})"
        )
    };
    let own = "format('(%I = kontor_organization())', a.attname)";
    let setting = format!("(NULLIF(current_setting(''{SETTING}''::text, true), ''''::text))::uuid");
    let shown = &format!("format('(NULLIF((%I = ( SELECT {setting} AS own)), false) IS NOT NULL)', a.attname)");
    let tenant = policy("kontor_tenant", &format!("to_regrole({role})::oid"), shown, own);
    let platform = policy("kontor_platform", "c.relowner", "'true'", "'true'");
    format!(
        "SELECT c.relname::text, pg_get_userbyid(c.relowner)::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped \
         AND a.atttypid = 'uuid'::regtype AND a.attname = CASE c.relname WHEN 'organizations' THEN 'id' ELSE 'org' END \
         WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind IN ('r', 'p') \
         AND pg_has_role(c.relowner, 'USAGE') AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND {tenant} \
         AND {platform} AND (to_regrole({role}) IS NULL \
         OR has_table_privilege(to_regrole({role})::oid, c.oid, 'SELECT') \
         AND has_table_privilege(to_regrole({role})::oid, c.oid, 'INSERT') \
         AND has_table_privilege(to_regrole({role})::oid, c.oid, 'UPDATE') \
         AND has_table_privilege(to_regrole({role})::oid, c.oid, 'DELETE'))) ORDER BY c.relname"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_shows_the_rows_of_one_organization() {
        let new = |table: &str| Secured { table: table.to_owned(), owner: None };
        insta::assert_snapshot!("secured", secure(&new("customers"), "kontor_tenant").join(";\n"));
        assert!(secure(&new("organizations"), "r")[2].contains("(\"id\" = kontor_organization())"));
    }
}
