//! The records of the shapes as JSON, each written by hand from the columns of its statement.

use super::cells::Cells;

/// `id name domain industry accountType website phone city country employeeCount annualRevenue createdAt`
pub(super) fn account(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"domain\":");
    row.write_text(out, 2);
    out.extend_from_slice(b",\"industry\":");
    row.write_text(out, 3);
    out.extend_from_slice(b",\"accountType\":");
    row.write_choice(out, 4);
    out.extend_from_slice(b",\"website\":");
    row.write_text(out, 5);
    out.extend_from_slice(b",\"phone\":");
    row.write_text(out, 6);
    out.extend_from_slice(b",\"city\":");
    row.write_text(out, 7);
    out.extend_from_slice(b",\"country\":");
    row.write_text(out, 8);
    out.extend_from_slice(b",\"employeeCount\":");
    row.write_integer(out, 9);
    out.extend_from_slice(b",\"annualRevenue\":");
    row.write_amount(out, 10);
    out.extend_from_slice(b",\"createdAt\":");
    row.write_moment(out, 11);
    out.push(b'}');
}

/// `id name status company email phone score grade estimatedValue createdAt`
pub(super) fn lead(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"status\":");
    row.write_choice(out, 2);
    out.extend_from_slice(b",\"company\":");
    row.write_text(out, 3);
    out.extend_from_slice(b",\"email\":");
    row.write_text(out, 4);
    out.extend_from_slice(b",\"phone\":");
    row.write_text(out, 5);
    out.extend_from_slice(b",\"score\":");
    row.write_integer(out, 6);
    out.extend_from_slice(b",\"grade\":");
    row.write_choice(out, 7);
    out.extend_from_slice(b",\"estimatedValue\":");
    row.write_amount(out, 8);
    out.extend_from_slice(b",\"createdAt\":");
    row.write_moment(out, 9);
    out.push(b'}');
}

/// `id name city`, from this column on; the object stays open.
pub(super) fn nested_account(out: &mut Vec<u8>, row: &impl Cells, first: usize) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, first);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, first + 1);
    out.extend_from_slice(b",\"city\":");
    row.write_text(out, first + 2);
}

/// `id name email`, from this column on; the object stays open.
pub(super) fn nested_contact(out: &mut Vec<u8>, row: &impl Cells, first: usize) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, first);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, first + 1);
    out.extend_from_slice(b",\"email\":");
    row.write_text(out, first + 2);
}

/// `id subject status dueAt`, from this column on.
pub(super) fn nested_activity(out: &mut Vec<u8>, row: &impl Cells, first: usize) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, first);
    out.extend_from_slice(b",\"subject\":");
    row.write_text(out, first + 1);
    out.extend_from_slice(b",\"status\":");
    row.write_choice(out, first + 2);
    out.extend_from_slice(b",\"dueAt\":");
    row.write_moment(out, first + 3);
    out.push(b'}');
}

/// `id name amount status expectedCloseDate account { id name } contact { id name email } owner { id firstName lastName }`
pub(super) fn opportunity(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"amount\":");
    row.write_amount(out, 2);
    out.extend_from_slice(b",\"status\":");
    row.write_choice(out, 3);
    out.extend_from_slice(b",\"expectedCloseDate\":");
    row.write_date(out, 4);
    out.extend_from_slice(b",\"account\":");
    if row.id(5).is_some() {
        out.extend_from_slice(b"{\"id\":");
        row.write_id(out, 5);
        out.extend_from_slice(b",\"name\":");
        row.write_text(out, 6);
        out.push(b'}');
    } else {
        out.extend_from_slice(b"null");
    }
    out.extend_from_slice(b",\"contact\":");
    if row.id(7).is_some() {
        out.extend_from_slice(b"{\"id\":");
        row.write_id(out, 7);
        out.extend_from_slice(b",\"name\":");
        row.write_text(out, 8);
        out.extend_from_slice(b",\"email\":");
        row.write_text(out, 9);
        out.push(b'}');
    } else {
        out.extend_from_slice(b"null");
    }
    out.extend_from_slice(b",\"owner\":");
    if row.id(10).is_some() {
        out.extend_from_slice(b"{\"id\":");
        row.write_id(out, 10);
        out.extend_from_slice(b",\"firstName\":");
        row.write_text(out, 11);
        out.extend_from_slice(b",\"lastName\":");
        row.write_text(out, 12);
        out.push(b'}');
    } else {
        out.extend_from_slice(b"null");
    }
    out.push(b'}');
}

/// `id name email account { name }`
pub(super) fn found_contact(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"email\":");
    row.write_text(out, 2);
    out.extend_from_slice(b",\"account\":{\"name\":");
    row.write_text(out, 3);
    out.extend_from_slice(b"}}");
}

/// `group { stageId } count sum { amount }`
pub(super) fn group(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"group\":{\"stageId\":");
    row.write_id(out, 0);
    out.extend_from_slice(b"},\"count\":");
    row.write_integer(out, 1);
    out.extend_from_slice(b",\"sum\":{\"amount\":");
    row.write_amount(out, 2);
    out.extend_from_slice(b"}}");
}

/// `id firstName lastName email status`
pub(super) fn written_contact(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"firstName\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"lastName\":");
    row.write_text(out, 2);
    out.extend_from_slice(b",\"email\":");
    row.write_text(out, 3);
    out.extend_from_slice(b",\"status\":");
    row.write_choice(out, 4);
    out.push(b'}');
}

/// `id subject total`
pub(super) fn written_quote(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"subject\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"total\":");
    row.write_amount(out, 2);
    out.push(b'}');
}

/// `id name sku description`
pub(super) fn written_product(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"sku\":");
    row.write_text(out, 2);
    out.extend_from_slice(b",\"description\":");
    row.write_text(out, 3);
    out.push(b'}');
}

/// `{"data":{"FIELD":`
pub(super) fn begin(field: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(b"{\"data\":{\"");
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(b"\":");
    out
}

/// `{"affected":…}`
pub(super) fn affected(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(b"{\"affected\":");
    kontor_domain::json::integer(out, i64::try_from(count).unwrap_or(0));
    out.push(b'}');
}

/// A written record by the field that wrote it.
pub(super) fn written(out: &mut Vec<u8>, field: &str, row: &impl Cells) {
    match field {
        "createQuote" => written_quote(out, row),
        "upsertProduct" => written_product(out, row),
        _ => written_contact(out, row),
    }
}

/// `{"data":{"createAccounts":[{"id":…},…]}}`
pub(super) fn created_accounts(ids: &[uuid::Uuid]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + ids.len() * 48);
    out.extend_from_slice(b"{\"data\":{\"createAccounts\":[");
    for (n, id) in ids.iter().enumerate() {
        out.extend_from_slice(if n > 0 { b",{\"id\":" } else { b"{\"id\":" });
        kontor_domain::json::uuid(&mut out, id.as_bytes());
        out.push(b'}');
    }
    out.extend_from_slice(b"]}}");
    out
}

/// `id name city country`
pub(super) fn page_account(out: &mut Vec<u8>, row: &impl Cells) {
    out.extend_from_slice(b"{\"id\":");
    row.write_id(out, 0);
    out.extend_from_slice(b",\"name\":");
    row.write_text(out, 1);
    out.extend_from_slice(b",\"city\":");
    row.write_text(out, 2);
    out.extend_from_slice(b",\"country\":");
    row.write_text(out, 3);
    out.push(b'}');
}
