//! Servers that start together on one empty database.

use crate::support::{Database, backends, repository};
use kontor_domain::store::{Settings, Store};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_start_together_take_turns() {
    let catalog = kontor_metadata::load(&repository().join("config/packages"));
    let catalog = Arc::new(catalog.unwrap_or_else(|report| panic!("{}", report.render_text(false))).catalog);
    for backend in backends() {
        let database = Database::new(backend);
        let start = || {
            let (location, catalog) = (database.location.clone(), catalog.clone());
            tokio::spawn(
                async move { Store::open(Settings::new(location)).await.unwrap().apply(&catalog).await.unwrap() },
            )
        };
        let starting: Vec<_> = (0..4).map(|_| start()).collect();
        let mut made = 0;
        for started in starting {
            let applied = started.await.unwrap();
            assert_eq!(applied.version, 1);
            made += usize::from(!applied.changes.is_empty());
        }
        assert_eq!(made, 1, "{backend:?}: one makes the tables, the others find them");
    }
}
