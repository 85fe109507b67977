//! Expressions mean the same everywhere: hundreds of random ones over random records, evaluated in Rust and by the SQL of
//! both databases. `KONTOR_SEED` asks for others than those of every run.

mod generator;

use crate::support::{Database, backends};
use generator::{Random, Wanted, expression};
use kontor_domain::{
    calendar,
    column::ColumnType,
    context::{Asked, Moment, Whose},
    expression::{Datum, evaluate},
    json, plan,
    query::{Deleted, List, ListPart, Object, Output, OutputValue, Page, Query},
    rights::Rights,
    store::{Args, Settings, Store},
    value::Value,
};
use kontor_metadata::{
    Source,
    model::{Catalog, Field, Module},
};
use std::{fmt::Write as _, io::Write as _};
use uuid::Uuid;

/// Expressions of one statement, and statements.
const BATCH: usize = 40;
const BATCHES: usize = 10;
const RECORDS: usize = 60;

/// Stored fields of the module.
const FIELDS: &str = "
      title: {type: text}
      note: {type: longtext}
      color: {type: select, options: [red, green, blue]}
      kinds: {type: multiselect, options: [red, green, blue]}
      count: {type: integer}
      size: {type: integer}
      amount: {type: money}
      weight: {type: decimal, scale: 3}
      share: {type: percent}
      float: {type: float}
      'yes': {type: boolean}
      'no': {type: boolean}
      day: {type: date}
      due: {type: date}
      start: {type: datetime}
      finish: {type: datetime}
      other: {type: relation, to: Sample, inverse: samples}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust_and_both_databases_agree() {
    let seed = std::env::var("KONTOR_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_261_121);
    let mut random = Random::new(seed);
    let batches: Vec<Vec<(Wanted, String)>> = (0..BATCHES).map(|_| batch(&mut random)).collect();
    let org = Uuid::from_u128(1);
    let records = records(&mut random);
    // A moment in the evening, when the day is another one farther east.
    let now = calendar::parse_timestamp("2026-06-15T21:30:15.123456Z").unwrap();
    let asked = Asked { org, user: None, moment: Moment { now, today: calendar::parse_date("2026-06-16").unwrap() } };
    let (mut compared, mut nulls) = (0, 0);
    for backend in backends() {
        let database = Database::new(backend);
        let store = Store::open(Settings::new(database.location.clone())).await.unwrap();
        let base = catalog(&[]);
        store.apply(&base).await.unwrap();
        insert(&store, base.find("Sample").unwrap(), org, &records).await;
        for batch in &batches {
            let catalog = catalog(batch);
            let answer = read(&store, &catalog, &asked, batch.len()).await;
            let nodes = answer["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), RECORDS);
            for (row, node) in nodes.iter().enumerate() {
                for (n, (_, source)) in batch.iter().enumerate() {
                    let expected = expected(&catalog, &format!("c{n}"), &records, row, asked.moment);
                    let got = &node[format!("c{n}")];
                    assert_eq!(*got, expected, "seed {seed}, {backend:?}, record {:?}\n{source}", records[row]);
                    compared += 1;
                    nulls += usize::from(expected.is_null());
                }
            }
        }
    }
    // An expression that is always null would agree with everything.
    assert!(nulls * 2 < compared, "{nulls} of {compared} values are null");
}

/// Expressions with the type of the field that they are for.
fn batch(random: &mut Random) -> Vec<(Wanted, String)> {
    let all = [Wanted::Boolean, Wanted::Integer, Wanted::Number, Wanted::Text, Wanted::Date, Wanted::Moment];
    (0..BATCH)
        .map(|n| {
            let wanted = all[n % all.len()];
            let source = expression(random, wanted, 3);
            // Without the time it would be stored, and its SQL never asked for.
            let source = match wanted {
                Wanted::Number => format!("round(if(now() == null, 0, {source}), 4)"),
                _ => format!("if(now() == null, null, {source})"),
            };
            (wanted, source)
        })
        .collect()
}

fn catalog(computed: &[(Wanted, String)]) -> Catalog {
    let mut yaml =
        format!("format: 1\nmodule: Sample\nplural: Samples\ntitle: title\nblocks:\n  main:\n    fields:{FIELDS}");
    for (n, (wanted, source)) in computed.iter().enumerate() {
        let ty = match wanted {
            Wanted::Boolean => "boolean",
            Wanted::Integer => "integer",
            Wanted::Number => "decimal, scale: 4",
            Wanted::Text => "longtext",
            Wanted::Date => "date",
            Wanted::Moment | Wanted::Duration => "datetime",
        };
        writeln!(yaml, "      c{n}: {{type: {ty}, compute: {}}}", serde_json::Value::from(source.as_str())).unwrap();
    }
    let package = Source::new("demo/package.yaml", "format: 1\n");
    match kontor_metadata::load_sources(vec![package, Source::new("demo/modules/sample.yaml", yaml)]) {
        Ok(loaded) => loaded.catalog,
        Err(report) => panic!("{}", report.render_text(false)),
    }
}

/// A record: a value for each stored field, in order of [`FIELDS`]; the id of a record is its number.
type Record = Vec<Value>;

fn id(row: usize) -> Uuid {
    Uuid::from_u128(0x100 + row as u128)
}

fn records(random: &mut Random) -> Vec<Record> {
    let texts = [
        "",
        "a",
        "A",
        "Straße",
        "ÄÖÜ äöü",
        " padded\t\n",
        "ΣΑΣ",
        "İstanbul",
        "100%",
        "back\\slash",
        "it's",
        "日本語",
        "ﬁne",
        "naïve café",
        "zz top",
    ];
    let whole = [0, 1, -1, 7, 12, 365, -400, i64::from(i32::MAX), -i64::from(i32::MAX), 100_000];
    let units = [0, 1, -1, 50, 12_345, -99_999, 333, 999_999_999_999_999_999, -999_999_999_999_999_999, 10_000_000];
    let days = ["0001-01-01", "9999-12-31", "2024-02-29", "2026-06-15", "2026-06-16", "1999-12-31", "1969-07-20"];
    let moments = [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "2026-06-15T21:30:15.123456Z",
        "1969-12-31T23:59:59.5Z",
        "2024-02-29T12:00:00Z",
        "2026-06-14T21:30:15.123457Z",
        "1900-01-01T00:00:00.000001Z",
    ];
    let floats = [0.0, 0.25, -1.5, 1e300, -0.5, 0.1];
    let options = ["red", "green", "blue"];
    (0..RECORDS)
        .map(|_| {
            let r = &mut *random;
            let or_null = |r: &mut Random, value: Value| if r.below(5) == 0 { Value::Null } else { value };
            let mut record = Vec::new();
            for _ in 0..2 {
                let value = Value::Text(r.pick(&texts).to_owned());
                record.push(or_null(r, value));
            }
            let color = Value::Text(r.pick(&options).to_owned());
            record.push(or_null(r, color));
            let kinds = options.iter().filter(|_| r.below(2) == 0).map(|o| Value::Text((*o).to_owned())).collect();
            record.push(or_null(r, Value::List(kinds)));
            for _ in 0..2 {
                let value = Value::Integer(r.pick(&whole));
                record.push(or_null(r, value));
            }
            for _ in 0..3 {
                let value = Value::Decimal(r.pick(&units));
                record.push(or_null(r, value));
            }
            let float = Value::Float(r.pick(&floats));
            record.push(or_null(r, float));
            for _ in 0..2 {
                let value = Value::Boolean(r.below(2) == 0);
                record.push(or_null(r, value));
            }
            for _ in 0..2 {
                let value = Value::Date(calendar::parse_date(r.pick(&days)).unwrap());
                record.push(or_null(r, value));
            }
            for _ in 0..2 {
                let value = Value::Timestamp(calendar::parse_timestamp(r.pick(&moments)).unwrap());
                record.push(or_null(r, value));
            }
            let other = Value::Uuid(id(r.below(RECORDS)));
            record.push(or_null(r, other));
            record
        })
        .collect()
}

/// The stored fields that the test fills, in order.
fn stored(module: &Module) -> Vec<&Field> {
    let names = FIELDS.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim().trim_matches('\''));
    names.map(|name| module.find(name).unwrap()).collect()
}

async fn insert(store: &Store, module: &Module, org: Uuid, records: &[Record]) {
    let fields = stored(module);
    let mut transaction = store.begin(Whose::Platform).await.unwrap();
    transaction.with_deferred_links().await.unwrap();
    let now = Value::Timestamp(0);
    let organization = Value::Uuid(org);
    for (row, record) in records.iter().enumerate() {
        let (id, version) = (Value::Uuid(id(row)), Value::Integer(1));
        let mut args = Args::new(transaction.dialect());
        let mut columns = vec!["org", "id", "created_at", "updated_at", "version"];
        let mut marks = vec![
            args.add(ColumnType::Uuid, &organization),
            args.add(ColumnType::Uuid, &id),
            args.add(ColumnType::Timestamp, &now),
            args.add(ColumnType::Timestamp, &now),
            args.add(ColumnType::Integer, &version),
        ];
        for (field, value) in fields.iter().zip(record) {
            columns.push(&field.column);
            marks.push(args.add(ColumnType::of(field).unwrap(), value));
        }
        let columns: Vec<_> = columns.iter().map(|c| format!("\"{c}\"")).collect();
        let sql = format!("INSERT INTO samples ({}) VALUES ({})", columns.join(", "), marks.join(", "));
        transaction.execute(&sql, &args).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn read(store: &Store, catalog: &Catalog, asked: &Asked, count: usize) -> serde_json::Value {
    let module = catalog.find("Sample").unwrap();
    let fields = (0..count)
        .map(|n| Output { key: format!("c{n}"), value: OutputValue::Field(module.find(&format!("c{n}")).unwrap().id) })
        .collect();
    let query = Query::Many(List {
        module: module.id,
        filter: None,
        order: Vec::new(),
        page: Page { size: 1_000, ..Page::default() },
        deleted: Deleted::Exclude,
        parts: vec![("nodes".to_owned(), ListPart::Nodes(Object { module: module.id, fields }))],
    });
    let plan = plan::compile(catalog, store.dialect(), &Rights::of_program(catalog), &query);
    let mut out = Vec::new();
    if let Err(error) = store.read(&plan, asked, &[], &mut out).await {
        let sql = plan.statement.map(|s| s.sql.to_string()).unwrap_or_default();
        panic!("{error:?}\n{sql}");
    }
    serde_json::from_slice(&out).unwrap()
}

/// What Rust makes of a computed field, as JSON.
fn expected(catalog: &Catalog, name: &str, records: &[Record], row: usize, moment: Moment) -> serde_json::Value {
    let module = catalog.find("Sample").unwrap();
    let fields = stored(module);
    let value = |row: usize, field: &Field| match fields.iter().position(|f| f.id == field.id) {
        Some(at) => records[row][at].clone(),
        None => Value::Uuid(id(row)),
    };
    let field = module.find(name).unwrap();
    let formula = field.logic.compute.as_ref().unwrap();
    let reads: Vec<Datum> = formula
        .reads
        .iter()
        .map(|read| {
            let row = match read.via.map(|via| value(row, module.field(via))) {
                None => Some(row),
                Some(Value::Uuid(to)) => (0..records.len()).find(|row| id(*row) == to),
                Some(_) => None,
            };
            row.map_or(Datum::Null, |row| Datum::of(&value(row, module.field(read.field)), read.ty))
        })
        .collect();
    let ty = ColumnType::of(field).unwrap();
    let value = evaluate(&formula.steps, &reads, moment).stored(ty).unwrap_or(Value::Null);
    let mut out = Vec::new();
    match (&value, ty) {
        (Value::Boolean(boolean), _) => write!(out, "{boolean}"),
        (Value::Integer(integer), _) => write!(out, "{integer}"),
        (Value::Decimal(units), ColumnType::Decimal(scale)) => {
            json::decimal(&mut out, *units, scale);
            Ok(())
        }
        (Value::Text(text), _) => write!(out, "{}", serde_json::Value::from(text.as_str())),
        (Value::Date(days), _) => quoted(&mut out, |out| calendar::write_date(out, *days)),
        (Value::Timestamp(micros), _) => quoted(&mut out, |out| {
            let mut long = Vec::new();
            calendar::write_timestamp(&mut long, *micros);
            calendar::write_trimmed(out, &long);
        }),
        _ => write!(out, "null"),
    }
    .unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn quoted(out: &mut Vec<u8>, write: impl Fn(&mut Vec<u8>)) -> std::io::Result<()> {
    out.push(b'"');
    write(out);
    out.push(b'"');
    Ok(())
}
