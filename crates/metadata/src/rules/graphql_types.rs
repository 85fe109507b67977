//! Every generated GraphQL type has a name of its own.

use crate::draft::{DraftType, Set};
use crate::model::FieldType;
use crate::naming;
use crate::report::{Code, Sink};
use crate::yaml::Span;
use std::collections::HashMap;

/// Types that exist whatever the modules.
const PLATFORM: &str = "Query Mutation Subscription Node PageInfo String Int Float Boolean ID Decimal Date Time DateTime \
    JSON Any Upload RecurrenceRule EmailAddress PhoneNumber URL HexColorCode Currency CurrencyCode CountryCode RRule UUID \
    StringFilter IntFilter FloatFilter BooleanFilter IDFilter DecimalFilter DateFilter TimeFilter DateTimeFilter \
    JSONFilter ListFilter Order OrderDirection SortOrder DeletedFilter ModuleNameFilter DateRange DateBucket DateTimeBucket Module ModuleName \
    ModuleBlock ModuleRelatedList ModuleField ModuleCondition ModuleOption RelativeDate SearchHit FeedItem BulkResult Action AccessExplanation AccessReason AccessGround AccessRule AccessLevel AccessOfField EventKind EventCursor Transition Session \
    MetadataReload LoginResult Violation ErrorCode";

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let mut names = Names { taken: HashMap::new(), told: Vec::new() };
    for name in PLATFORM.split_ascii_whitespace() {
        names.taken.insert(name.to_owned(), "the platform".to_owned());
    }
    // Modules first, so that a clash is shown at whatever is derived, and at a module only when two modules clash.
    for draft in &set.drafts {
        names.take(draft.name().to_owned(), format!("module {}", draft.name()), draft.raw.name.span, sink);
    }
    for draft in &set.drafts {
        for name in naming::module_types(draft.name()) {
            let owner = format!("module {}", draft.name());
            names.take(name, owner, draft.raw.name.span, sink);
        }
    }
    for draft in set.drafts.iter().filter(|draft| !draft.raw.convert.is_empty()) {
        let own = [naming::convert_input_type(draft.name()), naming::conversion_type(draft.name())];
        let of_targets = draft.raw.convert.iter().flat_map(|convert| {
            let to = &convert.to.value;
            let (one, other) = (naming::convert_target_input_type, naming::convert_create_input_type);
            [one(draft.name(), to), other(draft.name(), to)]
        });
        for name in own.into_iter().chain(of_targets) {
            names.take(name, format!("`convert` of {}", draft.name()), draft.raw.name.span, sink);
        }
    }
    for draft in &set.drafts {
        for field in &draft.fields {
            let owner = format!("`{}` of {}", field.name, draft.name());
            let own = match field.ty {
                DraftType::Scalar(FieldType::Select { .. } | FieldType::MultiSelect { .. }) => {
                    let name = naming::enum_type(draft.name(), &field.name);
                    vec![name.clone(), naming::enum_filter_type(&name), naming::enum_set_filter_type(&name)]
                }
                DraftType::AnyOf(_) => vec![
                    naming::union_type(draft.name(), &field.name),
                    naming::links_of_input_type(draft.name(), &field.name),
                    naming::create_of_input_type(draft.name(), &field.name),
                ],
                DraftType::One(_) => vec![naming::links_of_input_type(draft.name(), &field.name)],
                _ => continue,
            };
            for name in own {
                names.take(name, owner.clone(), field.span, sink);
            }
        }
        for connection in draft.connections.iter().filter(|c| c.field.is_none() && c.targets.len() > 1) {
            let union = naming::union_type(draft.name(), &connection.name);
            let owner = format!("`{}` of {}", connection.name, draft.name());
            for name in [union.clone(), naming::connection_type(&union), naming::edge_type(&union)] {
                names.take(name, owner.clone(), connection.span, sink);
            }
        }
    }
}

struct Names {
    /// Type name, and what it belongs to.
    taken: HashMap<String, String>,
    /// Pairs whose clash was reported.
    told: Vec<(String, String)>,
}

impl Names {
    fn take(&mut self, name: String, owner: String, span: Span, sink: &mut Sink) {
        match self.taken.get(&name) {
            // Two modules or fields of one name are another problem, already reported.
            Some(other) if *other == owner => {}
            // What is made from a clashing name clashes too; the first says enough.
            Some(other) if self.told.contains(&(other.clone(), owner.clone())) => {}
            Some(other) => {
                self.told.push((other.clone(), owner.clone()));
                sink.at(span, Code::TypeClash, format!("{owner} gives the GraphQL type `{name}`, which {other} has"))
                    .label("clashing type")
                    .help("rename one of the two");
            }
            None => {
                self.taken.insert(name, owner);
            }
        }
    }
}
