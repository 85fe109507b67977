//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A CRM whose modules are described in YAML: tables, a GraphQL API and documentation follow.
#[derive(Debug, Parser)]
#[command(name = "kontor", version, propagate_version = true, after_help = "Start here: kontor serve --demo")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// File with settings; config/kontor.toml where it exists.
    #[arg(long, global = true, env = "KONTOR_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Database: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Folder with packages; may be given several times.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) packages: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API and the explorer; migrations and metadata are applied first.
    Serve(ServeArgs),
    /// Report every problem of the metadata at once.
    Check(CheckArgs),
    /// Bring the database up to the metadata.
    Apply,
    /// Show what `apply` would do: exit code 0 for nothing, 2 for changes.
    Plan(PlanArgs),
    /// Compute everything that is stored and follows from something else anew, and report what differs.
    Verify(VerifyArgs),
    /// Print the GraphQL schema (SDL), or the JSON Schema of the metadata.
    Schema(SchemaArgs),
    /// Write the files that are generated from the core package: entities, schema.graphql, schemas for editors, docs/format.md.
    Generate(GenerateArgs),
    /// Make an organization full of believable data.
    Demo(DemoArgs),
    /// Organizations.
    Org(OrgArgs),
    /// End the records that the rules of their modules keep no longer.
    Retention(RetentionArgs),
    /// Users.
    User(UserArgs),
    /// Serve an editor over standard input and output (Language Server Protocol).
    Lsp,
    /// Keys that tokens are signed with and secrets encrypted.
    Keys(KeysArgs),
    /// Explain a diagnostic, as in `kontor explain KON021`.
    Explain(ExplainArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Fill the database with demo data if it is empty, and offer the demo users at the sign-in.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Apply and serve edits of the packages at once; `--demo` does so, too.
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Folders with packages, instead of those of the settings.
    pub(crate) folders: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: an array of objects.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Print the SQL too.
    #[arg(long)]
    pub(crate) sql: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Print the JSON Schema of the YAML files instead, with the names of these modules and fields, for editors.
    #[arg(long)]
    pub(crate) json_schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Store the right values where others are found.
    #[arg(long)]
    pub(crate) repair: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RetentionArgs {
    /// Change nothing; say what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// Write nothing; fail if a file is not what it should be.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// 1 makes about 5,000 records, 100 about half a million.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) scale: u32,
    /// Another seed, other data.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Name of the organization.
    #[arg(long, default_value = "Kontor Demo")]
    pub(crate) name: String,
    /// Short name of the organization, also the domain of its users' addresses: users are `…@SLUG.kontor.example`.
    #[arg(long, default_value = "demo", value_parser = slug)]
    pub(crate) slug: String,
}

#[derive(Debug, Args)]
pub(crate) struct OrgArgs {
    #[command(subcommand)]
    pub(crate) command: OrgCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Create an organization with the default pipeline and its first administrator.
    Create(OrgCreateArgs),
    /// List the organizations of the database.
    List,
}

#[derive(Debug, Args)]
pub(crate) struct OrgCreateArgs {
    /// Short name, unique in the database.
    #[arg(long, value_parser = slug)]
    pub(crate) slug: String,
    /// Name; the short name where it is not given.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// E-mail address of the administrator, the name to sign in with.
    #[arg(long)]
    pub(crate) email: String,
    /// First name of the administrator.
    #[arg(long)]
    pub(crate) first_name: Option<String>,
    /// Last name of the administrator.
    #[arg(long)]
    pub(crate) last_name: Option<String>,
    /// Password of the administrator; asked for on standard input where it is not given.
    #[arg(long, env = "KONTOR_USER_PASSWORD", hide_env_values = true)]
    pub(crate) password: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create a user who can sign in; the organization is made where there is none of this short name.
    Create(UserCreateArgs),
    /// Give a user another password; its sessions end.
    ResetPassword(UserResetArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UserResetArgs {
    /// E-mail address of the user.
    #[arg(long)]
    pub(crate) email: String,
    /// Password; asked for on standard input where it is not given.
    #[arg(long, env = "KONTOR_USER_PASSWORD", hide_env_values = true)]
    pub(crate) password: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct UserCreateArgs {
    /// E-mail address, the name to sign in with.
    #[arg(long)]
    pub(crate) email: String,
    /// Short name of the organization.
    #[arg(long, default_value = "main", value_parser = slug)]
    pub(crate) org: String,
    /// super_admin, admin, manager, sales_rep, marketing or readonly.
    #[arg(long, default_value = "admin")]
    pub(crate) role: String,
    /// First name.
    #[arg(long)]
    pub(crate) first_name: Option<String>,
    /// Last name.
    #[arg(long)]
    pub(crate) last_name: Option<String>,
    /// Password; asked for on standard input where it is not given.
    #[arg(long, env = "KONTOR_USER_PASSWORD", hide_env_values = true)]
    pub(crate) password: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Put a new key into use; those before it stay known.
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Which.
    #[arg(value_enum)]
    pub(crate) kind: KeyKind,
    /// Only make a new key known; the next run puts it into use. For several gateways, which are all to know it first.
    #[arg(long)]
    pub(crate) prepare: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    /// Access tokens are signed with it.
    Signing,
    /// Secrets in the database are encrypted with it.
    Encryption,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Such as KON021.
    pub(crate) code: String,
}

/// A short name: small letters, digits and hyphens, since it stands in addresses.
fn slug(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits =
        (1..=40).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-') && !text.ends_with('-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("a short name has up to 40 small letters, digits and hyphens".to_owned())
    }
}
