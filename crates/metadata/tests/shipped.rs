//! The shipped packages load without a problem, and mean what they say.

use kontor_metadata::model::{FieldType, Trait, Via};
use kontor_metadata::{Report, load, load_dirs};
use std::path::{Path, PathBuf};

fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/packages")
}

#[test]
fn core_loads() {
    let loaded = load(&packages()).unwrap_or_else(|report| panic!("\n{report}"));
    assert!(loaded.warnings.is_empty(), "\n{}", Report::new(loaded.warnings));
    let catalog = &loaded.catalog;
    let account = catalog.find("Account").unwrap();
    assert_eq!((account.table.as_str(), account.gql_many.as_str()), ("accounts", "accounts"));
    assert_eq!(account.fields[0].name, "id");
    assert!(account.has(Trait::Tags));
    let opportunities = account.connections.iter().find(|c| c.name == "opportunities").unwrap();
    let opportunity = catalog.module(opportunities.targets[0]);
    let Via::ForeignKey { field } = opportunities.via else { panic!() };
    assert_eq!(opportunity.field(field).column, "account_id");
    assert!(matches!(opportunity.field(field).ty, FieldType::Relation { to, .. } if to == account.id));
    for module in &catalog.modules {
        for (at, field) in module.fields.iter().enumerate() {
            assert_eq!(usize::from(field.id.0), at);
        }
        for index in &module.indexes {
            assert!(index.name.len() <= 63 && !index.fields.is_empty());
        }
    }
}

#[test]
fn the_examples_load_beside_core() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/packages");
    let loaded = load_dirs(&[packages(), examples]).unwrap_or_else(|report| panic!("\n{report}"));
    let account = loaded.catalog.find("Account").unwrap();
    assert!(account.connections.iter().any(|c| c.name == "shipments"));
    let core = loaded.catalog.packages.iter().position(|p| p.name == "core");
    assert_eq!(core, Some(0), "what others require is loaded first");
}
