//! Whether anybody still waits for what a task is doing, and for how long. A future is dropped when its client goes or its
//! time is over, but a statement that SQLite runs in process keeps the thread, so it must ask for itself.

use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// Tells whether the client has gone; asked now and then while a statement runs.
pub type Abandoned = Arc<dyn Fn() -> bool + Send + Sync>;

/// How long a statement runs before it is asked, and between one time and the next: asking costs a system call.
pub(super) const INTERVAL: Duration = Duration::from_millis(50);

/// What ends the statements of a task.
#[derive(Clone, Default)]
struct Patience {
    abandoned: Option<Abandoned>,
    end: Option<std::time::Instant>,
}

tokio::task_local! {
    static PATIENCE: Patience;
}

/// Runs a future whose statements end early once the client has gone.
pub async fn abandonable<F: Future>(abandoned: Abandoned, future: F) -> F::Output {
    PATIENCE.scope(Patience { abandoned: Some(abandoned), end: None }, future).await
}

/// Runs a future that ends, as its statements do, at a moment; none if it has not come to its own end by then.
pub async fn until<F: Future>(end: std::time::Instant, future: F) -> Option<F::Output> {
    let outer = PATIENCE.try_with(Patience::clone).unwrap_or_default();
    let patience = Patience { end: Some(end), ..outer };
    timeout_at(Instant::from_std(end), PATIENCE.scope(patience, future)).await.ok()
}

/// Whether the client of this task has gone, or its time is over.
pub(super) fn is_abandoned() -> bool {
    let over = |patience: &Patience| {
        patience.end.is_some_and(|end| std::time::Instant::now() >= end)
            || patience.abandoned.as_ref().is_some_and(|abandoned| abandoned())
    };
    PATIENCE.try_with(over).unwrap_or(false)
}
