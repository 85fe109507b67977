//! Whether anybody still waits for what a task is doing. A future is dropped when its client goes, but a statement that
//! SQLite runs in process keeps the thread, so it must ask for itself.

use std::{sync::Arc, time::Duration};

/// Tells whether the client has gone; asked now and then while a statement runs.
pub type Abandoned = Arc<dyn Fn() -> bool + Send + Sync>;

/// How long a statement runs before it is asked, and between one time and the next: asking costs a system call.
pub(super) const INTERVAL: Duration = Duration::from_millis(50);

tokio::task_local! {
    static ABANDONED: Abandoned;
}

/// Runs a future whose statements end early once the client has gone.
pub async fn abandonable<F: Future>(abandoned: Abandoned, future: F) -> F::Output {
    ABANDONED.scope(abandoned, future).await
}

/// Whether the client of this task has gone.
pub(super) fn is_abandoned() -> bool {
    ABANDONED.try_with(|abandoned| abandoned()).unwrap_or(false)
}
