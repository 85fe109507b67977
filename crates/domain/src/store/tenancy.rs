//! Row-level security as it is in the database: what is missing of it, and the role that it confines.

use super::{Args, SetupError, Store, Transaction};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    ddl::{
        plan::Secured,
        tenancy::{LEAKPROOF, share, unsecured},
    },
    error::StoreError,
    plan::sql::{literal, quote},
    value::Value,
};

impl Store {
    /// The role that is confined to one organisation; none on SQLite and where it is not wanted.
    pub(crate) fn tenant_role(&self) -> Option<&str> {
        self.settings.tenant_role.as_deref().filter(|_| self.dialect() == Dialect::Postgres)
    }

    /// Makes the confined role where it is missing, and lets the role that has signed in take it on. Roles are those of
    /// the whole server, so databases that are set up at the same time may both be at it.
    pub(super) async fn make_tenant_role(&self) -> Result<(), SetupError> {
        let Some(role) = self.tenant_role() else { return Ok(()) };
        let failed = |error| SetupError::TenantRole { role: role.to_owned(), cause: error };
        let mut transaction = self.begin(Whose::Platform).await?;
        let (name, text) = (quote(role), literal(role));
        let create = "IF to_regrole({t}) IS NULL THEN CREATE ROLE {r} NOLOGIN; END IF";
        let grant = "IF NOT pg_has_role(to_regrole({t})::oid, 'MEMBER') THEN GRANT {r} TO CURRENT_USER; END IF";
        for made in [create, grant] {
            let made = made.replace("{r}", &name).replace("{t}", &literal(&name));
            let made =
                format!("DO $$ BEGIN {made}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
            transaction.batch(&made).await.map_err(failed)?;
        }
        let args = Args::new(Dialect::Postgres);
        let sql = format!("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = {text}");
        let rows = transaction.query(&sql, &args, &[ColumnType::Boolean]).await?;
        transaction.commit().await?;
        match rows.into_iter().flatten().next() {
            Some(Value::Boolean(false)) => Ok(()),
            _ => Err(SetupError::TenantRoleUnconfined(role.to_owned())),
        }
    }
}

/// The tables with an organisation that row-level security does not guard as it should.
pub(super) async fn missing(transaction: &mut Transaction<'_>, role: &str) -> Result<Vec<Secured>, StoreError> {
    let columns = [ColumnType::Text, ColumnType::Text];
    let rows = transaction.query(&unsecured(role), &Args::new(Dialect::Postgres), &columns).await?;
    let table = |row: Vec<Value>| match <[Value; 2]>::try_from(row) {
        Ok([Value::Text(table), Value::Text(owner)]) => Some(Secured { table, owner: Some(owner) }),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(table).collect())
}

/// Lets the confined role use what belongs to no organisation, and indexes be used behind the policies.
pub(super) async fn grant(transaction: &mut Transaction<'_>, role: &str) -> Result<(), StoreError> {
    for statement in share(role) {
        transaction.batch(&statement).await?;
    }
    let args = Args::new(Dialect::Postgres);
    let sql = format!(
        "SELECT p.oid::regprocedure::text, r.rolsuper FROM pg_proc p, pg_roles r \
         WHERE p.oid = ANY(ARRAY[{}]::regprocedure[]) AND NOT p.proleakproof AND r.rolname = current_user",
        LEAKPROOF.map(literal).join(", ")
    );
    let unknown = transaction.query(&sql, &args, &[ColumnType::Text, ColumnType::Boolean]).await?;
    let mut wanting = Vec::new();
    for row in unknown {
        match <[Value; 2]>::try_from(row) {
            Ok([Value::Text(function), Value::Boolean(true)]) => {
                transaction.batch(&format!("ALTER FUNCTION pg_catalog.{function} LEAKPROOF")).await?;
            }
            Ok([Value::Text(function), _]) => wanting.push(format!("ALTER FUNCTION {function} LEAKPROOF;")),
            _ => {}
        }
    }
    if !wanting.is_empty() {
        tracing::warn!(
            statements = wanting.join(" "),
            "behind row-level security PostgreSQL uses no index for full-text search, decimals and lists unless a \
             superuser runs these statements in the database once"
        );
    }
    Ok(())
}
