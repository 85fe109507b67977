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
