//! How costs grow: pages with the rows behind them, the schema with its modules, the start with the shipped CRM.

use crate::{
    client,
    data::{self, Data, Kind},
    failure::Failure,
    measure::{self, Contender, median},
    process::{self, Server},
    settings::Settings,
    shapes,
};
use kontor_gateway::schema;
use kontor_metadata::Source;
use serde_json::json;
use std::{path::PathBuf, sync::Arc, time::Instant};

/// Rows of each organisation whose pages are measured, all in one table.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
const PASSWORD: &str = "kontor-growth";
const PACKAGE: &str = "format: 1\nlabel: {en: Growth, de: Wachstum}\nversion: 1.0.0\nrequires: [core]\n";
const MODULE: &str = "format: 1\nmodule: Reading\nplural: Readings\ntitle: name\ntraits: [soft_delete]\n\
    label: {en: Reading, de: Messwert}\nblocks:\n  main:\n    label: {en: Reading, de: Messwert}\n    fields:\n\
    \x20     name: {type: text, required: true, label: {en: Name, de: Name}}\n\
    \x20     number: {type: integer, required: true, indexed: true, label: {en: Number, de: Nummer}}\n";
const PAGE: &str = "query($after: String) { readings(first: 50, after: $after, orderBy: [{number: ASC}]) { nodes { id \
    name number } pageInfo { hasNextPage endCursor } } }";

/// What grows with what.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Growth {
    pub(crate) pages: Vec<Pages>,
    pub(crate) schema: Schema,
    pub(crate) starts: Vec<Start>,
}

/// CPU time of a page of 50, server and database, in µs.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Pages {
    pub(crate) database: Kind,
    pub(crate) rows: u64,
    pub(crate) first: f64,
    pub(crate) middle: f64,
    pub(crate) last: f64,
}

/// A large catalog, in milliseconds.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Schema {
    pub(crate) modules: usize,
    pub(crate) fields: usize,
    /// From YAML to the catalog.
    pub(crate) load: f64,
    /// From the catalog to the GraphQL schema.
    pub(crate) build: f64,
}

/// The shipped CRM on a filled database.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Start {
    pub(crate) database: Kind,
    /// From the start of the process to the first answer, in milliseconds.
    pub(crate) first_answer: f64,
    /// Memory then, in MiB.
    pub(crate) memory: f64,
}

/// Measures it all.
pub(crate) async fn all(settings: &Settings) -> Result<Growth, Failure> {
    let (mut pages, mut starts) = (Vec::new(), Vec::new());
    for kind in settings.databases() {
        pages.extend(self::pages(settings, kind).await?);
        starts.push(start(settings, kind).await?);
    }
    Ok(Growth { pages, schema: large_schema(500, 30)?, starts })
}

async fn pages(settings: &Settings, kind: Kind) -> Result<Vec<Pages>, Failure> {
    let packages = settings.folder.join("packages");
    std::fs::create_dir_all(packages.join("growth/modules"))?;
    std::fs::write(packages.join("growth/package.yaml"), PACKAGE)?;
    std::fs::write(packages.join("growth/modules/reading.yaml"), MODULE)?;
    let data = Data::named(settings, kind, &format!("growth-{}", env!("CARGO_PKG_VERSION"))).await?;
    let data = Data { packages: vec![PathBuf::from("config/packages"), packages], ..data };
    process::run(data.kontor(settings).arg("apply"))?;
    for (n, rows) in SIZES.into_iter().enumerate() {
        let known = format!("SELECT count(*) FROM organizations WHERE slug = 'growth-{rows}'");
        if data.count(&known).await? == 0 {
            eprintln!("{}: making {rows} rows", kind.name());
            let (email, org) = (email(rows), format!("growth-{rows}"));
            let mut user = data.kontor(settings);
            user.env("KONTOR_USER_PASSWORD", PASSWORD);
            process::run(user.args(["user", "create", "--email", &email, "--org", &org]))?;
            data.execute(&insert(kind, n, rows)).await?;
            data.tidy().await?;
        }
    }
    let server = measure::serve(settings, &data).await?;
    let mut measured = Vec::new();
    for rows in SIZES {
        let token = shapes::sign_in(server.port, &email(rows), PASSWORD).await?;
        let mut costs = Vec::new();
        for skipped in [0, rows / 2, rows - 51] {
            costs.push(page(settings, &data, &server, &token, skipped).await?);
        }
        eprintln!("{:<10} {rows:>7} rows: {costs:.1?} µs", kind.name());
        measured.push(Pages { database: kind, rows, first: costs[0], middle: costs[1], last: costs[2] });
    }
    Ok(measured)
}

fn email(rows: u64) -> String {
    format!("reader@growth-{rows}.example")
}

