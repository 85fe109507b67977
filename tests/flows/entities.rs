//! Typed Rust code reads core records through the generated entities, the same on both databases.

use crate::support::{App, backends};
use kontor_domain::entities::{core, platform};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entities_read_what_the_api_shows() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        let connection = app.engine.store().entities().await.unwrap();
        let query = "{ opportunities(first: 1, orderBy: [{amount: DESC_NULLS_LAST}]) { totalCount nodes { id name amount createdAt status account { name } owner { email } } } }";
        let shown = app.data(&user, query, json!({})).await["opportunities"].clone();
        let of_org = core::opportunity::Entity::find().filter(core::opportunity::Column::Org.eq(user.org));
        assert_eq!(json!(of_org.clone().count(&connection).await.unwrap()), shown["totalCount"]);
        let id: uuid::Uuid = shown["nodes"][0]["id"].as_str().unwrap().parse().unwrap();
        let (read, account) = core::opportunity::Entity::find_by_id(id)
            .find_also_related(core::account::Entity)
            .one(&connection)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(json!(read.name), shown["nodes"][0]["name"]);
        assert_eq!(json!(read.amount.map(|a| a.0.to_string())), shown["nodes"][0]["amount"], "{backend:?}");
        assert_eq!(json!(account.unwrap().name), shown["nodes"][0]["account"]["name"]);
        let created = read.created_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        assert_eq!(json!(created), shown["nodes"][0]["createdAt"]);
        let owner = platform::user::Entity::find_by_id(read.owner_id.unwrap()).one(&connection).await.unwrap().unwrap();
        assert_eq!(json!(owner.email), shown["nodes"][0]["owner"]["email"]);
        let newest =
            core::activity::Entity::find().order_by_desc(core::activity::Column::CreatedAt).one(&connection).await;
        assert!(newest.unwrap().is_some());
        connection.close().await.unwrap();
    }
}
