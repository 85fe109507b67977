//! Records that operations on identity write: users who are invited, and API keys. They go the way of all records, so that
//! rules, logs and live feeds are theirs too.

use super::{
    Caller, Door, Refusal,
    scope::{Scope, may_grant},
    secret,
};
use kontor_domain::{
    context::{Context, Moment, Whose},
    mutation::{self, Action, Assignment, Change, Input, WriteError, Writing},
    processes::{self, Account, Deed, OneTime},
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::Catalog;
use uuid::Uuid;

/// What an API key begins with.
pub(super) const KEY_PREFIX: &str = "kntr_";
/// Characters of a key that are shown later, to tell it from others.
const SHOWN: usize = KEY_PREFIX.len() + 8;

/// What writing a record takes.
pub struct Records<'r> {
    /// The modules.
    pub catalog: &'r Catalog,
    /// Their pipeline.
    pub writing: &'r Writing,
    /// What the operation is called in the logs.
    pub operation: Uuid,
    /// When it began.
    pub moment: Moment,
}

/// A user to be invited.
pub struct Invitation {
    /// E-mail address.
    pub email: String,
    /// Role, as stored.
    pub role: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
}

/// An API key to be.
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// Role, as stored.
    pub role: String,
    /// What of the role it may use; none is all of it.
    pub scope: Option<Scope>,
    /// When it ends, µs since 1970.
    pub expires_at: Option<i64>,
}

