//! `kontor demo`

use crate::{
    cli::{Common, DemoArgs},
    config::{self, Settings},
    failure::{Done, Failure, print},
    open,
};
use indicatif::{ProgressBar, ProgressStyle};
use kontor_domain::{
    calendar,
    demo::{Spec, Summary},
    error::{ConstraintKind, StoreError},
    processes::{self, DemoError},
    store::Store,
};
use kontor_metadata::model::Catalog;

/// The password of every demo user; the demo is for a machine of one's own.
pub(crate) const PASSWORD: &str = "kontor-demo";
/// Domain of the demo users' addresses, after the organisation's slug.
const DOMAIN: &str = "kontor.example";

pub(crate) async fn run(common: &Common, args: &DemoArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let store = open::store(&settings).await?;
    open::apply(&settings, &store, &catalog).await?;
    let started = std::time::Instant::now();
    let summary = fill(&settings, &store, &catalog, args).await?;
    let rows: u64 = summary.counts.iter().map(|(_, n)| n).sum();
    let mut text = format!("{rows} records in {:.1} s:\n", started.elapsed().as_secs_f64());
    for (module, count) in &summary.counts {
        text.push_str(&format!("  {count:>8} {module}\n"));
    }
    text.push_str(&format!("Sign in with one of these and the password `{PASSWORD}`:\n"));
    for sign_in in &summary.sign_ins {
        text.push_str(&format!("  {:<40} {}\n", sign_in.email, sign_in.label));
    }
    print(&text)
}

/// Fills an organisation, with a progress bar.
pub(crate) async fn fill(
    settings: &Settings,
    store: &Store,
    catalog: &Catalog,
    args: &DemoArgs,
) -> Result<Summary, Failure> {
    let spec = Spec {
        scale: args.scale,
        seed: args.seed,
        now: calendar::now(),
        org: uuid::Uuid::now_v7(),
        email_domain: format!("{}.{DOMAIN}", args.slug),
        password_hash: kontor_gateway::auth::hash(PASSWORD),
    };
    let bar = ProgressBar::new(spec.expected_rows());
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of about {human_len} records, {per_sec}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut progress = |written| bar.set_position(written);
    let filled = processes::fill_with_demo(store, catalog, (&args.name, &args.slug), spec, &mut progress).await;
    bar.finish_and_clear();
    filled.map_err(|error| match error {
        DemoError::Store(StoreError::Constraint { kind: ConstraintKind::Unique, ref name })
            if name.contains("organizations") || name.contains("users") =>
        {
            Failure::new(format!("there is an organization `{}` already, or a user of its demo", args.slug))
                .help("choose another with --slug, or another database with --database; nothing was changed")
        }
        DemoError::Store(error) => open::failed(&settings.location, &error),
        other => Failure::new(other),
    })
}
