//! `kontor diff`

use crate::{
    cli::{Common, DiffArgs},
    commands::plan::{CHANGES, between, of_clients},
    failure::{Done, Failure, print},
};
use kontor_domain::ddl::{Risk, Step, Terms, desired, diff};
use kontor_gateway::schema::changes::{Change, Class};
use kontor_metadata::{Source, load_dirs, load_sources, model::Catalog};
use std::{
    path::Path,
    process::{Command, ExitCode},
};

/// Where packages are in a commit.
const PACKAGES: &str = "config/packages";

pub(crate) fn run(_common: &Common, args: &DiffArgs) -> Done {
    let (before, after) = (load(&args.from)?, load(&args.to)?);
    let api = between(&before, &after)?;
    let (steps, problems) = match diff(&desired(&before), &after, &Terms::default()) {
        Ok(plan) => (plan.steps, String::new()),
        Err(report) => (Vec::new(), report.render_text(false)),
    };
    let bump = bump(&steps, !problems.is_empty(), &api);
    if args.semver {
        print(&format!("{bump}\n"))?;
    } else {
        let mut text: String = steps.iter().map(|step| format!("{}\n", step.summary())).collect();
        text.push_str(&problems);
        text.push_str(&of_clients(&api));
        text.push_str(&match bump {
            "none" => "No difference.\n".to_owned(),
            bump => format!("Semantic versioning: {bump}.\n"),
        });
        print(&text)?;
    }
    Ok(if bump == "none" { ExitCode::SUCCESS } else { ExitCode::from(CHANGES) })
}

/// The part of the version that must grow (semver.org): `major` when clients or data notice, `minor` when something is
/// added, `patch` for the rest.
fn bump(steps: &[Step], refused: bool, api: &[Change]) -> &'static str {
    let worst = api.iter().map(|change| change.class).min();
    let lossy = steps.iter().any(|step| step.risk() == Risk::Loss);
    match worst {
        Some(Class::Breaking) => "major",
        _ if refused || lossy => "major",
        Some(_) => "minor",
        None if !steps.is_empty() => "patch",
        None => "none",
    }
}

/// A folder of packages, or that of a commit of git.
fn load(place: &str) -> Result<Catalog, Failure> {
    let folder = Path::new(place);
    let loaded = if folder.is_dir() { load_dirs(&[folder.to_owned()]) } else { load_sources(committed(place)?) };
    loaded.map(|loaded| loaded.catalog).map_err(|report| {
        Failure::new(format!("the metadata of {place} cannot be used\n\n{}", report.render_text(false).trim_end()))
    })
}

fn committed(place: &str) -> Result<Vec<Source>, Failure> {
    let (commit, folder) = place.split_once(':').unwrap_or((place, PACKAGES));
    let folder = folder.trim_end_matches('/');
    let neither = || {
        Failure::new(format!("`{place}` is neither a folder nor a commit"))
            .help("name a folder of packages, or a commit as git knows it, with another folder as in `v1.2:metadata`")
    };
    if commit.starts_with('-') {
        return Err(neither());
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output();
        output.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    let names =
        git(&["ls-tree", "-r", "--name-only", "--full-tree", "-z", commit, "--", folder]).ok_or_else(neither)?;
    let names = String::from_utf8_lossy(&names).into_owned();
    let mut sources = Vec::new();
    for name in names.split('\0').filter(|name| name.ends_with(".yaml") || name.ends_with(".yml")) {
        let text = git(&["show", &format!("{commit}:{name}")]).ok_or_else(neither)?;
        let path = name.strip_prefix(folder).unwrap_or(name).trim_start_matches('/');
        sources.push(Source::new(path, String::from_utf8_lossy(&text)));
    }
    if sources.is_empty() {
        return Err(Failure::new(format!("there are no packages in {folder} of {commit}"))
            .help(format!("name their folder, as in `{commit}:metadata`")));
    }
    Ok(sources)
}
