//! Documents and variables that would cost a server much if it did as they say.

use serde_json::{Map, Value, json};

/// A request that is refused, or else does little.
pub(super) struct Bomb {
    pub(super) name: &'static str,
    pub(super) query: String,
    pub(super) variables: Value,
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(" ")
}

fn bomb(name: &'static str, query: impl Into<String>) -> Bomb {
    Bomb { name, query: query.into(), variables: json!({}) }
}

fn with(name: &'static str, query: &str, variables: Value) -> Bomb {
    Bomb { name, query: query.to_owned(), variables }
}

/// Those that need nobody to be signed in.
pub(super) fn anonymous() -> Vec<Bomb> {
    let chain =
        |n: usize| format!("fragment F{n} on Account {{ a: parent {{ ...F{0} }} b: parent {{ ...F{0} }} }}", n + 1);
    let doubled = |n: usize| format!("fragment D{n} on Account {{ ...D{0} ...D{0} }}", n + 1);
    let double = format!("{} fragment D12 on Account {{ id }}", many(12, doubled));
    let row = |count: usize| {
        let rows = many(count, |n| format!("fragment R{n} on Query {{ ...R{} }}", n + 1));
        format!("{rows} fragment R{count} on Query {{ __typename }}")
    };
    vec![
        bomb(
            "fragments that use each other twice",
            format!("{{ accounts {{ nodes {{ ...F0 }} }} }} {} fragment F12 on Account {{ id }}", many(12, chain)),
        ),
        bomb("the same, unused", format!("{{ __typename }} {} fragment F12 on Account {{ id }}", many(12, chain))),
        bomb("fragments in a circle", {
            let circle = many(1_000, |n| format!("fragment F{n} on Query {{ ...F{} }}", (n + 1) % 1_000));
            format!("{{ ...F0 }} {circle}")
        }),
        bomb("fragments in a row", format!("{{ ...R0 }} {}", row(1_500))),
        bomb("aliases", format!("{{ {} }}", many(4_000, |n| format!("a{n}: __typename")))),
        bomb("directives", format!("{{ __typename {} }}", "@include(if: true) ".repeat(2_000))),
        bomb("root fields", format!("{{ {} }}", many(51, |n| format!("a{n}: __typename")))),
        bomb("tokens", format!("{{ {} }}", "a ".repeat(90_000))),
        bomb("brackets", format!("{{ a(b: {} }}", "[".repeat(100_000))),
        bomb("a text of 900 kB", format!("{{ a(b: \"{}\") }}", "x".repeat(900_000))),
        bomb("block strings", format!("{{ a(b: \"\"\"{}\"\"\") }}", "  \\\"\"\"\n".repeat(24_000))),
        bomb("comments", format!("{{ __typename }} {}", "#\n".repeat(99_000))),
        bomb("operations that use one large fragment", {
            let operations = many(1_100, |n| format!("query q{n}{{accounts{{nodes{{...D0}}}}}}"));
            format!("{operations} {double}")
        }),
        bomb("operations that do not define 4,000 variables", {
            let ids = many(4_000, |n| format!("$v{n}"));
            let fragment = format!("fragment F on Account {{ contacts(filter:{{id:{{in:[{ids}]}}}}){{totalCount}} }}");
            format!("{} {fragment}", many(500, |n| format!("query q{n}{{accounts{{nodes{{...F}}}}}}")))
        }),
        bomb("operations that define another variable", {
            let fragment = format!(
                "fragment F on Account {{ contacts(filter:{{id:{{in:[{}]}}}}){{totalCount}} }}",
                "$v ".repeat(4_000)
            );
            format!("{} {fragment}", many(370, |n| format!("query q{n}($v:Int){{accounts{{nodes{{...F}}}}}}")))
        }),
        bomb("operations with many fragments", {
            let spread = many(600, |n| format!("...S{n}"));
            let spreads = many(600, |n| format!("fragment S{n} on Account{{id}}"));
            let operations = many(700, |n| format!("query q{n}{{accounts{{nodes{{...A}}}}}}"));
            format!("{operations} fragment A on Account{{ {spread} }} {spreads}")
        }),
        bomb("5,000 fields that are not there", {
            format!("{{ accounts {{ nodes {{ {} }} }} }}", many(5_000, |n| format!("anAccountHasNoFieldOfThisName{n}")))
        }),
        bomb("50 root fields with long names", format!("{{ {} }}", many(50, |n| format!("{}{n}", "x".repeat(3_900))))),
        bomb("a name of 190 kB", format!("{{ {} }}", "x".repeat(190_000))),
        bomb(
            "long names of arguments",
            format!("{{ accounts({}) {{ totalCount }} }}", many(20, |n| format!("{}{n}: 1", "x".repeat(9_000)))),
        ),
        bomb("keys that are not there", {
            format!("{{ accounts(filter: {{ {} }}) {{ totalCount }} }}", many(4_500, |n| format!("nameless{n}: 1")))
        }),
        bomb("fields that cannot be merged", {
            let fields = many(240, |n| format!("x{n}: id x{n}: name"));
            let conflict =
                "fragment C on Account { ...C0 } fragment C0 on Account { y: id } fragment C1 on Account { y: name }";
            format!("{{ accounts {{ nodes {{ {fields} ...C ...C1 }} }} }} {conflict}")
        }),
        bomb("the same field 9,900 times", format!("{{ accounts {{ nodes {{ {} }} }} }}", "name ".repeat(9_900))),
        bomb("the same selection 900 times", {
            format!("{{ accounts {{ nodes {{ {} }} }} }}", "parent { parent { parent { id } } } ".repeat(900))
        }),
        bomb("fragments that do nothing, in each of 450 fields", {
            let row = many(99, |n| format!("fragment R{n} on Account {{ ...R{} }}", n + 1));
            let fields = "parent { ...R0 } ".repeat(450);
            format!("{{ accounts {{ nodes {{ {fields} }} }} }} {row} fragment R99 on Account {{ id }}")
        }),
        bomb("interfaces within interfaces", {
            let inner = many(20, |_| "... on Account { id name } ... on Contact { id }".to_owned());
            format!("{{ {} }}", many(40, |_| format!("node(id: \"1\") {{ id {inner} }}")))
        }),
        bomb(
            "variables that are not used",
            format!("query({}) {{ __typename }}", many(3_600, |n| format!("$v{n}: Int"))),
        ),
        bomb("lists of variables", {
            let defined = many(1_400, |n| format!("$v{n}: ID"));
            let used = many(950, |n| format!("{{id:{{in:[$v{}]}}}}", n % 1_400));
            format!("query({defined}) {{ accounts(filter: {{or: [{used}]}}) {{ totalCount }} }}")
        }),
        bomb("a number of 190,000 digits", format!("{{ accounts(first: {}) {{ totalCount }} }}", "9".repeat(190_000))),
        bomb("an unknown field with @ifdef", "{ nothing @ifdef }"),
        bomb("introspection, eight lists deep", {
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
        }),
        bomb("introspection, deeper than tools ask", {
            format!("{{ __schema {{ queryType {{ {} name {} }} }} }}", "ofType { ".repeat(18), "}".repeat(18))
        }),
        with(
            "variables, 120 levels deep",
            "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }",
            json!({"f": (0..100).fold(json!({}), |inner, _| json!({"not": inner}))}),
        ),
        with(
            "variables, 300,000 objects",
            "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }",
            json!({"f": {"or": vec![json!({}); 300_000]}}),
        ),
        with(
            "variables, 50,000 keys that are not there",
            "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }",
            json!({"f": (0..50_000).map(|n| (format!("nameless{n}"), json!(1))).collect::<Map<_, _>>()}),
        ),
        with(
            "variables, a key of 900 kB",
            "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }",
            json!({"f": {"x".repeat(900_000): 1}}),
        ),
        with(
            "variables, 150,000 wrong values",
            "query($f: [Int!]) { a: __typename @include(if: true) accounts(first: 1, filter: {employeeCount: {in: $f}}) { totalCount } }",
            json!({"f": vec![json!("x"); 150_000]}),
        ),
        with(
            "variables, 120,000 records",
            "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }",
            json!({"i": vec![json!({"x": 1}); 120_000]}),
        ),
        with(
            "a password of 900 kB",
            "mutation($p: String!) { login(email: \"nobody@example.org\", password: $p) { accessToken } }",
            json!({"p": "x".repeat(900_000)}),
        ),
    ]
}