impl Door<'_> {
    /// Creates a user who may choose a password with the token that is sent to it; one who has not done so yet is sent
    /// another. Gives the user's id.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn invite(
        &self,
        caller: &Caller,
        invitation: &Invitation,
        records: &Records<'_>,
    ) -> Result<Uuid, Refusal> {
        if !matches!(caller.role.as_str(), "admin" | "super_admin") || !may_grant(&caller.role, &invitation.role) {
            return Err(Refusal::Forbidden);
        }
        let known = processes::find_account(self.store, &invitation.email).await?;
        let is_waiting = |a: &Account| a.org == caller.org && a.password_hash.is_none() && a.role == invitation.role;
        // An address is used once in the whole installation.
        if known.as_ref().is_some_and(|account| !is_waiting(account)) {
            let (module, fields) = ("User".to_owned(), vec!["email".to_owned()]);
            return Err(Refusal::Write(Box::new(WriteError::NotUnique { module, fields })));
        }
        let mut transaction = self.store.begin(Whose::Organization(caller.org)).await?;
        let user = match known {
            Some(account) => account.user,
            None => {
                let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
                let values = [
                    ("organization", Value::Uuid(caller.org)),
                    ("email", Value::Text(processes::normal_address(&invitation.email))),
                    ("role", Value::Text(invitation.role.clone())),
                    ("first_name", text(&invitation.first_name)),
                    ("last_name", text(&invitation.last_name)),
                ];
                let user = self.create(&mut transaction, caller, records, "User", values.into()).await?;
                let admitted = processes::admit(&mut transaction, caller.org).await;
                admitted.map_err(|error| Refusal::Write(Box::new(error)))?;
                user
            }
        };
        let of = OneTime { org: caller.org, user, bound_to: None };
        let mail = self.invitation(&mut transaction, &of, &invitation.email).await?;
        let ip = self.ip();
        let (org, inviter, record) = (caller.org, Some(caller.user), Some(("User", user)));
        let (action, now) = ("user_invited", self.now());
        let deed = Deed { org, user: inviter, action, record, details: None, ip: ip.as_deref(), now };
        processes::audit(&mut transaction, &deed).await?;
        transaction.commit().await?;
        let mailer = self.identity.mailer.clone();
        let sent = tokio::task::spawn_blocking(move || mailer.send(&mail)).await.map_err(|_| Refusal::Failed)?;
        // The user is there: who invites again sends another.
        sent?;
        Ok(user)
    }

    /// Creates an API key of the caller; gives the key, which is shown this once, and its id.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn create_key(
        &self,
        caller: &Caller,
        new: &NewKey,
        records: &Records<'_>,
    ) -> Result<(String, Uuid), Refusal> {
        if !may_grant(&caller.role, &new.role) {
            return Err(Refusal::Forbidden);
        }
        if new.expires_at.is_some_and(|at| at <= self.now()) {
            return Err(Refusal::Input("`expiresAt` must be in the future.".to_owned()));
        }
        let key = format!("{KEY_PREFIX}{}", secret::random());
        let scope = new.scope.as_ref().map(|scope| scope.name().to_owned());
        let values = [
            ("name", Value::Text(new.name.clone())),
            ("role", Value::Text(new.role.clone())),
            ("prefix", Value::Text(key[..SHOWN].to_owned())),
            ("hash", Value::Text(secret::hash(&key))),
            ("scope", scope.map_or(Value::Null, Value::Json)),
            ("expires_at", new.expires_at.map_or(Value::Null, Value::Timestamp)),
        ];
        let mut transaction = self.store.begin(Whose::Organization(caller.org)).await?;
        let id = self.create(&mut transaction, caller, records, "ApiKey", values.into()).await?;
        processes::bump(&mut transaction).await?;
        transaction.commit().await?;
        self.learn().await;
        Ok((key, id))
    }

    /// Makes an API key worthless: one's own, or an administrator any of the organisation.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn revoke_key(&self, caller: &Caller, id: Uuid, records: &Records<'_>) -> Result<(), Refusal> {
        let mut transaction = self.store.begin(Whose::Organization(caller.org)).await?;
        let owner = processes::key_owner(&mut transaction, caller.org, id).await?;
        let administrator = matches!(caller.role.as_str(), "admin" | "super_admin");
        if !owner.is_some_and(|owner| administrator || owner == Some(caller.user)) {
            transaction.rollback().await?;
            return Err(Refusal::Write(Box::new(WriteError::NotFound { module: "ApiKey".to_owned() })));
        }
        let action = Action::Delete { ids: vec![id], expected_version: None };
        self.write(&mut transaction, caller, records, "ApiKey", action).await?;
        processes::bump(&mut transaction).await?;
        transaction.commit().await?;
        self.learn().await;
        Ok(())
    }

    async fn create(
        &self,
        transaction: &mut Transaction<'_>,
        caller: &Caller,
        records: &Records<'_>,
        module: &str,
        values: Vec<(&str, Value)>,
    ) -> Result<Uuid, Refusal> {
        let described = records.catalog.find(module).ok_or(Refusal::Failed)?;
        let assigned = values.into_iter().filter_map(|(name, value)| {
            let field = described.find(name)?.id;
            Some(Assignment { field, is_type: false, value })
        });
        let input = Input { path: vec![], values: assigned.collect(), ..Input::default() };
        let ids = self.write(transaction, caller, records, module, Action::Create(vec![input])).await?;
        ids.first().copied().ok_or(Refusal::Failed)
    }

    pub(super) async fn write(
        &self,
        transaction: &mut Transaction<'_>,
        caller: &Caller,
        records: &Records<'_>,
        module: &str,
        action: Action,
    ) -> Result<Vec<Uuid>, Refusal> {
        let module = records.catalog.find(module).ok_or(Refusal::Failed)?.id;
        let context = Context {
            org: caller.org,
            user: Some(caller.user),
            // Who may do this was asked at the door.
            rights: None,
            role: caller.role.clone(),
            language: if self.origin.german { "de" } else { "en" }.to_owned(),
            moment: records.moment,
            ip: self.ip(),
            api_key: None,
            operation: records.operation,
        };
        let written = mutation::execute(transaction, records.writing, &context, Change { module, action }).await;
        written.map_err(|error| match error {
            WriteError::Store(error) => Refusal::Store(error),
            other => Refusal::Write(Box::new(other)),
        })
    }
}
