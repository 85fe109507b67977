//! Why somebody may do something with a record, and sharing it with others.

use super::{
    identity::{Fields, add, object},
    input, output,
    platform::enumeration,
};
use crate::schema::model::{Bind, InputField, OutputField, Process, Ref, TypeTable, WriteBind};
use kontor_metadata::model::Catalog;

/// `share` and `unshare`, where the catalog keeps shares.
pub(super) fn mutations(fields: &mut Fields, catalog: &Catalog) {
    let Some(shares) = catalog.find("Share") else { return };
    let mut add = |name: &str, ty, write, arguments: Vec<(&str, InputField)>, description: &str| {
        let arguments = arguments.into_iter().map(|(name, argument)| (name.to_owned(), argument)).collect();
        let field = OutputField { arguments, ..output(ty, Bind::Write(shares.id, write), description) };
        fields.insert(name.to_owned(), field);
    };
    let record = || ("record", input(Ref::required("ID"), "Id of a record that has an owner."));
    let with = || ("with", input(Ref::required("ID"), "Id of a user or a team."));
    let level = InputField {
        default: Some("READ"),
        ..input(Ref::new("ShareLevel"), "What they may do with it, as far as their role does so with any record.")
    };
    let description =
        "Shares a record with a user or a team, at this level from now on. For who may change the record.";
    let arguments = vec![record(), with(), ("level", level)];
    add("share", Ref::required(&shares.name), WriteBind::Share, arguments, description);
    let description = "Ends that; answers whether the record was shared with them. For who may change the record.";
    add("unshare", Ref::required("Boolean"), WriteBind::Unshare, vec![record(), with()], description);
}
/// `explainAccess`.
pub(super) fn queries(table: &mut TypeTable, fields: &mut Fields) {
    let actions = [
        ("READ", "It is read, counted, found."),
        ("CREATE", "It is made."),
        ("UPDATE", "It is changed."),
        ("DELETE", "It is deleted, restored or removed for good."),
        ("EXPORT", "Everything about the person that it is is told."),
        ("ERASE", "The person that it is is forgotten."),
    ];
    enumeration(table, "Action", "What is done to a record.", &actions);
    let levels = [
        ("NONE", "To no record."),
        ("OWN", "To the user's own records."),
        ("TEAM", "To those of the teams that the user is in or leads, and of who reports to the user."),
        ("ALL", "To every record of the organization."),
    ];
    enumeration(table, "AccessLevel", "How far a right reaches.", &levels);
    let grounds = [
        ("PERSON", "A field names the user."),
        ("COLLEAGUE", "A field names somebody of the user's teams, or who reports to the user."),
        ("TEAM", "A field names one of the user's teams."),
        ("PARENT", "The record belongs to another, which is within the level."),
        ("SHARED", "It is shared with the user, or with one of the user's teams."),
    ];
    enumeration(table, "AccessGround", "Why a record is within a level.", &grounds);
    let parts = [
        ("file", Ref::new("String"), "File of the package; null for what the platform grants by itself."),
        ("line", Ref::new("Int"), "Line in it, from 1."),
        ("key", Ref::required("String"), "Where it stands in the metadata: `Account.access.sales_rep`."),
    ];
    object(table, "AccessRule", "What the metadata say of a role.", &parts);
    let parts = [
        ("ground", Ref::required("AccessGround"), "Which."),
        ("field", Ref::new("String"), "The field that it goes by."),
        ("message", Ref::required("String"), "The same for people."),
    ];
    object(table, "AccessReason", "Why a record is within a level.", &parts);
    let parts = [
        ("name", Ref::required("String"), "The field."),
        ("allowed", Ref::required("Boolean"), "Whether the action may look at it or set it in this record."),
        ("level", Ref::required("AccessLevel"), "How far the action reaches it, of the records that the role reaches."),
        ("rule", Ref::new("AccessRule"), "What is said of the role; null where nothing is."),
    ];
    object(table, "AccessOfField", "Rights on a field, which hold besides those on its record.", &parts);
    let parts = [
        ("allowed", Ref::required("Boolean"), "Whether the user may do it."),
        ("message", Ref::required("String"), "Why, for people."),
        ("action", Ref::required("Action"), "What is asked about."),
        ("role", Ref::required("String"), "Role of the user, as in the metadata."),
        ("module", Ref::required("ModuleName"), "Module of the record."),
        (
            "level",
            Ref::required("AccessLevel"),
            "How far the action reaches for this role, and the API key if one asks.",
        ),
        ("within", Ref::required("Boolean"), "Whether it reaches the record."),
        (
            "readable",
            Ref::required("Boolean"),
            "Whether the user may read the record: what may not is not there for other actions.",
        ),
        ("reasons", Ref::required_list("AccessReason"), "Why it is within the level, where that is OWN or TEAM."),
        ("rule", Ref::new("AccessRule"), "What is said of the role; null where nothing is, which grants nothing."),
        ("field", Ref::new("AccessOfField"), "Rights on the field that is asked about."),
    ];
    object(table, "AccessExplanation", "Why a user may do something with a record, or may not.", &parts);
    let description = "Why the signed-in user may do something with a record, or may not. Of a record that it may not read only administrators are told more than NOT_FOUND.";
    let arguments = vec![
        ("id", input(Ref::required("ID"), "Id of the record, whatever its module, deleted or not.")),
        ("field", input(Ref::new("String"), "A field of it.")),
        ("action", input(Ref::required("Action"), "What is to be done.")),
        ("user", input(Ref::new("ID"), "For administrators: another user of the organization.")),
    ];
    add(fields, "explainAccess", Ref::required("AccessExplanation"), Process::ExplainAccess, arguments, description);
}
