//! What administrators make of users: another role, and whether they may sign in at all. The rest of a user is a record like
//! any other.

use super::{Caller, Door, Records, Refusal, scope::may_grant, session::Holder};
use kontor_domain::{
    context::Whose,
    mutation::{Action, Assignment, Input, WriteError},
    processes::{self, Account, Deed, Which},
    store::Transaction,
    value::Value,
};
use serde_json::json;
use uuid::Uuid;

/// What becomes of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// It has this role from now on, as stored.
    Role(String),
    /// Whether it may sign in from now on.
    Active(bool),
}

impl UserChange {
    fn field(&self) -> (&'static str, Value) {
        match self {
            Self::Role(role) => ("role", Value::Text(role.clone())),
            Self::Active(active) => ("is_active", Value::Boolean(*active)),
        }
    }

    /// What the audit log calls it.
    fn action(&self) -> &'static str {
        match self {
            Self::Role(_) => "user_role_changed",
            Self::Active(true) => "user_reactivated",
            Self::Active(false) => "user_deactivated",
        }
    }

    fn is_made(&self, account: &Account) -> bool {
        match self {
            Self::Role(role) => account.role == *role,
            Self::Active(active) => account.is_active == *active,
        }
    }
}

impl Door<'_> {
    /// Changes another user of the caller's organisation. Its sessions end, so that no token goes on with what it was; its
    /// API keys do no more than it may. An administrator is left in any case: the one who asks.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn change_user(
        &self,
        caller: &Caller,
        user: Uuid,
        change: &UserChange,
        records: &Records<'_>,
    ) -> Result<(), Refusal> {
        if user == caller.user {
            let message = "Nobody changes the own role, or whether one may sign in: ask another administrator.";
            return Err(Refusal::Input(message.to_owned()));
        }
        let mut transaction = self.store.begin(Whose::Organization(caller.org)).await?;
        let changed = self.change_locked(&mut transaction, caller, user, change, records).await;
        if !matches!(changed, Ok(true)) {
            transaction.rollback().await?;
            return changed.map(drop);
        }
        transaction.commit().await?;
        self.learn().await;
        Ok(())
    }

    /// The same within a transaction; gives whether anything has changed.
    async fn change_locked(
        &self,
        transaction: &mut Transaction<'_>,
        caller: &Caller,
        user: Uuid,
        change: &UserChange,
        records: &Records<'_>,
    ) -> Result<bool, Refusal> {
        // Of two administrators who would make an end of each other one is first, and the other is none any more.
        processes::lock_organization(transaction, caller.org).await?;
        let by = processes::lock_account(transaction, caller.user).await?.filter(|by| by.is_active);
        let Some(by) = by.filter(|by| matches!(by.role.as_str(), "admin" | "super_admin")) else {
            return Err(Refusal::Forbidden);
        };
        let account = processes::lock_account(transaction, user).await?.filter(|account| account.org == caller.org);
        let Some(account) = account else {
            return Err(Refusal::Write(Box::new(WriteError::NotFound { module: "User".to_owned() })));
        };
        let grants = |role: &str| may_grant(&by.role, role) && may_grant(&caller.role, role);
        let to = if let UserChange::Role(role) = change { role } else { &account.role };
        if !grants(&account.role) || !grants(to) {
            return Err(Refusal::Forbidden);
        }
        if change.is_made(&account) {
            return Ok(false);
        }
        let (field, value) = change.field();
        let field = records.catalog.find("User").and_then(|users| users.find(field)).ok_or(Refusal::Failed)?.id;
        let values = vec![Assignment { field, is_type: false, value }];
        let input = Input { path: vec![], values, ..Input::default() };
        let action = Action::Update { ids: vec![user], expected_version: None, input: Box::new(input) };
        self.write(transaction, caller, records, "User", action).await?;
        if *change == UserChange::Active(true) {
            let admitted = processes::admit(transaction, caller.org).await;
            admitted.map_err(|error| Refusal::Write(Box::new(error)))?;
        }
        let (action, now, ip) = (change.action(), self.now(), self.ip());
        processes::end_sessions(transaction, (caller.org, user), Which::All, action, now).await?;
        processes::bump(transaction).await?;
        let details = match change {
            UserChange::Role(role) => Some(json!({"from": account.role, "to": role})),
            UserChange::Active(_) => None,
        };
        let holder = Holder { org: caller.org, user: caller.user, role: &caller.role };
        let deed = Deed { details, record: Some(("User", user)), ip: ip.as_deref(), ..self.deed(&holder, action) };
        processes::audit(transaction, &deed).await?;
        Ok(true)
    }
}
