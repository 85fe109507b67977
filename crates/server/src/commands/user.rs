//! `kontor user`

use crate::{
    cli::{Common, UserArgs, UserCommand, UserCreateArgs, UserResetArgs, UserResetTotpArgs},
    config::{self, Settings},
    failure::{Done, Failure, print},
    open,
};
use kontor_domain::{
    calendar,
    context::Whose,
    error::{ConstraintKind, StoreError},
    mutation::WriteError,
    processes::{self, Account, Deed, NewUser, Which},
    store::Store,
};
use kontor_gateway::auth::{self, Weakness};

/// As in the metadata.
const ROLES: [&str; 6] = ["super_admin", "admin", "manager", "sales_rep", "marketing", "readonly"];

pub(crate) async fn run(common: &Common, args: UserArgs) -> Done {
    match args.command {
        UserCommand::Create(args) => create(common, args).await,
        UserCommand::ResetPassword(args) => reset_password(common, args).await,
        UserCommand::ResetTotp(args) => reset_totp(common, args).await,
    }
}

/// Whether a text looks like an address to sign in with.
pub(super) fn check_address(email: &str) -> Result<(), Failure> {
    if email.contains('@') {
        return Ok(());
    }
    Err(Failure::new(format!("`{email}` is not an e-mail address")).help("give one such as --email you@example.com"))
}

/// Why a user could not be created.
pub(super) fn failed(settings: &Settings, email: &str, error: StoreError) -> Failure {
    match error {
        StoreError::Constraint { kind: ConstraintKind::Unique, .. } => {
            Failure::new(format!("there is a user with the address {email} already"))
                .help("an address is used once in the whole database, whatever the organization; nothing was changed")
        }
        error => open::failed(&settings.location, &error),
    }
}

/// Whether a user may have this password.
pub(super) fn check(password: &str, email: &str) -> Result<(), Failure> {
    let local = email.split_once('@').map_or(email, |(local, _)| local);
    let told = auth::weaknesses(password, [email, local]).into_iter().map(|weakness| match weakness {
        Weakness::Short => format!("is shorter than {} characters", auth::SHORTEST),
        Weakness::Long => format!("is longer than {} characters", auth::LONGEST),
        Weakness::Personal => "is the e-mail address".to_owned(),
        Weakness::Common => "is one of the first that anybody tries".to_owned(),
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("the password {}", told.join(" and ")))
        .help("give another one with KONTOR_USER_PASSWORD or on standard input"))
}

/// Gives a user another password; its sessions end.
async fn reset_password(common: &Common, args: UserResetArgs) -> Done {
    let password = match args.password {
        Some(password) => password,
        None => ask()?,
    };
    check(&password, &args.email)?;
    let settings = config::resolve(common, None)?;
    let (store, account) = find(&settings, &args.email).await?;
    let failed = |error: StoreError| open::failed(&settings.location, &error);
    let now = calendar::now();
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    let user = (account.org, account.user);
    let before = account.password_hash.as_deref();
    let hash = auth::hash(&password);
    processes::set_password(&mut transaction, user, &hash, before).await.map_err(failed)?;
    let reason = "password_reset";
    let ended = processes::end_sessions(&mut transaction, user, Which::All, reason, now).await;
    let ended = ended.map_err(failed)?.len();
    processes::discard_one_time(&mut transaction, user).await.map_err(failed)?;
    let record = Some(("User", account.user));
    let deed = Deed { org: account.org, user: None, action: reason, record, details: None, ip: None, now };
    processes::audit(&mut transaction, &deed).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    print(&format!("{} has a new password; sessions ended: {ended}.\n", args.email))
}

/// Ends the second factor of a user who has lost it; its sessions end.
async fn reset_totp(common: &Common, args: UserResetTotpArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let (store, account) = find(&settings, &args.email).await?;
    let failed = |error: StoreError| open::failed(&settings.location, &error);
    let now = calendar::now();
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    let reset = processes::reset_second_factor(&mut transaction, (account.org, account.user), now).await;
    let ended = reset
        .map_err(failed)?
        .ok_or_else(|| Failure::new(format!("{} has no second factor", args.email)).help("nothing was changed"))?;
    let (action, record) = ("totp_reset", Some(("User", account.user)));
    let deed = Deed { org: account.org, user: None, action, record, details: None, ip: None, now };
    processes::audit(&mut transaction, &deed).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    print(&format!("{} signs in without a second factor; sessions ended: {ended}.\n", args.email))
}

/// The database, brought up to date, and the user with an address.
async fn find(settings: &Settings, email: &str) -> Result<(Store, Account), Failure> {
    let catalog = open::catalog(settings)?;
    let store = open::store(settings).await?;
    open::apply(settings, &store, &catalog).await?;
    let found = processes::find_account(&store, email).await;
    let account = found.map_err(|error| open::failed(&settings.location, &error))?.ok_or_else(|| {
        Failure::new(format!("there is no user with the address {email}"))
            .help("`kontor user create` makes one; nothing was changed")
    })?;
    Ok((store, account))
}

async fn create(common: &Common, args: UserCreateArgs) -> Done {
    if !ROLES.contains(&args.role.as_str()) {
        return Err(
            Failure::new(format!("there is no role `{}`", args.role)).help(format!("roles are {}", ROLES.join(", ")))
        );
    }
    check_address(&args.email)?;
    let password = match args.password {
        Some(password) => password,
        None => ask()?,
    };
    check(&password, &args.email)?;
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let store = open::store(&settings).await?;
    open::apply(&settings, &store, &catalog).await?;
    let failed = |error| failed(&settings, &args.email, error);
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    let (org, made) = match processes::find_organization(&mut transaction, &args.org).await.map_err(failed)? {
        Some(org) => (org, false),
        None => {
            let org = uuid::Uuid::now_v7();
            let plan = processes::DEFAULT_PLAN;
            let made = processes::create_organization(&mut transaction, org, &args.org, &args.org, plan, true).await;
            made.map_err(failed)?;
            (org, true)
        }
    };
    let user = NewUser {
        org,
        email: args.email.clone(),
        password_hash: Some(auth::hash(&password)),
        role: args.role.clone(),
        first_name: args.first_name.clone(),
        last_name: args.last_name.clone(),
    };
    processes::create_user(&mut transaction, user).await.map_err(failed)?;
    processes::admit(&mut transaction, org).await.map_err(|error| match error {
        WriteError::QuotaExceeded(exceeded) => {
            Failure::new(format!("the organization `{}` is full: {exceeded}", args.org)).help(
                "`kontor org plan` gives it another plan, and the settings say what plans allow; nothing was changed",
            )
        }
        WriteError::Store(error) => failed(error),
        other => Failure::new(other),
    })?;
    transaction.commit().await.map_err(failed)?;
    let organization = if made { "new organization" } else { "organization" };
    print(&format!("{} can sign in to the {organization} `{}` as {}.\n", args.email, args.org, args.role))
}

/// The first line of standard input.
pub(super) fn ask() -> Result<String, Failure> {
    use std::io::{BufRead as _, IsTerminal as _, Write as _};
    let input = std::io::stdin();
    if input.is_terminal() {
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "Password: ");
        let _ = out.flush();
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).map_err(|error| Failure::because("the password cannot be read", &error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
