//! Names that a document may have meant. The library would compare every unknown name with all that there are, which for a
//! document of unknown names takes seconds, and tell most of them.

use crate::{coerce, error::Error, schema::model::TypeTable};

/// Errors that get a suggestion.
const MOST: usize = 10;

/// Adds the nearest name to the first errors that tell of an unknown one.
pub(crate) fn nearest(types: &TypeTable, mut errors: Vec<Error>) -> Vec<Error> {
    for error in errors.iter_mut().take(MOST) {
        if let Some(near) = near(types, &error.message) {
            error.message.push_str(&format!(" Did you mean \"{near}\"?"));
        }
    }
    errors
}

/// The nearest name for the one that a message of the library says is unknown.
fn near<'t>(types: &'t TypeTable, message: &str) -> Option<&'t str> {
    let mut quoted = message.split('"').skip(1).step_by(2);
    if message.starts_with("Unknown field ") {
        let (field, ty) = (quoted.next()?, quoted.next()?);
        return coerce::nearest(types.objects.get(ty)?.fields.keys(), field);
    }
    if message.starts_with("Unknown argument ") {
        let (argument, field, ty) = (quoted.next()?, quoted.next()?, quoted.next()?);
        let field = types.objects.get(ty)?.fields.get(field)?;
        return coerce::nearest(field.arguments.iter().map(|(name, _)| name), argument);
    }
    None
}
