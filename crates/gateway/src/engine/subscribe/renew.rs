use super::{
    super::{Asker, GraphQlRequest, trace::Phases},
    Kind, REST, Subscription,
    begin::Joined,
};
use crate::{
    document::Document,
    error::{Code, Error},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a subscription is planned from when the metadata are others. Most subscriptions are idle, so it is small: those
/// of the same document share its text.
pub(super) struct Again {
    text: Arc<str>,
    operation_name: Option<Box<str>>,
    variables: Map<String, Value>,
    pub(super) from: Asker,
}

impl Again {
    pub(super) fn new(document: &Document, request: GraphQlRequest, from: Asker) -> Self {
        let GraphQlRequest { operation_name, variables, .. } = request;
        let from = Asker { idempotency_key: None, user_agent: None, ..from };
        let operation_name = operation_name.map(String::into_boxed_str);
        Self { text: document.text.clone(), operation_name, variables, from }
    }

    fn request(&self) -> GraphQlRequest {
        GraphQlRequest {
            query: self.text.as_ref().to_owned(),
            operation_name: self.operation_name.as_deref().map(str::to_owned),
            variables: self.variables.clone(),
            ..GraphQlRequest::default()
        }
    }
}

impl Subscription {
    /// Plans it for the metadata as they are now, by the rights that they give now, and goes on where it was. Whoever
    /// drops the future before it is ready has changed nothing.
    ///
    /// # Errors
    /// When it does not fit them.
    pub(super) async fn renew(&mut self) -> Result<(), Vec<Error>> {
        let (joined, version) = loop {
            match self.plan().await {
                // The database will answer again.
                Err(errors) if errors.iter().any(|error| error.is(Code::Internal) || error.is(Code::Timeout)) => {
                    tokio::time::sleep(REST).await;
                }
                Err(errors) => return Err(self.ended(errors)),
                Ok(planned) => break planned,
            }
        };
        match (&mut self.kind, joined) {
            (Kind::Feed(feed), Joined::Feed(group, _)) => feed.renew(group, version),
            (Kind::Watch(watching), Joined::Watch(group)) => watching.renew(group, version),
            _ => return Err(self.ended(vec![Error::input("The field is of another kind now.")])),
        }
        Ok(())
    }

    async fn plan(&self) -> Result<(Joined, u64), Vec<Error>> {
        let (engine, Again { from, .. }) = (&self.engine, &*self.again);
        let snapshot = engine.snapshot.load_full();
        let (_, prepared, variables) =
            engine.prepare(&snapshot, &self.again.request(), from, &mut Phases::default()).await?;
        let version = snapshot.version;
        let joined = engine.join(snapshot, prepared, variables, from.clone(), None).await;
        joined.map(|joined| (joined, version)).map_err(|error| vec![error])
    }

    /// Why it ends, with the place of the log that a new one goes on behind.
    fn ended(&self, errors: Vec<Error>) -> Vec<Error> {
        let cursor = match &self.kind {
            Kind::Feed(feed) => Some(feed.told().to_string()),
            Kind::Watch(_) => None,
        };
        let advice = if cursor.is_some() { " `after` the cursor that is told here" } else { "" };
        let message =
            format!("The metadata have changed, and this subscription does not fit them: begin another{advice}.");
        let mut changed = Error::new(Code::MetadataChanged, message);
        if let Some(cursor) = cursor {
            changed = changed.with("cursor", json!(cursor));
        }
        std::iter::once(changed).chain(errors).collect()
    }
}
