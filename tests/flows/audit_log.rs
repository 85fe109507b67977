//! What was done to records, as a list.

use crate::support::{App, User, backends};
use kontor_domain::{column::ColumnType, context::Whose, store::Args, value::Value as Stored};
use serde_json::json;
use uuid::Uuid;

async fn entry(app: &App, user: &User, record: Uuid, action: &str, at: i64) {
    let mut transaction = app.engine.store().begin(Whose::Platform).await.unwrap();
    let values = [
        (ColumnType::Uuid, Stored::Uuid(Uuid::now_v7())),
        (ColumnType::Uuid, Stored::Uuid(user.org)),
        (ColumnType::Uuid, Stored::Uuid(user.id)),
        (ColumnType::Text, Stored::Text(action.to_owned())),
        (ColumnType::Text, Stored::Text("Account".to_owned())),
        (ColumnType::Uuid, Stored::Uuid(record)),
        (ColumnType::Timestamp, Stored::Timestamp(at)),
    ];
    let mut args = Args::new(transaction.dialect());
    let places: Vec<_> = values.iter().map(|(ty, value)| args.add(*ty, value)).collect();
    let sql = format!(
        "INSERT INTO audit_logs (id, org, user_id, action, record_type, record_id, created_at) VALUES ({})",
        places.join(", ")
    );
    transaction.execute(&sql, &args).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_of_a_record_is_newest_first() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, stranger) = (app.user("acme").await, app.user("umbrella").await);
        let [one, other] = [Uuid::now_v7(), Uuid::now_v7()];
        for (n, (record, action)) in
            [(one, "create"), (other, "create"), (one, "update"), (one, "delete")].into_iter().enumerate()
        {
            entry(&app, &user, record, action, 1_000_000 * (n as i64 + 1)).await;
        }
        let log =
            "query($r: ID, $a: String, $f: AuditLogFilter) { auditLog(record: $r, first: 2, after: $a, filter: $f) {
            totalCount nodes { action recordId } pageInfo { endCursor hasNextPage } } }";
        let page = app.data(&user, log, json!({"r": one})).await["auditLog"].clone();
        assert_eq!(page["totalCount"], 3, "{backend:?}");
        assert_eq!(
            page["nodes"],
            json!([{"action": "delete", "recordId": one}, {"action": "update", "recordId": one}])
        );
        let next = json!({"r": one, "a": page["pageInfo"]["endCursor"]});
        let next = app.data(&user, log, next).await["auditLog"].clone();
        assert_eq!(next["nodes"], json!([{"action": "create", "recordId": one}]));
        let all = app.data(&user, log, json!({"f": {"action": {"eq": "create"}}})).await["auditLog"].clone();
        assert_eq!(
            all["nodes"],
            json!([{"action": "create", "recordId": other}, {"action": "create", "recordId": one}])
        );
        let oldest = "{ auditLog(orderBy: [{createdAt: ASC}], first: 1) { nodes { action } } }";
        assert_eq!(app.data(&user, oldest, json!({})).await["auditLog"]["nodes"], json!([{"action": "create"}]));
        assert_eq!(app.data(&stranger, log, json!({"r": one})).await["auditLog"]["totalCount"], 0);
    }
}
