//! Introspection: what is left to async-graphql.

use super::Run;
use crate::{dry_run, error::Error, schema::dynamic};
use async_graphql::{
    Positioned, Request, ValidationMode,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

impl Run<'_> {
    /// Lets async-graphql answer one introspection field.
    pub(super) async fn introspect(&self, field: &Field, key: &str, body: &mut Vec<u8>) -> Result<(), Error> {
        let schema = self.snapshot.introspection.get_or_init(|| {
            dynamic::build_with(&self.snapshot.types, ValidationMode::Fast)
                .expect("the same types made a schema before")
        });
        let operation = self.document.operation(self.request.operation_name.as_deref())?;
        let selection = Selection::Field(Positioned::new(field.clone(), operation.pos));
        let only = OperationDefinition {
            ty: OperationType::Query,
            directives: Vec::new(),
            variable_definitions: operation.node.variable_definitions.clone(),
            selection_set: Positioned::new(
                SelectionSet { items: vec![Positioned::new(selection, operation.pos)] },
                operation.pos,
            ),
        };
        let document = ExecutableDocument {
            operations: DocumentOperations::Single(Positioned::new(only, operation.pos)),
            fragments: self.document.parsed.fragments.clone(),
        };
        let variables = async_graphql::Variables::from_json(serde_json::Value::Object(self.request.variables.clone()));
        let mut request = Request::new(&self.request.query).variables(variables);
        request.set_parsed_query(document);
        let response = schema.execute(request).await;
        if let Some(error) = response.errors.into_iter().next() {
            return Err(error.into());
        }
        let mut data = response.data.into_json().map_err(|_| Error::internal(&self.from.request_id))?;
        let mut value = data.get_mut(key).map_or(serde_json::Value::Null, serde_json::Value::take);
        if field.name.node == "__schema" {
            dry_run::introspect(&mut value, &field.selection_set.node, &self.document.parsed.fragments);
        }
        serde_json::to_writer(body, &value).map_err(|_| Error::internal(&self.from.request_id))
    }
}