/// Those of somebody who is signed in.
pub(super) fn signed_in() -> Vec<Bomb> {
    let list =
        "query($f: AccountFilter, $a: String, $n: Int) { accounts(filter: $f, after: $a, first: $n) { nodes { id } } }";
    vec![
        bomb(
            "pages of 1,000 within pages of 1,000",
            "{ accounts(first: 1000) { nodes { contacts(first: 1000) { nodes { activities(first: 1000) { nodes { id } } } } } } }",
        ),
        with("a page of two billion", list, json!({"n": i32::MAX})),
        with("a cursor of 900 kB", list, json!({"a": "A".repeat(900_000)})),
        with("conditions, 20,000", list, json!({"f": {"or": vec![json!({"name": {"eq": "x"}}); 20_000]}})),
        bomb("conditions, in the document", {
            let conditions = many(1_600, |n| format!("{{name: {{eq: \"{n}\"}}}}"));
            format!("{{ accounts(filter: {{or: [{conditions}]}}) {{ totalCount }} }}")
        }),
        with("a pattern of 900 kB", list, json!({"f": {"name": {"like": "%a_".repeat(300_000)}}})),
        with(
            "a text of 900 kB that is looked for",
            list,
            json!({"f": {"description": {"icontains": "x".repeat(900_000)}}}),
        ),
        with("an id of 900 kB", list, json!({"f": {"id": {"eq": "x".repeat(900_000)}}})),
        with("a number of 900,000 digits", list, json!({"f": {"annualRevenue": {"eq": "9".repeat(900_000)}}})),
        with("a day of 900 kB", list, json!({"f": {"createdAt": {"gt": "9".repeat(900_000)}}})),
        with(
            "a search of 900 kB",
            "query($q: String!) { search(query: $q) { id } }",
            json!({"q": "wort ".repeat(180_000)}),
        ),
        with(
            "ids, 20,000",
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({"ids": vec![json!("0190a6e2-7b1c-7c3a-9d2e-4f5a6b7c8d9e"); 20_000]}),
        ),
        bomb("keys of an order, 1,000", {
            format!("{{ accounts(orderBy: [{}]) {{ totalCount }} }}", "{parent: {parent: {name: ASC}}}, ".repeat(1_000))
        }),
        bomb("connections, 400 by aliases", {
            let connections =
                many(400, |n| format!("a{n}: contacts(first: 1) {{ nodes {{ id account {{ name }} }} }}"));
            format!("{{ accounts(first: 1) {{ nodes {{ {connections} }} }} }}")
        }),
        with(
            "records to write, 120,000",
            "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }",
            json!({"i": vec![json!({}); 120_000]}),
        ),
        with(
            "records to write, 11,000",
            "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }",
            json!({"i": vec![json!({"name": "x"}); 11_000]}),
        ),
    ]
}

