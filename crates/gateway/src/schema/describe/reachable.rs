//! Which types a schema has: those that can be reached from its roots, as introspection tells them. What is made for
//! every module, but used by none, is left out.

use crate::schema::model::{InputField, TypeTable};
use rustc_hash::FxHashSet;

/// Removes the types that no root field leads to, and notes the scalars that are left.
pub(super) fn keep_reachable(table: &mut TypeTable) {
    let mut reached = FxHashSet::default();
    let mut open = vec!["Query".to_owned(), "Mutation".to_owned(), "Subscription".to_owned()];
    while let Some(name) = open.pop() {
        if reached.contains(&name) {
            continue;
        }
        if let Some(object) = table.objects.get(&name) {
            open.extend_from_slice(&object.implements);
            for field in object.fields.values() {
                open.push(field.ty.name.clone());
                open.extend(field.arguments.iter().map(|(_, argument)| argument.ty.name.clone()));
            }
        }
        let inputs = table.inputs.get(&name).into_iter().flat_map(|input| input.fields.values());
        open.extend(inputs.map(|InputField { ty, .. }| ty.name.clone()));
        open.extend(table.abstracts.get(&name).into_iter().flatten().cloned());
        reached.insert(name);
    }
    table.objects.retain(|name, _| reached.contains(name));
    table.abstracts.retain(|name, _| reached.contains(name));
    table.unions.retain(|(name, _)| reached.contains(name));
    table.inputs.retain(|name, _| reached.contains(name));
    table.enums.retain(|name, _| reached.contains(name));
    let defined = |name: &String| {
        table.objects.contains_key(name)
            || table.abstracts.contains_key(name)
            || table.inputs.contains_key(name)
            || table.enums.contains_key(name)
    };
    reached.retain(|name| !defined(name));
    table.scalars = reached;
}
