//! Following records, and messages that were read.

use super::{input, mutations::Fields, output};
use crate::schema::model::{Bind, OutputField, Ref, WriteBind};
use kontor_metadata::model::{Catalog, Module};

/// The root fields of mutations for what a catalog has modules for.
pub(super) fn mutations(fields: &mut Fields, catalog: &Catalog) {
    let mut add = |name: &str, ty, module: &Module, write, arguments, description: &str| {
        let field = OutputField { arguments, ..output(ty, Bind::Write(module.id, write), description) };
        fields.insert(name.to_owned(), field);
    };
    let id = |description: &str| vec![("record".to_owned(), input(Ref::required("ID"), description))];
    if let Some(follows) = catalog.find("Follow") {
        let description = "Has the caller told of what others do to a record; as often as one likes.";
        let record = id("Id of the record, whatever its module.");
        add("follow", Ref::required(&follows.name), follows, WriteBind::Follow, record, description);
        let description = "Ends that; answers whether the caller followed the record.";
        add("unfollow", Ref::required("Boolean"), follows, WriteBind::Unfollow, id("Id of the record."), description);
    }
    if let Some(notifications) = catalog.find("Notification") {
        let ids = || {
            let description = "Their ids, at most 1,000. Those of messages to others change nothing.";
            vec![("ids".to_owned(), input(Ref::required_list("ID"), description))]
        };
        let result = || Ref::required("BulkResult");
        let description = "Marks notifications of the caller as read; answers those that were not.";
        add("markNotificationsRead", result(), notifications, WriteBind::Read, ids(), description);
        let description = "Marks notifications of the caller as not read; answers those that were.";
        add("markNotificationsUnread", result(), notifications, WriteBind::Unread, ids(), description);
        let description = "Marks all notifications of the caller as read; answers those that were not.";
        add("markAllNotificationsRead", result(), notifications, WriteBind::AllRead, Vec::new(), description);
    }
}
