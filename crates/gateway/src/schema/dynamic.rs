//! From the type table to async-graphql's dynamic schema: parsing, validation, introspection and SDL are its business.
//! No resolver of it ever runs on records.

use super::{
    model::{InputField, ObjectType, Ref, TypeTable},
    scalars,
};
use async_graphql::{
    Response, ValidationMode, Value,
    dynamic::{
        Enum, EnumItem, Field, FieldFuture, InputObject, InputValue, Interface, InterfaceField, Object, Scalar, Schema,
        SchemaError, Subscription, SubscriptionField, SubscriptionFieldFuture, TypeRef, Union,
    },
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use std::{
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
};

/// Marks a request that is to be validated and not executed.
pub struct ValidateOnly;

/// The schema of a type table.
///
/// # Errors
/// When the table contradicts itself, which the rules on metadata exclude.
pub fn build(table: &TypeTable) -> Result<Schema, SchemaError> {
    build_with(table, ValidationMode::Strict)
}

/// The same with another depth of validation.
///
/// # Errors
/// As [`build`].
pub fn build_with(table: &TypeTable, mode: ValidationMode) -> Result<Schema, SchemaError> {
    let subscription = table.objects.contains_key("Subscription").then_some("Subscription");
    // Suggestions are made in `suggest`.
    let mut schema = Schema::build("Query", Some("Mutation"), subscription)
        .extension(StopAfterValidation)
        .validation_mode(mode)
        .disable_suggestions();
    for (name, specification, description) in scalars::CUSTOM.into_iter().filter(|s| table.scalars.contains(s.0)) {
        schema = schema.register(Scalar::new(name).description(description).specified_by_url(specification));
    }
    for (name, ty) in sorted(&table.enums) {
        let items = ty.values.iter().map(|value| {
            let item = EnumItem::new(&value.name).description(&value.description);
            if value.deprecated { item.deprecation(Some("No longer offered.")) } else { item }
        });
        schema = schema.register(Enum::new(name).description(&ty.description).items(items));
    }
    for (name, ty) in sorted(&table.inputs) {
        let object = InputObject::new(name).description(&ty.description);
        let object = ty.fields.iter().fold(object, |object, (name, field)| object.field(input_value(name, field)));
        schema = schema.register(if ty.one_of { object.oneof() } else { object });
    }
    let node = Interface::new("Node").description("A record with a globally unique id.");
    schema = schema.register(node.field(InterfaceField::new("id", TypeRef::named_nn("ID")).description("Its id.")));
    for (name, description) in &table.unions {
        let union = Union::new(name).description(description);
        let members = table.abstracts.get(name).into_iter().flatten();
        schema = schema.register(members.fold(union, |union, member| union.possible_type(member)));
    }
    for (name, ty) in sorted(&table.objects) {
        if Some(name.as_str()) == subscription {
            schema = schema.register(events(name, ty));
            continue;
        }
        let object = Object::new(name).description(&ty.description);
        let object = ty.implements.iter().fold(object, |object, interface| object.implement(interface));
        let object = ty.fields.iter().fold(object, |object, (name, field)| {
            let resolver = Field::new(name, type_ref(&field.ty), |_| FieldFuture::from_value(None));
            let resolver =
                if field.description.is_empty() { resolver } else { resolver.description(&field.description) };
            let resolver = match &field.deprecated {
                Some(reason) => resolver.deprecation(Some(reason)),
                None => resolver,
            };
            object.field(
                field.arguments.iter().fold(resolver, |f, (name, argument)| f.argument(input_value(name, argument))),
            )
        });
        schema = schema.register(object);
    }
    schema.finish()
}

/// The root of subscriptions; its fields, too, are resolved elsewhere.
fn events(name: &str, ty: &ObjectType) -> Subscription {
    let subscription = Subscription::new(name).description(&ty.description);
    ty.fields.iter().fold(subscription, |subscription, (name, field)| {
        let stream =
            SubscriptionField::new(name, type_ref(&field.ty), |_| SubscriptionFieldFuture::new(async { Ok(Never) }));
        let stream = stream.description(&field.description);
        subscription.field(
            field
                .arguments
                .iter()
                .fold(stream, |stream, (name, argument)| stream.argument(input_value(name, argument))),
        )
    })
}

/// A stream of nothing.
struct Never;

impl futures_core::Stream for Never {
    type Item = async_graphql::Result<Value>;

    fn poll_next(self: Pin<&mut Self>, _context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}

fn sorted<T>(map: &rustc_hash::FxHashMap<String, T>) -> Vec<(&String, &T)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    entries
}

fn input_value(name: &str, field: &InputField) -> InputValue {
    let value = InputValue::new(name, type_ref(&field.ty));
    let value = if field.description.is_empty() { value } else { value.description(&field.description) };
    match field.default {
        Some(default) => value.default_value(Value::Enum(async_graphql::Name::new(default))),
        None => value,
    }
}

fn type_ref(ty: &Ref) -> TypeRef {
    match (ty.list, ty.required) {
        (None, false) => TypeRef::named(&ty.name),
        (None, true) => TypeRef::named_nn(&ty.name),
        (Some(false), false) => TypeRef::named_list(&ty.name),
        (Some(true), false) => TypeRef::named_nn_list(&ty.name),
        (Some(false), true) => TypeRef::named_list_nn(&ty.name),
        (Some(true), true) => TypeRef::named_nn_list_nn(&ty.name),
    }
}

/// Ends a request after validation if it is marked so: the answer is then `null` without errors.
struct StopAfterValidation;

impl ExtensionFactory for StopAfterValidation {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(StopAfterValidation)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for StopAfterValidation {
    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if context.data_opt::<ValidateOnly>().is_some() {
            return Response::new(Value::Null);
        }
        next.run(context, operation).await
    }
}