/// Rows of an organisation, numbered in the order of their ids.
fn insert(kind: Kind, n: usize, rows: u64) -> String {
    let into = "INSERT INTO readings (id, org, name, number, created_at, updated_at, version) ";
    let of = format!("FROM organizations WHERE slug = 'growth-{rows}'");
    match kind {
        Kind::Postgres => format!(
            "{into} SELECT ('0190000{n}-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, (SELECT id {of}), \
             'Reading ' || i, i, now(), now(), 1 FROM generate_series(1, {rows}) i"
        ),
        Kind::Sqlite => format!(
            "{into} WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {rows}) \
             SELECT unhex('0190000{n}000070008000' || printf('%012x', i)), (SELECT id {of}), 'Reading ' || i, i, \
             '2026-11-21T00:00:00.000000Z', '2026-11-21T00:00:00.000000Z', 1 FROM s"
        ),
    }
}

/// CPU time of the page behind so many rows.
async fn page(settings: &Settings, data: &Data, server: &Server, token: &str, skipped: u64) -> Result<f64, Failure> {
    let mut connection = client::Connection::open(server.port).await?;
    let document = format!(
        "{{ readings(filter: {{number: {{gte: {skipped}}}}}, first: 1, orderBy: [{{number: ASC}}]) {{ edges {{ cursor }} }} }}"
    );
    let found = shapes::ask(&mut connection, Some(token), &document).await?;
    let cursor = if skipped == 0 { serde_json::Value::Null } else { found["readings"]["edges"][0]["cursor"].clone() };
    let body = json!({"query": PAGE, "variables": {"after": cursor}}).to_string();
    let requests = Arc::new(vec![client::post("/graphql", Some(token), &body)]);
    let contender = Contender { server, application: data::KONTOR, requests };
    let mut rounds = Vec::new();
    measure::round(settings, data, &contender, 1).await?;
    for _ in 0..settings.rounds.min(3) {
        rounds.push(measure::round(settings, data, &contender, 1).await?.cpu());
    }
    Ok(median(rounds))
}

/// A catalog of so many modules of so many fields beside the shipped one.
fn large_schema(modules: usize, fields: usize) -> Result<Schema, Failure> {
    let types = ["text", "integer", "money", "boolean", "date", "datetime", "email", "{type: select, options: [a, b]}"];
    let mut sources =
        vec![Source::new("large/package.yaml", "format: 1\nlabel: Large\nversion: 1.0.0\nrequires: [core]\n")];
    for module in 0..modules {
        let mut text = format!("format: 1\nmodule: Large{module}\nplural: Large{module}List\ntitle: field_0\n");
        text.push_str("traits: [owned, soft_delete]\nblocks:\n  main:\n    fields:\n");
        text.push_str("      account: {type: relation, to: Account}\n");
        for field in 0..fields {
            let ty = types[field % types.len()];
            let ty = if ty.starts_with('{') { ty.to_owned() } else { format!("{{type: {ty}}}") };
            text.push_str(&format!("      field_{field}: {ty}\n"));
        }
        sources.push(Source::new(format!("large/modules/large{module}.yaml"), text));
    }
    let mut core = Vec::new();
    read("config/packages".into(), &mut core)?;
    sources.extend(core.into_iter().map(|(path, text)| Source::new(path, text)));
    let started = Instant::now();
    let invalid = |report: kontor_metadata::Report| Failure::Metadata(report.render_text(false));
    let catalog = kontor_metadata::load_sources(sources).map_err(invalid)?.catalog;
    let loaded = Instant::now();
    let table = schema::describe(&catalog);
    schema::dynamic::build(&table).map_err(|error| Failure::Metadata(error.to_string()))?;
    let (load, build) = ((loaded - started).as_secs_f64() * 1e3, loaded.elapsed().as_secs_f64() * 1e3);
    eprintln!("{modules} modules of {fields} fields: loaded in {load:.0} ms, schema in {build:.0} ms");
    Ok(Schema { modules, fields, load, build })
}

/// The files of a folder of packages with their paths below it.
fn read(folder: PathBuf, files: &mut Vec<(PathBuf, String)>) -> Result<(), Failure> {
    let mut open = vec![folder.clone()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let below = path.strip_prefix(&folder).map_err(std::io::Error::other)?.to_owned();
                files.push((below, std::fs::read_to_string(path)?));
            }
        }
    }
    Ok(())
}

/// Starts Kontor on the filled demo several times.
async fn start(settings: &Settings, kind: Kind) -> Result<Start, Failure> {
    let data = Data::demo(settings, kind).await?;
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let started = Instant::now();
        let server = measure::serve(settings, &data).await?;
        let mut connection = client::Connection::open(server.port).await?;
        shapes::ask(&mut connection, None, "{ __typename }").await?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        memory.push(process::resident(server.pid())? as f64 / 1024.0);
    }
    let (first_answer, memory) = (median(times), median(memory));
    eprintln!("{:<10} first answer after {first_answer:.0} ms, {memory:.0} MiB", kind.name());
    Ok(Start { database: kind, first_answer, memory })
}
