//! What metadata promise about values, on modules made for it: every roll-up, chains through several modules, flows,
//! dependent picklists, limits of links, deletion.

use crate::support::{App, Backend, User, backends, repository};
use kontor_domain::{
    context::Whose,
    mutation::{self, Writing},
};
use serde_json::{Value, json};

const FOLDERS: [&str; 2] = ["config/packages", "tests/packages"];
const PROJECT: &str = "id version hours openHours meanHours longest firstDue number cost over";

async fn one(app: &App, user: &User, query: &str, variables: Value) -> Value {
    let data = app.data(user, query, variables).await;
    data.as_object().unwrap().values().next().unwrap().clone()
}

/// Rule and path of each violation.
fn violations(answer: &Value) -> Vec<(String, Value)> {
    let list = answer["errors"][0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    list.iter().map(|v| (v["rule"].as_str().unwrap().to_owned(), v["path"].clone())).collect()
}

/// A customer with a project of two tasks, made at once; the ids of the customer, the project and the tasks.
async fn made(app: &App, user: &User, backend: Backend) -> (Value, Value, Vec<Value>) {
    let create = format!(
        "mutation($i: CustomerCreateInput!) {{ createCustomer(input: $i) {{ id version cost running
           projects {{ nodes {{ {PROJECT} tasks {{ nodes {{ id version cost rate finishedAt }} }} }} }} }} }}"
    );
    let input = json!({"name": "Acme", "projects": {"create": [{"name": "P", "tagsWanted": {"create": {"name": "Wanted"}}, "rate": "20", "budget": "50", "tasks": {"create": [
        {"name": "a", "hours": "1.5", "due": "2026-02-01"}, {"name": "b", "hours": "0.51", "due": "2026-01-01"}]}}]}});
    let made = one(app, user, &create, json!({"i": input})).await;
    assert_eq!(
        (&made["version"], &made["cost"], &made["running"]),
        (&json!(1), &json!("40.20"), &json!(1)),
        "{backend:?}"
    );
    let project = &made["projects"]["nodes"][0];
    let expected = json!({"id": project["id"], "version": 1, "hours": "2.01", "openHours": "2.01", "meanHours": "1.01",
        "longest": "1.50", "firstDue": "2026-01-01", "number": 2, "cost": "40.20", "over": false, "tasks": project["tasks"]});
    assert_eq!(*project, expected, "{backend:?}");
    let mut tasks: Vec<Value> = project["tasks"]["nodes"].as_array().unwrap().clone();
    tasks.sort_by_key(|task| task["cost"].as_str().unwrap().len() * 100 - usize::from(task["cost"] == "30.00"));
    assert!(tasks.iter().all(|task| task["rate"] == "20.00" && task["version"] == 1 && task["finishedAt"].is_string()));
    (made["id"].clone(), project["id"].clone(), tasks.into_iter().map(|task| task["id"].clone()).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_through_several_modules_is_written_once() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let (customer, project, tasks) = made(&app, &user, backend).await;
        let update = format!(
            "mutation($id: ID!, $i: ProjectUpdateInput!) {{ updateProject(id: $id, input: $i) {{ {PROJECT} customer {{ cost version }} }} }}"
        );
        // The rate changes the costs of tasks, their sum in the project itself, and that of the customer.
        let project_now = one(&app, &user, &update, json!({"id": project, "i": {"rate": "30"}})).await;
        assert_eq!(project_now["cost"], "60.30", "{backend:?}");
        assert_eq!((&project_now["version"], &project_now["over"]), (&json!(2), &json!(true)));
        assert_eq!(project_now["customer"], json!({"cost": "60.30", "version": 2}));
        let logs = "query($id: ID!) { auditLogs(filter: {recordId: {eq: $id}}, orderBy: {version: ASC}) { nodes { version changes } } }";
        let logs = one(&app, &user, logs, json!({"id": project})).await["nodes"].clone();
        let changes = json!({"rate": {"before": "20.00", "after": "30.00"}, "cost": {"before": "40.20", "after": "60.30"}, "over": {"before": false, "after": true}});
        assert_eq!(logs[1], json!({"version": 2, "changes": changes}));
        let events =
            "query($id: ID!) { recordEvents(filter: {recordId: {eq: $id}}, orderBy: {id: ASC}) { nodes { events } } }";
        let events = one(&app, &user, events, json!({"id": project})).await["nodes"].clone();
        assert_eq!(events, json!([{"events": null}, {"events": ["overrun"]}]));
        // A rule of what follows refuses what it follows from; nothing of it stays.
        let task = "mutation($id: ID!, $i: TaskUpdateInput!) { updateTask(id: $id, input: $i) { cost } }";
        let answer = app.ask(&user, task, json!({"id": tasks[0], "i": {"hours": "50"}})).await;
        assert_eq!(violations(&answer)[0].0, "affordable", "{answer}");
        let read = format!("query($id: ID!) {{ project(id: $id) {{ {PROJECT} }} }}");
        assert_eq!(one(&app, &user, &read, json!({"id": project})).await["cost"], "60.30");
        // A condition may look further, over a relation of what is counted.
        one(&app, &user, task, json!({"id": tasks[0], "i": {"reviewerId": customer}})).await;
        let senior = "query($id: ID!) { project(id: $id) { seniorHours } }";
        assert_eq!(one(&app, &user, senior, json!({"id": project})).await["seniorHours"], "0.00");
        let city = "mutation($id: ID!) { updateCustomer(id: $id, input: {city: \"Bonn\"}) { id } }";
        one(&app, &user, city, json!({"id": customer})).await;
        assert_eq!(one(&app, &user, senior, json!({"id": project})).await["seniorHours"], "1.50", "{backend:?}");
        // A finished task counts no more among the open ones.
        let flow = |status: &str| json!({"id": tasks[0], "i": {"status": status}});
        let answer = app.ask(&user, task, flow("DONE")).await;
        assert_eq!(violations(&answer), [("flow".to_owned(), json!(["input", "status"]))]);
        one(&app, &user, task, flow("DOING")).await;
        one(&app, &user, task, flow("DONE")).await;
        assert_eq!(one(&app, &user, &read, json!({"id": project})).await["openHours"], "0.51");
        let answer = app.ask(&user, task, flow("TODO")).await;
        assert_eq!(violations(&answer)[0].0, "flow");
        // Tasks that go take what they count for with them.
        for task in &tasks {
            one(&app, &user, "mutation($id: ID!) { deleteTask(id: $id) { id } }", json!({"id": task})).await;
        }
        let empty = one(&app, &user, &read, json!({"id": project})).await;
        let expected = json!({"hours": "0.00", "openHours": "0.00", "meanHours": null, "longest": null, "firstDue": null, "number": 0, "cost": "0.00", "over": false, "id": project, "version": empty["version"]});
        assert_eq!(empty, expected, "{backend:?}");
        let read = "query($id: ID!) { customer(id: $id) { cost running } }";
        assert_eq!(one(&app, &user, read, json!({"id": customer})).await, json!({"cost": "0.00", "running": 1}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn choices_depend_on_choices_and_links_have_limits() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let create = "mutation($i: ProjectCreateInput!) { createProject(input: $i) { id version size tagsWanted { nodes { name } } } }";
        let wanted = |n: usize| json!({"create": (0..n).map(|k| json!({"name": format!("C{k}")})).collect::<Vec<_>>()});
        let answer = app.ask(&user, create, json!({"i": {"name": "P", "size": "L", "tagsWanted": wanted(3)}})).await;
        let expected =
            [("depends_on".to_owned(), json!(["input", "size"])), ("max".to_owned(), json!(["input", "tagsWanted"]))];
        assert_eq!(violations(&answer), expected, "{backend:?}");
        let project = one(&app, &user, create, json!({"i": {"name": "P", "size": "M", "tagsWanted": wanted(2)}})).await;
        assert_eq!(project["tagsWanted"]["nodes"].as_array().unwrap().len(), 2);
        let update = "mutation($id: ID!, $i: ProjectUpdateInput!) { updateProject(id: $id, input: $i) { version tagsWanted { nodes { id } } } }";
        let read = "query($id: ID!) { project(id: $id) { tagsWanted { nodes { id } } } }";
        let linked = one(&app, &user, read, json!({"id": project["id"]})).await["tagsWanted"]["nodes"].clone();
        let unlink = |ids: &[&Value]| json!({"id": project["id"], "i": {"tagsWanted": {"unlink": ids}}});
        let answer = app.ask(&user, update, unlink(&[&linked[0]["id"], &linked[1]["id"]])).await;
        assert_eq!(violations(&answer), [("min".to_owned(), json!(["input", "tagsWanted"]))]);
        let one_left = one(&app, &user, update, unlink(&[&linked[0]["id"]])).await;
        assert_eq!(one_left, json!({"version": 2, "tagsWanted": {"nodes": [linked[1]]}}));
        // Nothing changes, so there is no new version.
        assert_eq!(one(&app, &user, update, unlink(&[&linked[0]["id"]])).await["version"], 2);
        let linking =
            json!({"id": project["id"], "i": {"tagsWanted": {"link": ["01900000-0000-7000-8000-00000000dead"]}}});
        let answer = app.ask(&user, update, linking).await;
        assert_eq!(violations(&answer), [("exists".to_owned(), json!(["input", "tagsWanted", "link", 0]))]);
        let answer = app.ask(&user, update, json!({"id": project["id"], "i": {"kind": "LARGE", "size": "S"}})).await;
        assert_eq!(violations(&answer), [("depends_on".to_owned(), json!(["input", "size"]))]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletion_restricts_cascades_and_is_undone() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let (customer, project, tasks) = made(&app, &user, backend).await;
        let delete = "mutation($id: ID!) { deleteCustomer(id: $id) { id } }";
        let answer = app.ask(&user, delete, json!({"id": customer})).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "CONFLICT", "{backend:?} {answer}");
        one(&app, &user, "mutation($id: ID!) { deleteTask(id: $id) { id } }", json!({"id": tasks[1]})).await;
        one(&app, &user, "mutation($id: ID!) { deleteProject(id: $id) { id } }", json!({"id": project})).await;
        let count = "{ tasks { totalCount } }";
        assert_eq!(one(&app, &user, count, json!({})).await["totalCount"], 0);
        let read = "query($id: ID!) { customer(id: $id) { cost running } }";
        assert_eq!(one(&app, &user, read, json!({"id": customer})).await, json!({"cost": "0.00", "running": 0}));
        // A task does not come back into a project that is not there.
        let restore_task = "mutation($id: ID!) { restoreTask(id: $id) { id } }";
        assert_eq!(app.code(&user, restore_task, json!({"id": tasks[0]})).await, "VALIDATION_FAILED");
        // What was deleted together comes back together; what was deleted before does not.
        let restore =
            format!("mutation($id: ID!) {{ restoreProject(id: $id) {{ {PROJECT} tasks {{ nodes {{ id }} }} }} }}");
        let back = one(&app, &user, &restore, json!({"id": project})).await;
        assert_eq!(back["tasks"]["nodes"], json!([{"id": tasks[0]}]), "{backend:?}");
        assert_eq!((&back["cost"], &back["number"]), (&json!("30.00"), &json!(1)));
        assert_eq!(one(&app, &user, read, json!({"id": customer})).await, json!({"cost": "30.00", "running": 1}));
        one(&app, &user, restore_task, json!({"id": tasks[1]})).await;
        assert_eq!(one(&app, &user, read, json!({"id": customer})).await["cost"], "40.20");
        let purge = "mutation($id: ID!) { purgeProject(id: $id) }";
        assert_eq!(one(&app, &user, purge, json!({"id": project})).await, project);
        assert_eq!(one(&app, &user, "{ tasks(deleted: INCLUDE) { totalCount } }", json!({})).await["totalCount"], 0);
        assert_eq!(one(&app, &user, read, json!({"id": customer})).await, json!({"cost": "0.00", "running": 0}));
        one(&app, &user, delete, json!({"id": customer})).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_expression_is_computed_anew_when_it_is_applied() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let (customer, project, _) = made(&app, &user, backend).await;
        let folder = tempfile::tempdir().unwrap();
        let copied = folder.path().join("projects");
        std::fs::create_dir_all(copied.join("modules")).unwrap();
        let from = repository().join("tests/packages/projects");
        for file in ["package.yaml", "modules/customer.yaml", "modules/project.yaml", "modules/task.yaml"] {
            let text = std::fs::read_to_string(from.join(file)).unwrap();
            let text = text.replace("round(hours * project.rate, 2)", "round(2 * hours * project.rate, 2)");
            std::fs::write(copied.join(file), text).unwrap();
        }
        let folders = [repository().join("config/packages"), folder.path().to_owned()];
        let loaded = kontor_metadata::load_dirs(&folders);
        let catalog =
            std::sync::Arc::new(loaded.unwrap_or_else(|report| panic!("{}", report.render_text(false))).catalog);
        let writing = Writing::new(catalog.clone(), app.engine.store().dialect());
        let mut differences = Vec::new();
        let looked = mutation::verify(app.engine.store(), &writing, &mut |d| differences.push(d)).await.unwrap();
        assert!(looked.records >= 4);
        let costs = differences.iter().filter(|d| d.module == "Task" && d.field == "cost").count();
        assert_eq!(costs, 2, "{differences:?}");
        let mut transaction = app.engine.store().begin(Whose::Platform).await.unwrap();
        mutation::recompute(&mut transaction, &writing).await.unwrap();
        transaction.commit().await.unwrap();
        differences.clear();
        mutation::verify(app.engine.store(), &writing, &mut |d| differences.push(d)).await.unwrap();
        assert_eq!(differences, [], "{backend:?}");
        let read = "query($id: ID!) { project(id: $id) { cost over version customer { cost } } }";
        let expected = json!({"cost": "80.40", "over": true, "version": 1, "customer": {"cost": "80.40"}});
        assert_eq!(one(&app, &user, read, json!({"id": project})).await, expected, "{customer}");
    }
}
