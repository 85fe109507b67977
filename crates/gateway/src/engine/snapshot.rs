//! What goes with one version of the metadata: the schema, rights, documents and plans.

use crate::{
    auth::Caller,
    document::Document,
    lower::Prepared,
    schema::{self, dynamic, model::TypeTable},
};
use async_graphql::dynamic::{Schema, SchemaError};
use kontor_domain::{column::Dialect, mutation::Writing, rights::Rights};
use kontor_metadata::model::Catalog;
use quick_cache::{Weighter, sync::Cache};
use rustc_hash::FxHashMap;
use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
};

/// Scopes of API keys whose rights are kept, about.
const SCOPES: usize = 1_000;
/// Documents kept, about.
const DOCUMENTS: usize = 1_000;
/// Bytes of text of all documents kept together; parsed they take some ten times as much.
const DOCUMENT_BYTES: u64 = 4 << 20;
/// Plans kept, about: one per document, operation, rights and shape of variables.
const PLANS: usize = 4_000;
/// Bytes of all plans kept together, about.
const PLAN_BYTES: u64 = 64 << 20;

/// Everything that belongs to one version of the metadata. A request keeps the one that it began with.
pub(super) struct Snapshot {
    /// Counts them, from 0.
    pub(super) version: u64,
    pub(super) catalog: Arc<Catalog>,
    pub(super) writing: Writing,
    /// By role.
    pub(super) rights: FxHashMap<String, Arc<Rights>>,
    /// Of API keys that may not use all of their role: by role and scope.
    pub(super) confined: Cache<(String, String), Arc<Rights>>,
    /// Those of who is nobody yet: their own record.
    pub(super) guest: Arc<Rights>,
    pub(super) types: TypeTable,
    pub(super) schema: Schema,
    /// Answers introspection; its documents are valid already. Made when it is first wanted.
    pub(super) introspection: OnceLock<Schema>,
    pub(super) documents: Cache<String, Arc<Document>, TextLength>,
    pub(super) plans: Cache<Vec<u8>, Arc<Prepared>, PlanSize>,
}

impl Snapshot {
    /// That of a catalog; its number is given when it is put in place.
    pub(super) fn new(catalog: Arc<Catalog>, dialect: Dialect) -> Result<Self, SchemaError> {
        let types = schema::describe(&catalog);
        let schema = dynamic::build(&types)?;
        Ok(Self {
            version: 0,
            writing: Writing::new(catalog.clone(), dialect),
            rights: Rights::by_role(&catalog),
            confined: Cache::new(SCOPES),
            guest: Arc::new(Rights::of_guest(&catalog)),
            types,
            schema,
            introspection: OnceLock::new(),
            documents: Cache::with_weighter(DOCUMENTS, DOCUMENT_BYTES, TextLength),
            plans: Cache::with_weighter(PLANS, PLAN_BYTES, PlanSize),
            catalog,
        })
    }

    /// What a caller may do.
    pub(super) fn rights(&self, caller: Option<&Caller>) -> Arc<Rights> {
        let of_role = caller.and_then(|caller| self.rights.get(&caller.role)).unwrap_or(&self.guest);
        let Some((caller, scope)) = caller.and_then(|caller| Some((caller, caller.scope()?))) else {
            return of_role.clone();
        };
        let key = (caller.role.clone(), scope.name().to_owned());
        let confined = self.confined.get_or_insert_with::<_, Infallible>(&key, || {
            let rights = Rights::clone(of_role);
            Ok(Arc::new(rights.confined(&self.catalog, |module, action| scope.allows(&module.name, action))))
        });
        match confined {
            Ok(rights) => rights,
            Err(never) => match never {},
        }
    }
}

/// Weighs a document by its text, so that few long ones do not take the memory of many.
#[derive(Clone)]
pub(super) struct TextLength;

impl Weighter<String, Arc<Document>> for TextLength {
    fn weight(&self, text: &String, _document: &Arc<Document>) -> u64 {
        text.len() as u64
    }
}

/// Weighs a plan by what it takes of memory.
#[derive(Clone)]
pub(super) struct PlanSize;

impl Weighter<Vec<u8>, Arc<Prepared>> for PlanSize {
    fn weight(&self, key: &Vec<u8>, plan: &Arc<Prepared>) -> u64 {
        key.len() as u64 + plan.bytes
    }
}
