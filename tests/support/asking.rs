use super::{App, User};
use kontor_gateway::{
    auth::{Caller, Credential, Scope},
    engine::{Asker, Begun, GraphQlRequest, Subscription, Told},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// Somebody with a role.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) id: Uuid,
    pub(crate) role: String,
    /// For an API key that is limited to some modules: which.
    pub(crate) modules: Option<Vec<&'static str>>,
}

impl Who {
    /// A user as if it had this role.
    pub(crate) fn of(user: &User, role: &str) -> Self {
        Self { id: user.id, role: role.to_owned(), modules: None }
    }
}

/// Somebody who asks, with all that its role allows or with an API key.
pub(crate) struct Asking<'a> {
    pub(crate) app: &'a App,
    pub(crate) org: Uuid,
    pub(crate) who: &'a Who,
    /// What of its role the key leaves; none for who signed in.
    pub(crate) scope: Option<Arc<Scope>>,
}

impl<'a> Asking<'a> {
    /// Somebody who signed in, or a key that is limited to modules.
    pub(crate) fn new(app: &'a App, org: Uuid, who: &'a Who) -> Self {
        let asking = Self { app, org, who, scope: None };
        let Some(modules) = &who.modules else { return asking };
        let all = ["READ", "CREATE", "UPDATE", "DELETE"];
        asking.by_key(modules.iter().map(|module| json!({"module": module, "actions": all})).collect())
    }

    /// The same by an API key with these grants.
    pub(crate) fn by_key(self, grants: Value) -> Self {
        Self { scope: Some(Arc::new(serde_json::from_value(grants).unwrap())), ..self }
    }

    pub(crate) fn asker(&self) -> Asker {
        let mut caller = Caller::signed_in(self.who.id, self.org, &*self.who.role, Uuid::nil());
        if let Some(scope) = &self.scope {
            caller.credential = Credential::ApiKey { id: Uuid::nil(), scope: Some(scope.clone()) };
        }
        Asker { caller: Some(caller), language: "en".to_owned(), request_id: "test".to_owned(), ..Asker::default() }
    }

    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
        serde_json::from_slice(&self.app.engine.execute(request, &self.asker()).await.body).unwrap()
    }

    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.ask(query, variables).await;
        assert_eq!(answer["errors"], json!(null), "{:?}: {query}", self.who);
        answer["data"].clone()
    }

    /// The code of the first error, or none.
    pub(crate) async fn code(&self, query: &str, variables: Value) -> Option<String> {
        let answer = self.ask(query, variables).await;
        answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)
    }

    /// A subscription, or the code of what refused it.
    pub(crate) async fn follow(&self, query: &str) -> Result<Box<Subscription>, String> {
        let request = GraphQlRequest { query: query.to_owned(), ..GraphQlRequest::default() };
        match self.app.engine.begin(request, self.asker(), None).await {
            Begun::Subscribed(subscription) => Ok(subscription),
            Begun::Answered(answer) => {
                let answer: Value = serde_json::from_slice(&answer.body).unwrap();
                Err(answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
            }
        }
    }
}

/// What a subscription tells next, without its root key.
pub(crate) async fn told(subscription: &mut Subscription) -> Value {
    let told = tokio::time::timeout(Duration::from_secs(60), subscription.next()).await.expect("there is an event");
    let Told::Event(frame) = told else { panic!("no event: {told:?}") };
    let answer: Value = serde_json::from_slice(&frame.body).unwrap();
    assert_eq!(answer["errors"], json!(null), "{answer}");
    answer["data"].as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default()
}
