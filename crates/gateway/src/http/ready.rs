//! `/readyz`: whether the database answers. Anybody may ask, as often as they like: what was found is told for a second, and
//! however many ask meanwhile, the database is asked once.

use super::Shared;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long it is told.
const KEPT: Duration = Duration::from_secs(1);
/// Longest wait for the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was last found, and when.
#[derive(Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// What was found lately, or else is now.
    async fn of(&self, ask: impl Future<Output = bool>) -> bool {
        let mut kept = self.0.lock().await;
        match *kept {
            Some((at, ready)) if at.elapsed() < KEPT => ready,
            _ => {
                let ready = ask.await;
                *kept = Some((Instant::now(), ready));
                ready
            }
        }
    }
}

pub(super) async fn get(State(shared): State<Shared>) -> Response {
    let ask = async {
        match tokio::time::timeout(PATIENCE, shared.engine.store().ping()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(error = crate::error::chain(&error), "not ready");
                false
            }
            Err(_) => {
                tracing::warn!("not ready: the database takes longer than {} s", PATIENCE.as_secs());
                false
            }
        }
    };
    if shared.readiness.of(ask).await {
        "ready".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn the_database_is_asked_once_however_many_ask() {
        let (readiness, asked) = (Readiness::default(), AtomicU32::new(0));
        let ask = async || {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            true
        };
        let many = (0..100).map(|_| readiness.of(ask()));
        assert!(futures_util::future::join_all(many).await.into_iter().all(|ready| ready));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_was_found_is_not_told_for_ever() {
        let readiness = Readiness::default();
        *readiness.0.lock().await = Instant::now().checked_sub(KEPT).map(|at| (at, true));
        assert!(!readiness.of(async { false }).await);
        assert!(!readiness.of(async { true }).await, "that it is not is told for as long");
    }
}
