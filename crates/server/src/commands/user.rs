//! `kontor user`

use crate::{
    cli::{Common, UserArgs, UserCommand, UserCreateArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_domain::{
    error::{ConstraintKind, StoreError},
    processes::{self, NewUser},
};

/// As in the metadata.
const ROLES: [&str; 6] = ["super_admin", "admin", "manager", "sales_rep", "marketing", "readonly"];
/// Shortest password (NIST SP 800-63B §5.1.1.1).
const SHORTEST: usize = 8;

pub(crate) async fn run(common: &Common, args: UserArgs) -> Done {
    let UserCommand::Create(args) = args.command;
    create(common, args).await
}

async fn create(common: &Common, args: UserCreateArgs) -> Done {
    if !ROLES.contains(&args.role.as_str()) {
        return Err(
            Failure::new(format!("there is no role `{}`", args.role)).help(format!("roles are {}", ROLES.join(", ")))
        );
    }
    if !args.email.contains('@') {
        return Err(Failure::new(format!("`{}` is not an e-mail address", args.email))
            .help("give one such as --email you@example.com"));
    }
    let password = match args.password {
        Some(password) => password,
        None => ask()?,
    };
    if password.chars().count() < SHORTEST {
        return Err(Failure::new(format!("the password is shorter than {SHORTEST} characters"))
            .help("give a longer one with KONTOR_USER_PASSWORD or on standard input"));
    }
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    let store = open::store(&settings).await?;
    open::apply(&settings, &store, &catalog).await?;
    let failed = |error: StoreError| match error {
        StoreError::Constraint { kind: ConstraintKind::Unique, .. } => {
            Failure::new(format!("there is a user with the address {} already", args.email))
                .help("an address is used once in the whole database, whatever the organization; nothing was changed")
        }
        error => open::failed(&settings.location, &error),
    };
    let mut transaction = store.begin().await.map_err(failed)?;
    let (org, made) = match processes::find_organization(&mut transaction, &args.org).await.map_err(failed)? {
        Some(org) => (org, false),
        None => {
            let org = uuid::Uuid::now_v7();
            processes::create_organization(&mut transaction, org, &args.org, &args.org, true).await.map_err(failed)?;
            (org, true)
        }
    };
    let user = NewUser {
        org,
        email: args.email.clone(),
        password_hash: kontor_gateway::auth::hash(&password),
        role: args.role.clone(),
        first_name: args.first_name.clone(),
        last_name: args.last_name.clone(),
    };
    processes::create_user(&mut transaction, user).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    let organization = if made { "new organization" } else { "organization" };
    print(&format!("{} can sign in to the {organization} `{}` as {}.\n", args.email, args.org, args.role))
}

/// The first line of standard input.
fn ask() -> Result<String, Failure> {
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
