//! An extension names a package that it requires and a module of it that takes what it adds.

use crate::draft::PackageDraft;
use crate::raw::{RawExtension, RawModule};
use crate::report::{Code, Sink};
use crate::rules::packages::closure;
use crate::yaml::Spanned;

/// Keys that a module takes whose table is made by a migration.
const OF_SYSTEM: [&str; 4] = ["format", "extend", "adjust", "access"];

/// The index of the package of the module that is extended.
pub(super) fn owner(
    packages: &[PackageDraft],
    by: usize,
    target: &Spanned<String>,
    modules: &[(usize, RawModule)],
    sink: &mut Sink,
) -> Option<usize> {
    let split = target.value.split_once('/').filter(|(package, name)| !package.is_empty() && !name.is_empty());
    let Some((package, name)) = split else {
        let all = || modules.iter().flat_map(|(owner, module)| with_children(module).map(move |m| (*owner, m)));
        let found = all().find(|(_, module)| module.name.value == target.value);
        let example = found.map_or("core/Opportunity".to_owned(), |(owner, module)| {
            format!("{}/{}", packages[owner].name, module.name.value)
        });
        sink.at(target.span, Code::BadValue, format!("`{}` is not a package and a module", target.value))
            .label("expected `package/Module`")
            .help(if found.is_some() {
                format!("write `extend: {example}`")
            } else {
                format!("for example `extend: {example}`")
            });
        return None;
    };
    let Some(owner) = packages.iter().position(|p| p.name == package) else {
        sink.at(target.span, Code::UnknownPackage, format!("there is no package `{package}`"))
            .label("unknown package")
            .suggest(package, packages.iter().map(|p| p.name.as_str()));
        return None;
    };
    let extending = &packages[by];
    if extending.raw.known && !extending.is_site() && !closure(packages, by).contains(&owner) {
        let own = &extending.name;
        let message = format!("`{own}` extends {name} of package `{package}`, but does not require it");
        sink.at(target.span, Code::NotRequired, message)
            .label(format!("module of package `{package}`"))
            .help(format!("write `requires: [{package}]` in {own}/package.yaml"));
    }
    let known = modules.iter().any(|(of, module)| *of == owner && with_children(module).any(|m| m.name.value == name));
    if !known {
        let names = modules.iter().filter(|(of, _)| *of == owner).flat_map(|(_, module)| with_children(module));
        let names: Vec<&str> = names.map(|module| module.name.value.as_str()).collect();
        sink.at(target.span, Code::UnknownModule, format!("package `{package}` has no module `{name}`"))
            .label("unknown module")
            .suggest(name, names);
        return None;
    }
    Some(owner)
}

/// The module that is extended.
pub(super) fn module<'m>(
    modules: &'m mut [(usize, RawModule)],
    owner: usize,
    target: &Spanned<String>,
) -> Option<&'m mut RawModule> {
    let (_, name) = target.value.split_once('/')?;
    let mut own = modules.iter_mut().filter(|(of, _)| *of == owner);
    own.find_map(|(_, module)| named(module, name))
}

/// Reports what cannot be added to a module whose table is made by a migration; whether nothing of it is asked for.
pub(super) fn takes(module: &RawModule, extension: &RawExtension, sink: &mut Sink) -> bool {
    if !module.is_system() {
        return true;
    }
    let refused = || extension.keys.iter().filter(|key| !OF_SYSTEM.contains(&key.value.as_str()));
    for key in refused() {
        let message = format!("{} is a system module, which takes no `{}`", module.name.value, key.value);
        sink.at(key.span, Code::ExtendsSystem, message)
            .label("its table is made by a migration")
            .help("write a module of your own with a relation to it");
    }
    refused().next().is_none()
}

/// A module and all below it.
fn with_children(module: &RawModule) -> Box<dyn Iterator<Item = &RawModule> + '_> {
    Box::new(std::iter::once(module).chain(module.children.iter().flat_map(with_children)))
}

fn named<'m>(module: &'m mut RawModule, name: &str) -> Option<&'m mut RawModule> {
    if module.name.value == name {
        return Some(module);
    }
    module.children.iter_mut().find_map(|child| named(child, name))
}
