//! Every root field of the GraphQL API has a name of its own.

use crate::draft::Set;
use crate::model::Trait;
use crate::naming;
use crate::report::{Code, Sink};
use std::collections::HashMap;

const QUERY: [&str; 9] =
    ["mySessions", "node", "nodes", "search", "me", "modules", "module", "explainAccess", "version"];
const MUTATION: [&str; 25] = [
    "reloadMetadata",
    "exportPersonalData",
    "finishSignIn",
    "enrolTotp",
    "confirmTotp",
    "disableTotp",
    "resetTotp",
    "changePassword",
    "requestPasswordReset",
    "resetPassword",
    "inviteUser",
    "acceptInvitation",
    "revokeApiKey",
    "login",
    "refreshToken",
    "logout",
    "logoutEverywhere",
    "endSession",
    "follow",
    "unfollow",
    "share",
    "unshare",
    "markNotificationsRead",
    "markNotificationsUnread",
    "markAllNotificationsRead",
];
const SUBSCRIPTION: [&str; 2] = ["activityFeed", "notifications"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let mut roots = [HashMap::new(), HashMap::new(), HashMap::new()];
    for (root, platform) in roots.iter_mut().zip([&QUERY[..], &MUTATION[..], &SUBSCRIPTION[..]]) {
        root.extend(platform.iter().map(|name| ((*name).to_owned(), "the platform")));
    }
    let mut told: Vec<(&str, &str)> = Vec::new();
    for draft in &set.drafts {
        let Some(plural) = &draft.raw.plural else { continue };
        let names = [
            naming::query_fields(draft.name(), &plural.value).to_vec(),
            naming::mutation_fields(draft.name(), &plural.value).to_vec(),
            vec![naming::subscription_field(draft.name())],
        ];
        let [queries, mut mutations, subscriptions] = names;
        if draft.has(Trait::Person) {
            mutations.push(naming::erase_field(draft.name()));
        }
        if !draft.raw.convert.is_empty() {
            mutations.push(naming::convert_field(draft.name()));
        }
        for (root, names) in roots.iter_mut().zip([queries, mutations, subscriptions]) {
            for name in names {
                match root.get(&name) {
                    // Two modules of one name, or a plural like its singular, are reported as that.
                    Some(other) if *other == draft.name() => {}
                    // One sentence per pair of modules is enough; all their root fields are made alike.
                    Some(other) if !told.contains(&(*other, draft.name())) => {
                        told.push((other, draft.name()));
                        let message = format!("{} gives the root field `{name}`, which {other} has", draft.name());
                        sink.at(plural.span, Code::RootFieldClash, message)
                            .label("clashing root field")
                            .help("choose another name or plural");
                    }
                    Some(_) => {}
                    None => {
                        root.insert(name, draft.name());
                    }
                }
            }
        }
    }
}
