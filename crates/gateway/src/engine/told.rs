//! What is told of written records.

use crate::lower::{BulkOutput, ConvertedOutput, Told};
use kontor_domain::{
    context::Asked,
    error::StoreError,
    json,
    plan::{MOST_IDS, Plan},
    query::Operand,
    store::Transaction,
    value::Value,
};
use uuid::Uuid;

/// Writes what is told of the records with these ids; they are read in the transaction that wrote them.
pub(super) async fn write(
    told: &Told,
    ids: &[Uuid],
    values: &mut [Value],
    asked: &Asked,
    transaction: &mut Transaction<'_>,
    body: &mut Vec<u8>,
) -> Result<(), StoreError> {
    match told {
        Told::One(plan, written) => {
            let Some(id) = ids.first() else { return Ok(()) };
            values[written.0 as usize] = Value::Uuid(*id);
            transaction.read(plan, asked, values, body).await
        }
        Told::Converted(parts) => converted(parts, ids, values, asked, transaction, body).await,
        Told::Each(plan, written) => each(plan, *written, ids, values, asked, transaction, body).await,
        Told::Id => {
            ids.first().into_iter().for_each(|id| write_id(body, id));
            Ok(())
        }
        Told::Any => {
            body.extend_from_slice(if ids.is_empty() { b"false" } else { b"true" });
            Ok(())
        }
        Told::Bulk(parts) => {
            for (n, (key, part)) in parts.iter().enumerate() {
                body.push(if n == 0 { b'{' } else { b',' });
                json::text(body, key.as_bytes());
                body.push(b':');
                match part {
                    BulkOutput::Constant(constant) => body.extend_from_slice(constant.as_bytes()),
                    BulkOutput::Affected => body.extend_from_slice(ids.len().to_string().as_bytes()),
                    BulkOutput::Ids => write_ids(body, ids),
                }
            }
            body.push(b'}');
            Ok(())
        }
    }
}

/// The records of a conversion that are there, null for others.
async fn converted(
    parts: &[(String, ConvertedOutput)],
    ids: &[Uuid],
    values: &mut [Value],
    asked: &Asked,
    transaction: &mut Transaction<'_>,
    body: &mut Vec<u8>,
) -> Result<(), StoreError> {
    for (n, (key, part)) in parts.iter().enumerate() {
        body.push(if n == 0 { b'{' } else { b',' });
        json::text(body, key.as_bytes());
        body.push(b':');
        match part {
            ConvertedOutput::Constant(constant) => body.extend_from_slice(constant.as_bytes()),
            ConvertedOutput::Record(place, plan, written) => match ids.get(*place).filter(|id| !id.is_nil()) {
                Some(id) => {
                    values[written.0 as usize] = Value::Uuid(*id);
                    transaction.read(plan, asked, values, body).await?;
                }
                None => body.extend_from_slice(b"null"),
            },
        }
    }
    body.push(b'}');
    Ok(())
}

/// One JSON array, though the records are read some at a time.
async fn each(
    plan: &Plan,
    written: Operand,
    ids: &[Uuid],
    values: &mut [Value],
    asked: &Asked,
    transaction: &mut Transaction<'_>,
    body: &mut Vec<u8>,
) -> Result<(), StoreError> {
    body.push(b'[');
    for (n, chunk) in ids.chunks(usize::try_from(MOST_IDS).unwrap_or(usize::MAX)).enumerate() {
        if n > 0 {
            body.push(b',');
        }
        values[written.0 as usize] = Value::List(chunk.iter().copied().map(Value::Uuid).collect());
        let start = body.len();
        transaction.read(plan, asked, values, body).await?;
        // The brackets of the parts make way for those of the whole.
        body.remove(start);
        body.pop();
    }
    body.push(b']');
    Ok(())
}

fn write_ids(body: &mut Vec<u8>, ids: &[Uuid]) {
    body.push(b'[');
    for (n, id) in ids.iter().enumerate() {
        if n > 0 {
            body.push(b',');
        }
        write_id(body, id);
    }
    body.push(b']');
}

fn write_id(body: &mut Vec<u8>, id: &Uuid) {
    body.push(b'"');
    body.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    body.push(b'"');
}
