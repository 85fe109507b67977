//! People who see some of each other's records.

use crate::support::{App, Asking, Backend, User, Who};
use serde_json::{Value, json};

/// An organization in which Ada leads the team that Bob is in: she sees what is his, and may not change it. Of Carl she
/// sees what he shares.
pub(super) struct Office {
    pub(super) app: App,
    pub(super) admin: User,
    pub(super) ada: Who,
    pub(super) bob: Who,
    pub(super) carl: Who,
    pub(super) team: Value,
}

impl Office {
    /// With these packages.
    pub(super) async fn new(backend: Backend, packages: &[&str]) -> Self {
        let app = App::with_packages(backend, packages).await;
        let admin = app.user("acme").await;
        let mut people = Vec::new();
        for name in ["ada.lovelace", "bob.dylan", "carl.gauss"] {
            people.push(Who::of(&app.colleague(&admin, name).await, "sales_rep"));
        }
        let [ada, bob, carl] = people.try_into().unwrap();
        let create = "mutation($i: TeamCreateInput!) { createTeam(input: $i) { id } }";
        let team = json!({"name": "North", "leadId": ada.id, "members": {"link": [bob.id]}});
        let team = app.data(&admin, create, json!({"i": team})).await["createTeam"]["id"].clone();
        Self { app, admin, ada, bob, carl, team }
    }

    pub(super) fn ask<'a>(&'a self, who: &'a Who) -> Asking<'a> {
        Asking::new(&self.app, self.admin.org, who)
    }
}