/// Those that are executed, since they ask for no more than is allowed: what they cost, and what is charged.
pub(super) fn allowed() -> Vec<Bomb> {
    let ids: Vec<_> = (0..24_000).map(|n| json!(format!("0190a6e2-7b1c-7c3a-9d2e-4f5a6b{n:06}"))).collect();
    vec![
        bomb("the introspection of tools", INTROSPECTION),
        bomb("totals of a table, 50 by aliases", {
            format!(
                "{{ {} }}",
                many(50, |n| format!("a{n}: activities(filter: {{subject: {{ne: \"x\"}}}}) {{ totalCount }}"))
            )
        }),
        bomb("groups of a table, 50 by aliases", {
            format!(
                "{{ {} }}",
                many(50, |n| format!("a{n}: activitiesAggregate(groupBy: [{{createdAt: DAY}}], first: 1) {{ count }}"))
            )
        }),
        with(
            "a list of 24,000 ids",
            "query($ids: [ID!]!) { accounts(filter: {id: {in: $ids}}) { totalCount } }",
            json!({"ids": ids}),
        ),
        with(
            "a pattern against every text",
            "query($p: String!) { activities(filter: {description: {ilike: $p}}) { totalCount } }",
            json!({"p": format!("%{}", "a%".repeat(200))}),
        ),
        with(
            "a pattern of gaps",
            "query($p: String!) { activities(filter: {description: {like: $p}}) { totalCount } }",
            json!({"p": format!("%{}q%", "_".repeat(100))}),
        ),
        bomb("the largest pages that are allowed", {
            "{ accounts(first: 1000) { nodes { name description contacts(first: 1000) { nodes { name email phone account { name } } } } } }"
        }),
        bomb("records within their own records", {
            "{ accounts(first: 100) { nodes { contacts(first: 100) { nodes { account { contacts(first: 100) { nodes { name email account { name } } } } } } } } }"
        }),
    ]
}

/// What graphql-js asks (`getIntrospectionQuery`), but for what is said at most once.
const INTROSPECTION: &str = "{ __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...T } \
    directives { name description locations args { ...I } } } } fragment T on __Type { kind name description \
    fields(includeDeprecated: true) { name description args { ...I } type { ...R } isDeprecated deprecationReason } \
    inputFields { ...I } interfaces { ...R } enumValues(includeDeprecated: true) { name description isDeprecated \
    deprecationReason } possibleTypes { ...R } } fragment I on __InputValue { name description type { ...R } defaultValue } \
    fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";
