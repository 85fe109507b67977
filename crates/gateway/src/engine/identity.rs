//! Operations on identity: from the arguments of a root field to a method of the door, and to what it answers.

use super::{Engine, Run, process::Answered};
use crate::{
    auth::{self, Caller, Door, Identity, Invitation, NewKey, Opened, Origin, Records, Refusal, Scope, UserChange},
    error::{Error, is_german},
    lower::{self, Call, Leaf},
    schema::model::Process,
};
use async_graphql_value::ConstValue;
use kontor_domain::{calendar, error::StoreError, processes::Which, value::Value as Stored};
use serde_json::{Value, json};
use uuid::Uuid;

impl Engine {
    /// The same with other ways to sign in.
    #[must_use]
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { identity, ..self }
    }

    /// How users sign in.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Learns which tokens are good no more, if that has changed.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn learn_admission(&self) -> Result<(), StoreError> {
        self.keys.learn(&self.store).await
    }

    /// Removes what is left of sessions that ended long ago, and of sign-ins that were tried then; gives the number of
    /// sessions.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn sweep_sessions(&self) -> Result<u64, StoreError> {
        auth::sweep(&self.store, calendar::now()).await
    }

    /// Stores when API keys were last used, as far as this gateway knows; gives the number of keys.
    ///
    /// # Errors
    /// See [`StoreError`]; then it is not stored.
    pub async fn note_key_uses(&self) -> Result<usize, StoreError> {
        self.keys.note_key_uses(&self.store).await
    }

    /// Where an operation on identity begins.
    #[must_use]
    pub fn door<'d>(&'d self, origin: &'d Origin) -> Door<'d> {
        Door { store: &self.store, keys: &self.keys, identity: &self.identity, origin }
    }
}

impl Run<'_> {
    /// Runs a process.
    pub(super) async fn identify(&self, call: &Call) -> Result<Answered, Refusal> {
        let origin = Origin {
            address: self.from.address,
            user_agent: self.from.user_agent.clone(),
            german: is_german(&self.from.language),
        };
        let door = self.engine.door(&origin);
        let given = Arguments(self, call);
        given.check()?;
        let caller = self.from.caller.as_ref();
        let (org, user) = (caller.map_or(Uuid::nil(), |c| c.org), caller.map(|c| c.user));
        let told = |value: Value| Answered { value, org, user };
        Ok(match call.process {
            Process::Login => {
                let code = given.maybe_text("code");
                session(&door.login(&given.text("email"), &given.text("password"), code.as_deref()).await?)
            }
            Process::RefreshToken => session(&door.refresh(&given.text("refreshToken")).await?),
            Process::Logout => {
                let ended = match given.maybe_text("refreshToken") {
                    Some(token) => door.end_session_of(&token).await?,
                    None => {
                        let (caller, session) = self.person()?;
                        door.end_sessions(caller, Which::One(session)).await?
                    }
                };
                told(json!(ended > 0))
            }
            Process::LogoutEverywhere => told(json!(door.end_sessions(self.person()?.0, Which::All).await?)),
            Process::EndSession => {
                let Ok(session) = Uuid::try_parse(&given.text("id")) else { return Ok(told(json!(false))) };
                told(json!(door.end_sessions(self.person()?.0, Which::One(session)).await? > 0))
            }
            Process::MySessions => {
                let (caller, current) = self.person()?;
                let sessions = door.sessions(caller).await?;
                let list = sessions.into_iter().map(|session| {
                    json!({
                        "id": session.id,
                        "method": session.method,
                        "createdAt": moment(session.created_at),
                        "usedAt": moment(session.used_at),
                        "expiresAt": moment(session.expires_at),
                        "ipAddress": session.ip,
                        "userAgent": session.user_agent,
                        "current": session.id == current,
                    })
                });
                told(Value::Array(list.collect()))
            }
            Process::ChangePassword => {
                let (current, new) = (given.text("currentPassword"), given.text("newPassword"));
                door.change_password(self.person()?, &current, &new).await?;
                told(json!(true))
            }
            Process::RequestPasswordReset => {
                door.request_password_reset(&given.text("email")).await?;
                told(json!(true))
            }
            Process::ResetPassword => {
                door.reset_password(&given.text("token"), &given.text("newPassword")).await?;
                told(json!(true))
            }
            Process::InviteUser => {
                let invitation = Invitation {
                    email: given.text("email"),
                    role: given.stored("UserRole", "role").unwrap_or_default(),
                    first_name: given.maybe_text("firstName"),
                    last_name: given.maybe_text("lastName"),
                };
                told(json!(door.invite(self.person()?.0, &invitation, &self.records()).await?))
            }
            Process::ChangeUserRole => {
                let role = given.stored("UserRole", "role").unwrap_or_default();
                told(self.change_user(&door, &given, UserChange::Role(role)).await?)
            }
            Process::DeactivateUser => told(self.change_user(&door, &given, UserChange::Active(false)).await?),
            Process::ReactivateUser => told(self.change_user(&door, &given, UserChange::Active(true)).await?),
            Process::AcceptInvitation => {
                session(&door.accept_invitation(&given.text("token"), &given.text("password")).await?)
            }
            Process::EnrolTotp => {
                let enrolment = door.enrol(self.person()?.0, &given.text("password")).await?;
                told(json!({"secret": enrolment.secret, "url": enrolment.url}))
            }
            Process::ConfirmTotp => told(json!(door.confirm(self.person()?.0, &given.text("code")).await?)),
            Process::DisableTotp => {
                door.disable(self.person()?.0, &given.text("password"), &given.text("code")).await?;
                told(json!(true))
            }
            Process::ResetTotp => {
                let user = Uuid::try_parse(&given.text("user")).unwrap_or_default();
                door.reset_totp(self.person()?.0, user).await?;
                told(json!(user))
            }
            Process::FinishSignIn => {
                session(&door.redeem_elsewhere(&given.text("token"), &given.text("verifier")).await?)
            }
            Process::CreateApiKey => {
                let new = NewKey {
                    name: given.text("name"),
                    role: given.stored("ApiKeyRole", "role").unwrap_or_else(|| "readonly".to_owned()),
                    scope: given.scope("scope")?,
                    expires_at: given.moment("expiresAt")?,
                };
                let (key, id) = door.create_key(self.person()?.0, &new, &self.records()).await?;
                told(json!({"key": key, "apiKey": id}))
            }
            Process::ExportPersonalData => told(Box::pin(self.export(&given)).await?),
            Process::Erase(module) => told(Box::pin(self.erase(module, &given)).await?),
            Process::RevokeApiKey => {
                let id = Uuid::try_parse(&given.text("id")).unwrap_or_default();
                door.revoke_key(self.person()?.0, id, &self.records()).await?;
                told(json!(id))
            }
            Process::ReloadMetadata => told(self.reload().await?),
            Process::ExplainAccess => return self.explain(call).await,
        })
    }

    async fn change_user(
        &self,
        door: &Door<'_>,
        given: &Arguments<'_, '_>,
        change: UserChange,
    ) -> Result<Value, Refusal> {
        let user = Uuid::try_parse(&given.text("id")).unwrap_or_default();
        Box::pin(door.change_user(self.person()?.0, user, &change, &self.records())).await?;
        Ok(json!(user))
    }

    /// What writing records takes.
    fn records(&self) -> Records<'_> {
        Records {
            catalog: &self.snapshot.catalog,
            writing: &self.snapshot.writing,
            operation: self.operation,
            moment: self.circumstances.moment,
        }
    }

    /// The caller who signed in, and its session: what is about a person is not for programs.
    fn person(&self) -> Result<(&Caller, Uuid), Refusal> {
        let caller = self.from.caller.as_ref().ok_or(Refusal::NobodySignedIn)?;
        caller.session().map(|session| (caller, session)).ok_or(Refusal::NobodySignedIn)
    }
}

