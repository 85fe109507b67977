//! `org create` and `org list`.

use crate::support::{Database, Output, Place, Served, backends};

#[test]
fn an_organization_begins_with_its_administrator() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let run = |args: &[&str]| {
            let args = [&["org"], args, &["--database", &database.url]].concat();
            Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", "correct horse"))
        };
        run(&["list"]).failure(&["has not been set up", "kontor apply"]);
        let text = run(&["create", "--slug", "acme", "--name", "Acme Ltd", "--email", "ada@example.com"]).success();
        assert_eq!(text, "ada@example.com can sign in to the new organization `acme` (Acme Ltd) as admin.\n");
        run(&["create", "--slug", "acme", "--email", "bob@example.com"])
            .failure(&["there is an organization `acme` already", "nothing was changed"]);
        run(&["create", "--slug", "beta", "--email", "Ada@example.com"])
            .failure(&["there is a user with the address", "nothing was changed"]);
        let refused = run(&["create", "--slug", "Beta!", "--email", "bob@example.com"]);
        assert!(refused.code == Some(2) && refused.stderr.contains("small letters"), "{refused:?}");
        run(&["create", "--slug", "beta", "--email", "bob"]).failure(&["not an e-mail address"]);
        run(&["create", "--slug", "beta-test", "--email", "bob@example.com"]).success();
        let listed = "acme       Acme Ltd (starter, 1 user)\nbeta-test  beta-test (starter, 1 user)\n";
        assert_eq!(run(&["list"]).success(), listed);

        run(&["plan", "beta-test", "gold"]).failure(&["there is no plan `gold`", "starter, pro, enterprise"]);
        run(&["plan", "gamma", "pro"]).failure(&["there is no organization `gamma`", "kontor org list"]);
        let changed = run(&["plan", "beta-test", "pro"]).success();
        assert_eq!(changed, "The organization `beta-test` has the plan `pro` now.\n");
        run(&["create", "--slug", "delta", "--plan", "gold", "--email", "d@example.com"]).failure(&["no plan `gold`"]);
        assert!(run(&["list"]).success().contains("beta-test (pro, 1 user)"));
        let more = ["user", "create", "--org", "beta-test", "--email", "eve@example.com", "--database", &database.url];
        let mut full = place.command(&more);
        full.env("KONTOR_USER_PASSWORD", "correct horse").env("KONTOR_ORGANIZATIONS_MAX_USERS", "1");
        Output::of(&mut full).failure(&["`beta-test` is full", "kontor org plan", "nothing was changed"]);

        let served = Served::start(&place, &["--database", &database.url]);
        let token = served.token("ada@example.com", "correct horse");
        let data = served.data(&token, "{ me { role } users { totalCount } pipelines { totalCount } }");
        let wanted =
            serde_json::json!({"me": {"role": "ADMIN"}, "users": {"totalCount": 1}, "pipelines": {"totalCount": 1}});
        assert_eq!(data, wanted);
    }
}
