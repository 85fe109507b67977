//! `kontor org`

use super::user;
use crate::{
    cli::{Common, OrgArgs, OrgCommand, OrgCreateArgs, OrgPlanArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_domain::{
    calendar,
    context::Whose,
    error::{ConstraintKind, StoreError},
    processes::{self, Listed, NewUser},
    store::SetupError,
};
use kontor_gateway::auth;
use kontor_metadata::model::Catalog;

pub(crate) async fn run(common: &Common, args: OrgArgs) -> Done {
    match args.command {
        OrgCommand::Create(args) => create(common, args).await,
        OrgCommand::List => list(common).await,
        OrgCommand::Plan(args) => plan(common, &args).await,
    }
}

async fn create(common: &Common, args: OrgCreateArgs) -> Done {
    user::check_address(&args.email)?;
    let password = match args.password {
        Some(password) => password,
        None => user::ask()?,
    };
    user::check(&password, &args.email)?;
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    check_plan(&catalog, &args.plan)?;
    let store = open::store(&settings).await?;
    open::apply(&settings, &store, &catalog).await?;
    let failed = |error| user::failed(&settings, &args.email, error);
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    let taken = || {
        Failure::new(format!("there is an organization `{}` already", args.slug))
            .help("`kontor user create --org` gives it another user, `kontor org list` shows all; nothing was changed")
    };
    if processes::find_organization(&mut transaction, &args.slug).await.map_err(failed)?.is_some() {
        return Err(taken());
    }
    let org = uuid::Uuid::now_v7();
    let name = args.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&args.slug);
    let made = processes::create_organization(&mut transaction, org, name, &args.slug, &args.plan, true).await;
    made.map_err(|error| match error {
        // Somebody was faster.
        StoreError::Constraint { kind: ConstraintKind::Unique, .. } => taken(),
        error => failed(error),
    })?;
    let administrator = NewUser {
        org,
        email: args.email.clone(),
        password_hash: Some(auth::hash(&password)),
        role: "admin".to_owned(),
        first_name: args.first_name.clone(),
        last_name: args.last_name.clone(),
    };
    processes::create_user(&mut transaction, administrator).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    print(&format!("{} can sign in to the new organization `{}` ({name}) as admin.\n", args.email, args.slug))
}

async fn plan(common: &Common, args: &OrgPlanArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    check_plan(&catalog, &args.plan)?;
    let store = open::store(&settings).await?;
    open::apply(&settings, &store, &catalog).await?;
    let failed = |error| open::failed(&settings.location, &error);
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    let Some(org) = processes::find_organization(&mut transaction, &args.slug).await.map_err(failed)? else {
        return Err(Failure::new(format!("there is no organization `{}`", args.slug))
            .help("`kontor org list` shows all; nothing was changed"));
    };
    processes::set_plan(&mut transaction, org, &args.plan, calendar::now()).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    print(&format!("The organization `{}` has the plan `{}` now.\n", args.slug, args.plan))
}

/// Whether organizations may have a plan.
fn check_plan(catalog: &Catalog, plan: &str) -> Result<(), Failure> {
    let plans = open::plans(catalog);
    match plans.contains(&plan) {
        true => Ok(()),
        false => {
            Err(Failure::new(format!("there is no plan `{plan}`")).help(format!("plans are {}", plans.join(", "))))
        }
    }
}

async fn list(common: &Common) -> Done {
    let settings = config::resolve(common, None)?;
    let store = open::store(&settings).await?;
    let organizations = processes::list_organizations(&store).await.map_err(|error| match error {
        StoreError::Database(_) => open::setup(&settings, SetupError::NotApplied),
        error => open::failed(&settings.location, &error),
    })?;
    if organizations.is_empty() {
        return print("There are no organizations: `kontor org create` makes one.\n");
    }
    let width = organizations.iter().map(|listed| listed.slug.len()).max().unwrap_or_default();
    let line = |Listed { slug, name, plan, is_active, users }: &Listed| {
        let plan = plan.as_deref().unwrap_or("no plan");
        let state = if *is_active { "" } else { ", inactive" };
        let noun = if *users == 1 { "user" } else { "users" };
        format!("{slug:width$}  {name} ({plan}, {users} {noun}{state})\n")
    };
    print(&organizations.iter().map(line).collect::<String>())
}
