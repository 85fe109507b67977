//! The command line.

mod examples;
mod new;

pub(crate) use new::{NewArgs, NewCommand, NewFieldArgs, NewModuleArgs, NewPackageArgs};

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// A CRM whose modules are described in YAML: tables, a GraphQL API and documentation follow.
#[derive(Debug, Parser)]
#[command(name = "kontor", version, propagate_version = true, after_help = ENDING)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const ENDING: &str = "Start here: kontor serve --demo

Exit codes:
  0  done; of `plan`: nothing to change
  1  it could not be done, or `check` has found a mistake; why is on standard error
  2  of `plan`: there are changes; otherwise: the command line is wrong

NO_COLOR=1 switches colours off.";

/// The arguments of this process; ends it where they are wrong or help was asked for.
pub(crate) fn parse() -> Cli {
    Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit())
}

/// Every command, with examples.
pub(crate) fn command() -> clap::Command {
    examples::add(Cli::command())
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
    /// Bring the database up to the metadata, in one transaction.
    Apply(ApplyArgs),
    /// Show what is another between two versions of the metadata: exit code 0 for nothing, 2 for changes.
    Diff(DiffArgs),
    /// Show what `apply` would do: exit code 0 for nothing, 2 for changes.
    Plan(PlanArgs),
    /// Bring the database back to an earlier version of the metadata.
    Rollback(RollbackArgs),
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
    /// Print completions for a shell.
    Completions(CompletionsArgs),
    /// Print a module with all that packages add to it, and where each thing is written.
    Describe(DescribeArgs),
    /// Write documentation of the modules, a page each in every language.
    Docs(DocsArgs),
    /// Print a diagram of modules and their relations (Mermaid).
    Erd(ErdArgs),
    /// Print the manual page, or write one for each command.
    Man(ManArgs),
    /// Write a new package, module or field.
    New(NewArgs),
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
    /// Mend what can be mended in one way only, and say what was changed.
    #[arg(long)]
    pub(crate) fix: bool,
    /// Folders with packages, instead of those of the settings.
    pub(crate) folders: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: an array of objects.
    Json,
    /// For programs that know SARIF 2.1.0.
    Sarif,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    /// What `plan` was made for; refuse when the database is at another version now.
    #[arg(long, value_name = "VERSION:HASH")]
    pub(crate) base: Option<String>,
}

/// What may be done beyond what the YAML says.
#[derive(Debug, Args)]
pub(crate) struct TermsArgs {
    /// A module (`Delivery`), a field (`Opportunity.value`) or a package (`shipments`) that may vanish; may be given
    /// several times. What vanishes is hidden, not dropped.
    #[arg(long, value_name = "NAME")]
    pub(crate) accept: Vec<String>,
    /// Drop what is hidden. A copy is kept for `rollback`.
    #[arg(long)]
    pub(crate) prune: bool,
}

impl TermsArgs {
    pub(crate) fn read(&self) -> kontor_domain::ddl::Terms {
        let accept = self.accept.iter().cloned().collect();
        kontor_domain::ddl::Terms { accept, prune: self.prune, ..Default::default() }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// A folder of packages, or a commit of git (`main`, `v1.2`, `HEAD~3:metadata`).
    pub(crate) from: String,
    /// As `from`.
    pub(crate) to: String,
    /// Print `major`, `minor`, `patch` or `none` and nothing else.
    #[arg(long)]
    pub(crate) semver: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    /// Print the SQL too.
    #[arg(long, conflicts_with = "json")]
    pub(crate) sql: bool,
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// The version to go back to; the one before where none is given.
    #[arg(value_name = "VERSION")]
    pub(crate) to: Option<i64>,
    /// Write the packages of that version into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) packages_to: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Print the JSON Schema of the YAML files instead, with the names of these modules and fields, for editors: of
    /// modules, or of extensions or packages.
    #[arg(long, value_enum, value_name = "OF", num_args = 0..=1, require_equals = true, default_missing_value = "module")]
    pub(crate) json_schema: Option<FileKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileKind {
    /// The files of `modules/`.
    Module,
    /// The files of `extend/`.
    Extension,
    /// `package.yaml`.
    Package,
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
    /// Give an organization another plan; what its plan allows is in the settings.
    Plan(OrgPlanArgs),
}

#[derive(Debug, Args)]
pub(crate) struct OrgCreateArgs {
    /// Short name, unique in the database.
    #[arg(long, value_parser = slug)]
    pub(crate) slug: String,
    /// Name; the short name where it is not given.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Plan; what it allows is in the settings.
    #[arg(long, default_value = kontor_domain::processes::DEFAULT_PLAN)]
    pub(crate) plan: String,
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
pub(crate) struct OrgPlanArgs {
    /// Short name of the organization.
    #[arg(value_parser = slug)]
    pub(crate) slug: String,
    /// Plan.
    pub(crate) plan: String,
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
    /// End the second factor of a user who has lost it; its sessions end.
    ResetTotp(UserResetTotpArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UserResetTotpArgs {
    /// E-mail address of the user.
    #[arg(long)]
    pub(crate) email: String,
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
pub(crate) struct CompletionsArgs {
    /// Which.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct DescribeArgs {
    /// Such as Opportunity.
    pub(crate) module: String,
    /// For programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DocsArgs {
    /// A language of the labels, as in `de`; all of them where none is named. May be given several times.
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Vec<String>,
    /// Folder to write to; a folder in it for each language.
    #[arg(long, value_name = "DIR", default_value = "modules-docs")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ErdArgs {
    /// Modules, such as Account; all where neither modules nor a package are named.
    pub(crate) modules: Vec<String>,
    /// The modules of a package.
    #[arg(long, value_name = "NAME")]
    pub(crate) package: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Folder to write a page for each command to.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
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