fn session(opened: &Opened) -> Answered {
    let value = json!({
        "accessToken": opened.access_token,
        "expiresAt": moment(opened.expires_at * 1_000_000),
        "refreshToken": opened.refresh_token,
        "sessionExpiresAt": moment(opened.session_expires_at),
        "user": opened.user,
    });
    Answered { value, org: opened.org, user: Some(opened.user) }
}

/// As the scalar `DateTime` is written.
pub(super) fn moment(at: i64) -> String {
    let (mut stored, mut text) = (Vec::new(), Vec::new());
    calendar::write_timestamp(&mut stored, at);
    calendar::write_trimmed(&mut text, &stored);
    String::from_utf8_lossy(&text).into_owned()
}

/// The arguments of a process; validation has seen to what is required.
pub(super) struct Arguments<'a, 'r>(pub(super) &'a Run<'r>, pub(super) &'a Call);

impl Arguments<'_, '_> {
    /// PostgreSQL has no text with U+0000.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut values = self.1.arguments.iter().filter_map(|given| given.value(self.0.variables));
        if values.any(|value| has_nul(&value)) { Err(Refusal::NoText) } else { Ok(()) }
    }

    pub(super) fn value(&self, name: &str) -> Option<ConstValue> {
        let given = self.1.arguments.iter().find(|given| given.name == name)?;
        given.value(self.0.variables).map(|value| value.into_owned()).filter(|value| *value != ConstValue::Null)
    }

    pub(super) fn maybe_text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            ConstValue::String(text) => Some(text),
            ConstValue::Enum(name) => Some(name.to_string()),
            ConstValue::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The value of an enum as it is stored.
    fn stored(&self, ty: &str, name: &str) -> Option<String> {
        let given = self.maybe_text(name)?;
        let values = &self.0.snapshot.types.enums.get(ty)?.values;
        values.iter().find(|value| value.name == given).map(|value| value.stored.clone())
    }

    /// Microseconds since 1970.
    fn moment(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.value(name) else { return Ok(None) };
        match lower::convert(&self.0.snapshot.types, &Leaf::Timestamp, &value) {
            Ok(Stored::Timestamp(at)) => Ok(Some(at)),
            Ok(_) => Ok(None),
            Err(unreadable) => Err(Refusal::Input(Error::from(unreadable).message)),
        }
    }

    fn scope(&self, name: &str) -> Result<Option<Scope>, Refusal> {
        let Some(value) = self.value(name) else { return Ok(None) };
        // A single value stands for a list of one.
        let list = if matches!(value, ConstValue::List(_)) { value } else { ConstValue::List(vec![value]) };
        let scope = list.into_json().and_then(serde_json::from_value);
        scope.map(Some).map_err(|_| Refusal::Input(format!("`{name}` is no list of grants.")))
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.maybe_text(name).unwrap_or_default()
    }
}

fn has_nul(value: &ConstValue) -> bool {
    match value {
        ConstValue::String(text) => text.contains('\0'),
        ConstValue::List(items) => items.iter().any(has_nul),
        ConstValue::Object(object) => object.values().any(has_nul),
        _ => false,
    }
}
