use super::{App, User};
use kontor_domain::{
    column::{ColumnType, Dialect},
    context::{Moment, Whose},
    mutation::Writing,
    notify,
    store::Args,
    value::Value as Stored,
};
use serde_json::{Value, json};
use std::{
    pin::pin,
    task::{Context, Poll},
    time::Duration,
};

/// A gateway's making of notifications, at the pace and the time of a test.
pub(crate) struct Notifier<'a> {
    app: &'a App,
    writing: Writing,
}

impl<'a> Notifier<'a> {
    pub(crate) fn new(app: &'a App) -> Self {
        Self { app, writing: Writing::new(app.catalog.clone(), app.engine.store().dialect()) }
    }

    /// Deals with everything that was committed; events may wait for transactions of other tests.
    pub(crate) async fn catch_up(&self) {
        let done = async {
            while !self.has_caught_up().await {
                if !self.pass().await {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), done).await.expect("the log can be read on");
    }

    /// One step of it.
    pub(crate) async fn pass(&self) -> bool {
        notify::pass(self.app.engine.store(), &self.writing, now()).await.unwrap().more
    }

    /// Reminds of what is due at a moment; gives the next.
    pub(crate) async fn remind(&self, at: i64) -> Option<i64> {
        let moment = Moment { now: at, ..now() };
        notify::remind(self.app.engine.store(), &self.writing, moment).await.unwrap()
    }

    /// As at the start of a gateway.
    pub(crate) async fn add_missing(&self, at: i64) {
        let moment = Moment { now: at, ..now() };
        notify::add_missing(self.app.engine.store(), &self.writing, moment).await.unwrap();
    }

    async fn has_caught_up(&self) -> bool {
        let store = self.app.engine.store();
        let behind = match store.dialect() {
            Dialect::Postgres => "(e.xid, e.sequence) > (c.xid, c.sequence)",
            Dialect::Sqlite => "e.sequence > c.sequence",
        };
        let sql = format!("SELECT COUNT(*) FROM record_events e, event_consumers c WHERE {behind}");
        let rows =
            store.query(Whose::Platform, &sql, &Args::new(store.dialect()), &[ColumnType::BigInt]).await.unwrap();
        rows[0][0] == Stored::Integer(0)
    }
}

/// Lets go of a future that has not ended when it has been polled so often: what a kill leaves is what is in the database.
pub(crate) async fn killed<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context: &mut Context<'_>| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

fn now() -> Moment {
    Moment::now("UTC".parse().unwrap())
}

impl App {
    /// What a user was told, oldest first: kind and message.
    pub(crate) async fn told(&self, user: &User) -> Vec<(String, String)> {
        let query = "query($u: ID!) { notifications(filter: {userId: {eq: $u}}) { nodes { kind message } } }";
        let told = self.data(user, query, json!({"u": user.id})).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let nodes = told["notifications"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| (text(&node["kind"]), text(&node["message"]))).collect()
    }
}
