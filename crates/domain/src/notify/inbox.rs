//! Notifications as records.

use super::{NotifyError, news::Reason, subjects::RecordKey};
use crate::{
    context::{Context, Moment},
    mutation::{self, Action, Assignment, Change, Input, Writing},
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::Module;
use uuid::Uuid;

/// A message to a user.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) user: Uuid,
    pub(super) reason: Reason,
    pub(super) message: String,
    /// What it is about, if that is there.
    pub(super) record: Option<RecordKey>,
}

/// The path of a record in the application: `/accounts/0195…`.
fn path(module: &Module, id: Uuid) -> String {
    format!("/{}/{id}", module.gql_many)
}

/// Writes notifications to users of one organisation, in the name of the program.
pub(super) async fn write(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    org: Uuid,
    notices: Vec<Notice>,
    moment: Moment,
) -> Result<(), NotifyError> {
    let catalog = writing.catalog();
    let Some(module) = catalog.find("Notification").filter(|_| !notices.is_empty()) else { return Ok(()) };
    let input = |notice: Notice| {
        let about = notice.record.map(|(module, id)| (catalog.module(module), id));
        let mut values = vec![
            ("user", false, Value::Uuid(notice.user)),
            ("message", false, Value::Text(notice.message)),
            ("kind", false, Value::Text(notice.reason.name().to_owned())),
        ];
        if let Some((of, id)) = about {
            values.push(("link", false, Value::Text(path(of, id))));
            values.push(("record", true, Value::Text(of.name.clone())));
            values.push(("record", false, Value::Uuid(id)));
        }
        let assignment = |(name, is_type, value)| Some(Assignment { field: module.find(name)?.id, is_type, value });
        Input { values: values.into_iter().filter_map(assignment).collect(), ..Input::default() }
    };
    let inputs = notices.into_iter().map(input).collect();
    let change = Change { module: module.id, action: Action::Create(inputs) };
    mutation::execute(transaction, writing, &Context::of_program(org, moment), change).await?;
    Ok(())
}
