use super::{Places, Subject, describe, walk::Walk};
use crate::{
    draft::{self, Set},
    load::{self, Place as Kind},
    report::Sink,
    source::Source,
    yaml,
};
use std::collections::HashMap;

pub(super) fn build(sources: &[Source]) -> Places {
    // What is wrong is for the check to say.
    let mut sink = Sink::default();
    let load::Merged { packages, owners, modules, .. } = load::merged(sources, &mut sink);
    let set = draft::build(&packages, &owners, &modules, &mut sink);
    let mut places = Places { places: Vec::new(), told: told(&set) };
    for (file, source) in sources.iter().enumerate() {
        let Some(node) = yaml::parse(file, &source.text, &mut sink) else { continue };
        let mut walk = Walk { set: &set, file, text: &source.text, places: &mut places.places };
        match load::place(&source.path) {
            Kind::Package(_) => walk.package(&node),
            Kind::Module(_) => walk.module(&node),
            Kind::Extension(_) => walk.extension(&node),
            Kind::Nowhere => {}
        }
    }
    places
}

fn told(set: &Set<'_>) -> HashMap<Subject, String> {
    let mut told = HashMap::new();
    for draft in &set.drafts {
        let name = draft.name().to_owned();
        told.insert(Subject::Module(name.clone()), describe::module(set, draft));
        for field in &draft.fields {
            let subject = Subject::Field(name.clone(), field.name.clone());
            told.insert(subject, describe::field(set, draft, field));
            for option in field.raw().and_then(|raw| raw.options.as_ref()).into_iter().flat_map(|all| &all.value) {
                let choice = option.name.value.clone();
                let text = describe::choice(&name, &field.name, &choice, option.label.as_ref());
                told.insert(Subject::Choice(name.clone(), field.name.clone(), choice), text);
            }
        }
        for connection in &draft.connections {
            let targets: Vec<_> = connection.targets.iter().map(|to| set.drafts[*to].name()).collect();
            let text = format!("**{name}.{}**: records of {}", connection.name, targets.join(", "));
            told.insert(Subject::Connection(name.clone(), connection.name.clone()), text);
        }
    }
    told
}
