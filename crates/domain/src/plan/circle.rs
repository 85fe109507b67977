//! Whom rights reach, as SQL. They are looked up in the statement itself, so that they are never out of date; being the
//! same for all rows, they are looked up once.

use super::{
    condition::Conditions,
    sql::{Params, literal, quote},
};
use crate::query::{Circle, Sharing};
use kontor_metadata::model::{Module, Trait, Via};

impl Conditions<'_> {
    /// That an expression is the id of somebody, or of a team, in a circle around the caller.
    pub(super) fn circle(&self, params: &mut Params, expression: &str, circle: Circle) -> String {
        match circle {
            Circle::Caller => format!("{expression} = {}", params.user()),
            Circle::Colleagues => format!("{expression} IN ({})", self.colleagues(params)),
            Circle::Teams => format!("{expression} IN ({})", self.teams(params)),
        }
    }

    /// That a record is shared with the caller: one look into an index per row.
    pub(super) fn shared(&mut self, params: &mut Params, module: &Module, alias: &str, sharing: Sharing) -> String {
        let column = |shares: &Module, name| shares.find(name).map(|field| quote(&field.column));
        let parts = self.catalog.find("Share").and_then(|shares| {
            let record = shares.find("record")?;
            let (with, team, level) = (column(shares, "user")?, column(shares, "team")?, column(shares, "level")?);
            Some((shares, record, with, team, level))
        });
        let Some((shares, record, with, team, level)) = parts else { return "FALSE".to_owned() };
        let (share, teams) = (self.alias(), self.teams(params));
        let (org, user) = (params.org(), params.user());
        let enough = match sharing {
            Sharing::Read => String::new(),
            Sharing::Write => format!(" AND {share}.{level} = {}", literal("write")),
        };
        format!(
            "EXISTS (SELECT 1 FROM {} {share} WHERE {share}.{} = {org} AND {share}.{} = {} AND {share}.{} = {alias}.\"id\"{enough} \
             AND ({share}.{with} = {user} OR {share}.{team} IN ({teams})))",
            quote(&shares.table),
            quote(&shares.tenant),
            quote(&record.type_column().unwrap_or_default()),
            literal(&module.name),
            quote(&record.column),
        )
    }

    fn teams(&self, params: &mut Params) -> String {
        let (org, user) = (params.org(), params.user());
        let mut parts = Vec::new();
        let Some(users) = self.catalog.find("User") else { return "SELECT NULL WHERE FALSE".to_owned() };
        if let Some(team) = users.find("team") {
            let column = quote(&team.column);
            parts.push(format!(
                "SELECT m.{column} FROM {} m WHERE m.\"id\" = {user} AND m.\"org\" = {org} AND m.{column} IS NOT NULL",
                quote(&users.table)
            ));
        }
        // Who is in a team that is deleted, or leads it, is so again once it is restored.
        if let Some(teams) = self.catalog.find("Team") {
            let of = |alias: &str| {
                let alive = if teams.has(Trait::SoftDelete) {
                    format!(" AND {alias}.\"deleted_at\" IS NULL")
                } else {
                    String::new()
                };
                format!("{alias}.{} = {org}{alive}", quote(&teams.tenant))
            };
            let table = quote(&teams.table);
            if let Some((junction, own, other)) = memberships(users) {
                parts.push(format!(
                    "SELECT j.{other} FROM {junction} j JOIN {table} k ON k.\"id\" = j.{other} \
                     WHERE j.\"org\" = {org} AND j.{own} = {user} AND {}",
                    of("k")
                ));
            }
            if let Some(lead) = teams.find("lead") {
                parts.push(format!(
                    "SELECT l.\"id\" FROM {table} l WHERE {} AND l.{} = {user}",
                    of("l"),
                    quote(&lead.column)
                ));
            }
        }
        parts.join(" UNION ")
    }

    fn colleagues(&self, params: &mut Params) -> String {
        let (org, user) = (params.org(), params.user());
        let Some(users) = self.catalog.find("User") else { return format!("SELECT {user}") };
        let (table, tenant) = (quote(&users.table), quote(&users.tenant));
        let mut parts = Vec::new();
        if let Some(team) = users.find("team") {
            let teams = self.teams(params);
            parts.push(format!(
                "SELECT m.\"id\" FROM {table} m WHERE m.{tenant} = {org} AND m.{} IN ({teams})",
                quote(&team.column)
            ));
        }
        if let Some((junction, own, other)) = memberships(users) {
            let teams = self.teams(params);
            parts.push(format!("SELECT j.{own} FROM {junction} j WHERE j.\"org\" = {org} AND j.{other} IN ({teams})"));
        }
        // Who reports to somebody who reports to the caller; a union, so that circles of managers end.
        let reports = match users.find("manager") {
            None => format!("SELECT {user}"),
            Some(manager) => format!(
                "SELECT r.\"id\" FROM (WITH RECURSIVE reports(\"id\") AS (SELECT {user} UNION SELECT m.\"id\" FROM {table} m \
                 JOIN reports ON m.{} = reports.\"id\" WHERE m.{tenant} = {org}) SELECT \"id\" FROM reports) r",
                quote(&manager.column)
            ),
        };
        parts.push(reports);
        parts.join(" UNION ")
    }
}

/// The junction of users and the teams that they are in, and its two columns.
fn memberships(users: &Module) -> Option<(String, String, String)> {
    let connection = users.connections.iter().find(|connection| connection.name == "teams")?;
    match &connection.via {
        Via::Junction { table, own, other, .. } => Some((quote(table), quote(own), quote(other))),
        _ => None,
    }
}
