//! Root fields about what a person may ask for: its data, and to be forgotten.

use super::{
    LANGUAGE, identity,
    identity::{add, object},
    input,
    mutations::Fields,
};
use crate::schema::model::{Process, Ref, TypeTable};
use kontor_metadata::{
    model::{Catalog, Module, Trait},
    naming,
};

/// The modules whose records are persons.
pub(crate) fn persons(catalog: &Catalog) -> impl Iterator<Item = &Module> {
    catalog.modules.iter().filter(|module| module.has(Trait::Person))
}

/// What a person may ask for, done by who may do it.
pub(super) fn mutations(table: &mut TypeTable, fields: &mut Fields, catalog: &Catalog) {
    if persons(catalog).next().is_none() {
        return;
    }
    types(table);
    let labels: Vec<(&str, String)> = persons(catalog)
        .map(|module| {
            (module.gql_one.as_str(), format!("The person, as a record of {}.", module.plural_label.get(LANGUAGE)))
        })
        .collect();
    let mut arguments: Vec<_> =
        labels.iter().map(|(name, label)| (*name, input(Ref::new("ID"), label.as_str()))).collect();
    arguments.push(("after", input(Ref::new("String"), "The `endCursor` of the page before.")));
    arguments.push((
        "first",
        input(
            Ref::new("Int"),
            "Records, entries and events of a page, together: 500 unless said otherwise, at most 1,000.",
        ),
    ));
    let description = "Everything that is kept of a person, page by page (GDPR, articles 15 and 20); exactly one person is named. It leaves an entry in the audit log.";
    add(
        fields,
        "exportPersonalData",
        Ref::required("PersonalDataExport"),
        Process::ExportPersonalData,
        arguments,
        description,
    );
    for module in persons(catalog) {
        let name = naming::erase_field(&module.name);
        let label = module.label.get(LANGUAGE);
        let description = format!(
            "Forgets the person that a {label} is (GDPR, article 17): erases what says who it is, everywhere, and keeps what is counted. It cannot be undone, and may be repeated."
        );
        let arguments = vec![("id", input(Ref::required("ID"), "Its id."))];
        add(fields, &name, Ref::required("ErasureReceipt"), Process::Erase(module.id), arguments, &description);
    }
}

fn types(table: &mut TypeTable) {
    let parts = [
        ("document", Ref::required("JSON"), "The page, as docs/privacy.md describes it."),
        ("endCursor", Ref::new("String"), "What `after` takes for the next page."),
        ("hasNextPage", Ref::required("Boolean"), "Whether something follows."),
    ];
    object(table, "PersonalDataExport", "A page of everything that is kept of a person.", &parts);
    let parts = [
        ("module", Ref::required("ModuleName"), "Its module."),
        ("anonymized", Ref::required("Int"), "Records whose personal data were erased."),
        ("deleted", Ref::required("Int"), "Records that were removed for good."),
    ];
    identity::object(table, "ErasedRecords", "What was done to the records of a module.", &parts);
    let parts = [
        ("id", Ref::required("ID"), "The record that was the person."),
        ("module", Ref::required("ModuleName"), "Its module."),
        ("erasedAt", Ref::required("DateTime"), "When the person was erased first."),
        ("records", Ref::required_list("ErasedRecords"), "What was done this time, by module."),
        ("auditEntries", Ref::required("Int"), "Entries of the audit log in which values were masked."),
        ("events", Ref::required("Int"), "Events whose images were cleared."),
        ("answers", Ref::required("Int"), "Stored answers to repeated requests that are given no more."),
        ("files", Ref::required("Int"), "Uploaded files that were removed."),
    ];
    object(table, "ErasureReceipt", "What was done to forget a person; nothing of it is personal.", &parts);
}
