//! An extension names a package and a module of it.

use crate::draft::Set;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

/// `targets` are the values of `extend:`, `core/Opportunity`.
pub(crate) fn check(set: &Set<'_>, targets: &[Spanned<String>], sink: &mut Sink) {
    for target in targets {
        let split = target.value.split_once('/').filter(|(package, name)| !package.is_empty() && !name.is_empty());
        let Some((package, name)) = split else {
            sink.at(target.span, Code::BadValue, format!("`{}` is not a package and a module", target.value))
                .label("expected `package/Module`")
                .help("for example `extend: core/Opportunity`");
            continue;
        };
        let packages = || set.packages.iter().map(|p| p.name.as_str());
        if !packages().any(|p| p == package) {
            sink.at(target.span, Code::UnknownPackage, format!("there is no package `{package}`"))
                .label("unknown package")
                .suggest(package, packages());
            continue;
        }
        let of_package = || set.drafts.iter().filter(|d| set.packages[d.package].name == package);
        if !of_package().any(|d| d.name() == name) {
            sink.at(target.span, Code::UnknownModule, format!("package `{package}` has no module `{name}`"))
                .label("unknown module")
                .suggest(name, of_package().map(crate::draft::Draft::name));
        }
    }
}
