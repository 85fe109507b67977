//! Settings, resolved once: defaults < file < environment < flags. Every mistake is named at once.

mod file;
mod numbers;

use crate::{cli::Common, failure::Failure};
use file::{File, Plan};
use kontor_domain::{
    quota::{Quota, Quotas},
    store::Location,
};
use kontor_gateway::{
    auth::Issuer,
    engine::Introspection,
    feeds::NatsSettings,
    http::{Connections, Origins, Proxies},
};
use numbers::Numbers;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where settings are looked for unless a file is named.
const FILE: &str = "config/kontor.toml";

/// Resolved settings.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) body_limit: usize,
    /// What stands before the paths of this server in addresses that it gives out.
    pub(crate) public_url: String,
    pub(crate) explorer: bool,
    pub(crate) trace: bool,
    /// Whether browsers are told to come over TLS only.
    pub(crate) hsts: bool,
    pub(crate) body_timeout: Duration,
    pub(crate) held: Connections,
    pub(crate) numbers: Numbers,
    pub(crate) introspection: Introspection,
    pub(crate) origins: Origins,
    pub(crate) proxies: Proxies,
    pub(crate) documents: DocumentMode,
    pub(crate) manifest: Option<PathBuf>,
    pub(crate) files: PathBuf,
    pub(crate) file_size_limit: u64,
    pub(crate) file_count_limit: usize,
    pub(crate) location: Location,
    pub(crate) connections: usize,
    pub(crate) statement_timeout: Duration,
    /// The role that PostgreSQL confines to one organization; none does without.
    pub(crate) tenant_role: Option<String>,
    /// What organizations may have.
    pub(crate) quotas: Quotas,
    pub(crate) packages: Vec<PathBuf>,
    /// Whether their files are watched, where that is said.
    pub(crate) watch: Option<bool>,
    pub(crate) signing_key: PathBuf,
    pub(crate) encryption_key: PathBuf,
    pub(crate) access_token: Duration,
    /// How long a session may be continued.
    pub(crate) session: Duration,
    /// What stands before the addresses of pages in messages.
    pub(crate) pages: Option<String>,
    /// Who else signs users in.
    pub(crate) issuer: Option<Issuer>,
    /// Folder that messages are put into.
    pub(crate) mail_folder: Option<PathBuf>,
    /// Their sender.
    pub(crate) mail_from: String,
    /// How long changes are kept for live feeds.
    pub(crate) events_retention: Duration,
    /// How often records are looked for that are kept no longer.
    pub(crate) retention_interval: Duration,
    /// What carries events between gateways instead of the database.
    pub(crate) nats: Option<NatsSettings>,
    pub(crate) log_json: bool,
    pub(crate) log_filter: String,
}

/// Which documents requests may name instead of sending them, and which they may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentMode {
    Off,
    Automatic,
    AllowList,
}

/// Resolves the settings.
pub(crate) fn resolve(common: &Common, listen: Option<&str>) -> Result<Settings, Failure> {
    let (file, mut mistakes) = read(common.config.as_deref())?;
    let resolved = resolve_with(common, listen, file, &|name| std::env::var(name).ok());
    let resolved = resolved.map_err(|more| mistakes.extend(more)).ok().filter(|_| mistakes.is_empty());
    resolved.ok_or_else(|| {
        let count = mistakes.len();
        let list: String = mistakes.iter().map(|m| format!("\n  - {m}")).collect();
        Failure::new(format!("the settings have {count} mistake{}:{list}", if count == 1 { "" } else { "s" }))
            .help(format!("every setting with its default is in {FILE}"))
    })
}

/// What the file sets, and what is wrong with it.
fn read(named: Option<&Path>) -> Result<(File, Vec<String>), Failure> {
    let path = named.unwrap_or(Path::new(FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(Failure::because(format!("the settings {} cannot be read", path.display()), &error)),
    };
    File::parse(&text).map_err(|error| {
        Failure::new(format!("the settings {} are no TOML:\n{}", path.display(), error.to_string().trim_end()))
    })
}

fn resolve_with(
    common: &Common,
    listen: Option<&str>,
    file: File,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, Vec<String>> {
    let mut mistakes = Vec::new();
    let mut number = |name: &str, from_file: Option<u64>, default: u64| match environment(name) {
        Some(text) => text.parse().unwrap_or_else(|_| {
            mistakes.push(format!("{name} is `{text}`, which is not a whole number"));
            default
        }),
        None => from_file.unwrap_or(default),
    };
    let body_limit = number("KONTOR_BODY_LIMIT", file.server.body_limit, 1 << 20);
    let head_timeout = number("KONTOR_HEAD_TIMEOUT", file.server.head_timeout, 30);
    let body_timeout = number("KONTOR_BODY_TIMEOUT", file.server.body_timeout, 30);
    let held = number("KONTOR_CONNECTIONS", file.server.connections, 10_000);
    let connections = number("KONTOR_DATABASE_CONNECTIONS", file.database.connections, 16);
    let statement_timeout = number("KONTOR_STATEMENT_TIMEOUT", file.database.statement_timeout, 10);
    let access_token_minutes = number("KONTOR_ACCESS_TOKEN_MINUTES", file.auth.access_token_minutes, 15);
    let session_days = number("KONTOR_SESSION_DAYS", file.auth.session_days, 30);
    let retention_days = number("KONTOR_EVENTS_RETENTION_DAYS", file.events.retention_days, 7);
    let retention_hours = number("KONTOR_RETENTION_INTERVAL_HOURS", file.retention.interval_hours, 24);
    let replicas = number("KONTOR_NATS_REPLICAS", file.events.nats.replicas, 1);
    let max_bytes = number("KONTOR_NATS_MAX_BYTES", file.events.nats.max_bytes, 256 << 20);
    let file_size_limit = number("KONTOR_FILE_SIZE_LIMIT", file.files.size_limit, 25 << 20);
    let file_count_limit = number("KONTOR_FILE_COUNT_LIMIT", file.files.count_limit, 10);
    for (name, value, most) in [
        ("server.body_limit", body_limit, 1 << 30),
        ("server.head_timeout", head_timeout, 3_600),
        ("server.body_timeout", body_timeout, 3_600),
        ("server.connections", held, 1_000_000),
        ("database.connections", connections, 1_000),
        ("database.statement_timeout", statement_timeout, 86_400),
        ("auth.access_token_minutes", access_token_minutes, 1_440),
        ("auth.session_days", session_days, 3_650),
        ("events.retention_days", retention_days, 3_650),
        ("retention.interval_hours", retention_hours, 8_760),
        ("events.nats.replicas", replicas, 5),
        ("events.nats.max_bytes", max_bytes, 1 << 50),
        ("files.size_limit", file_size_limit, 1 << 30),
        ("files.count_limit", file_count_limit, 1_000),
    ] {
        if !(1..=most).contains(&value) {
            mistakes.push(format!("{name} is {value}; it must be from 1 to {most}"));
        }
    }
    let mut switch = |name: &str, from_file: Option<bool>, default: bool| match environment(name).as_deref() {
        None => from_file.unwrap_or(default),
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        Some(other) => {
            mistakes.push(format!("{name} is `{other}`; it must be true or false"));
            default
        }
    };
    let explorer = switch("KONTOR_EXPLORER", file.server.explorer, true);
    let trace = switch("KONTOR_TRACE", file.server.trace, true);
    let hsts = switch("KONTOR_HSTS", file.server.hsts, true);
    let is_said = file.metadata.watch.is_some() || environment("KONTOR_WATCH").is_some();
    let watch = is_said.then(|| switch("KONTOR_WATCH", file.metadata.watch, false));
    let numbers = Numbers::resolve(&file.numbers, environment, &mut mistakes);
    let otherwise = numbers.quota();
    let quota = |plan: &Plan| Quota {
        users: plan.max_users.map_or(otherwise.users, numbers::some),
        records: plan.max_records.map_or(otherwise.records, numbers::some),
    };
    let plans = file.plans.iter().flatten().map(|(name, plan)| (name.clone(), quota(plan))).collect();
    let text = |flag: Option<&str>, name: &str, from_file: Option<String>, default: &str| {
        flag.map(str::to_owned).or_else(|| environment(name)).or(from_file).unwrap_or_else(|| default.to_owned())
    };
    let listen = text(listen, "KONTOR_LISTEN", file.server.listen, "127.0.0.1:8080");
    let address = listen.parse().unwrap_or_else(|_| {
        mistakes.push(format!("server.listen is `{listen}`; it must be an address and a port such as 127.0.0.1:8080"));
        SocketAddr::from(([127, 0, 0, 1], 8080))
    });
    let public_url = text(None, "KONTOR_PUBLIC_URL", file.server.public_url, "");
    if !(public_url.is_empty() || public_url.starts_with("http://") || public_url.starts_with("https://")) {
        mistakes.push(format!("server.public_url is `{public_url}`; it must be such as https://crm.example.com"));
    }
    let named = match environment("KONTOR_CORS_ORIGINS") {
        Some(list) => list.split(',').map(|origin| origin.trim().to_owned()).filter(|o| !o.is_empty()).collect(),
        None => file.cors.origins.unwrap_or_default(),
    };
    let origins = Origins::parse(&named).unwrap_or_else(|wrong| {
        mistakes.push(format!(
            "cors.origins has `{wrong}`; an origin is such as https://app.example.com, and `*` stands alone"
        ));
        Origins::default()
    });
    let roles = match environment("KONTOR_INTROSPECTION_ROLES") {
        Some(list) => list.split(',').map(|role| role.trim().to_owned()).filter(|role| !role.is_empty()).collect(),
        None => file.introspection.roles.unwrap_or_else(|| vec!["*".to_owned()]),
    };
    let introspection = match &roles[..] {
        [all] if all == "*" => Introspection::Everybody,
        roles => {
            let name = |role: &String| !role.is_empty() && role.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            for wrong in roles.iter().filter(|role| !name(role)) {
                mistakes.push(format!(
                    "introspection.roles has `{wrong}`; a role is such as sales_rep, and `*` stands alone"
                ));
            }
            Introspection::Roles(roles.iter().cloned().collect())
        }
    };
    let named = match environment("KONTOR_TRUSTED_PROXIES") {
        Some(list) => list.split(',').map(|ip| ip.trim().to_owned()).filter(|ip| !ip.is_empty()).collect(),
        None => file.server.trusted_proxies.unwrap_or_default(),
    };
    let mut proxies = Proxies::default();
    for text in named {
        match text.parse() {
            Ok(address) => proxies.0.push(address),
            Err(_) => {
                mistakes.push(format!("server.trusted_proxies has `{text}`; it must be an address such as 10.0.0.1"))
            }
        }
    }
    let mode = text(None, "KONTOR_DOCUMENTS", file.documents.mode, "automatic");
    let documents = match mode.as_str() {
        "off" => DocumentMode::Off,
        "automatic" => DocumentMode::Automatic,
        "allow_list" => DocumentMode::AllowList,
        other => {
            mistakes.push(format!("documents.mode is `{other}`; it must be off, automatic or allow_list"));
            DocumentMode::Off
        }
    };
    let manifest = text(None, "KONTOR_DOCUMENTS_MANIFEST", file.documents.manifest, "");
    if documents == DocumentMode::AllowList && manifest.is_empty() {
        mistakes.push("documents.manifest is missing; documents.mode = \"allow_list\" needs it".to_owned());
    }
    let files = text(None, "KONTOR_FILES", file.files.folder, "data/files");
    let url = text(common.database.as_deref(), "KONTOR_DATABASE_URL", file.database.url, "sqlite:data/kontor.db");
    let location = Location::parse(&url).unwrap_or_else(|why| {
        mistakes.push(format!("database.url is not valid: {why}"));
        Location::Sqlite(PathBuf::new())
    });
    let tenant_role = text(None, "KONTOR_TENANT_ROLE", file.database.tenant_role, "kontor_tenant");
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if tenant_role.len() > 63
        || !tenant_role.chars().all(plain)
        || tenant_role.starts_with(|c: char| c.is_ascii_digit())
    {
        mistakes.push(format!(
            "database.tenant_role is `{tenant_role}`; it must be of up to 63 small letters, digits and `_`, or empty"
        ));
    }
    let events_retention = Duration::from_secs(retention_days.saturating_mul(86_400));
    let bus = text(None, "KONTOR_EVENTS_BUS", file.events.bus, "database");
    if !matches!(bus.as_str(), "database" | "nats") {
        mistakes.push(format!("events.bus is `{bus}`; it must be database or nats"));
    }
    if bus == "nats" && matches!(location, Location::Sqlite(_)) {
        mistakes.push(
            "events.bus is `nats`, which is for several servers of one PostgreSQL database; on SQLite it must be database"
                .to_owned(),
        );
    }
    let servers = text(None, "KONTOR_NATS_URL", file.events.nats.url, "nats://127.0.0.1:4222");
    let credentials = text(None, "KONTOR_NATS_CREDENTIALS", file.events.nats.credentials, "");
    let certificates = text(None, "KONTOR_NATS_CERTIFICATES", file.events.nats.certificates, "");
    let stream = text(None, "KONTOR_NATS_STREAM", file.events.nats.stream, "");
    if !stream.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        mistakes.push(format!("events.nats.stream is `{stream}`; it must be of letters, digits, `-` and `_`"));
    }
    let nats = NatsSettings {
        servers: servers.split(',').map(|server| server.trim().to_owned()).collect(),
        credentials: Some(credentials).filter(|file| !file.is_empty()).map(PathBuf::from),
        certificates: Some(certificates).filter(|file| !file.is_empty()).map(PathBuf::from),
        stream: Some(stream).filter(|name| !name.is_empty()),
        replicas: usize::try_from(replicas).unwrap_or(usize::MAX),
        max_bytes: i64::try_from(max_bytes).unwrap_or(i64::MAX),
        // Whoever was away for longer reads the log.
        max_age: events_retention.min(Duration::from_secs(86_400)),
    };
    let log_format = text(None, "KONTOR_LOG_FORMAT", file.log.format, "text");
    if !matches!(log_format.as_str(), "text" | "json") {
        mistakes.push(format!("log.format is `{log_format}`; it must be text or json"));
    }
    let packages = match environment("KONTOR_PACKAGES") {
        _ if !common.packages.is_empty() => common.packages.clone(),
        Some(list) => std::env::split_paths(&list).collect(),
        None => file.metadata.packages.unwrap_or_else(|| vec!["config/packages".into()]),
    };
    let path = |path: Option<PathBuf>| path.map(|path| path.display().to_string());
    let signing_key = text(None, "KONTOR_SIGNING_KEY", path(file.auth.signing_key), "data/signing-key");
    let encryption_key = text(None, "KONTOR_ENCRYPTION_KEY", path(file.auth.encryption_key), "data/encryption-key");
    let pages = text(None, "KONTOR_PAGES", file.auth.pages, "");
    if !(pages.is_empty() || pages.starts_with("http://") || pages.starts_with("https://")) {
        mistakes.push(format!("auth.pages is `{pages}`; it must be such as https://crm.example.com"));
    }
    let mail_folder = text(None, "KONTOR_MAIL_FOLDER", file.mail.folder, "data/mail");
    let mail_from = text(None, "KONTOR_MAIL_FROM", file.mail.from, "kontor@localhost");
    let issuer = text(None, "KONTOR_OIDC_ISSUER", file.oidc.issuer, "");
    let client_id = text(None, "KONTOR_OIDC_CLIENT_ID", file.oidc.client_id, "");
    let client_secret = text(None, "KONTOR_OIDC_CLIENT_SECRET", file.oidc.client_secret, "");
    let page = text(None, "KONTOR_OIDC_PAGE", file.oidc.page, "");
    if !issuer.is_empty() && (client_id.is_empty() || client_secret.is_empty()) {
        mistakes.push("oidc.issuer needs oidc.client_id and oidc.client_secret".to_owned());
    }
    let local = ["http://localhost", "http://127.0.0.1"].iter().any(|local| issuer.starts_with(local));
    if !(issuer.is_empty() || issuer.starts_with("https://") || local) {
        mistakes.push(format!("oidc.issuer is `{issuer}`; it must be such as https://login.example.com"));
    }
    let log_filter = text(None, "KONTOR_LOG", file.log.filter, "info");
    if let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&log_filter) {
        mistakes.push(format!("log.filter is `{log_filter}`: {error}"));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let public_url = match public_url.trim_end_matches('/') {
        "" => format!("http://{address}"),
        given => given.to_owned(),
    };
    Ok(Settings {
        issuer: Some(issuer).filter(|url| !url.is_empty()).map(|url| Issuer {
            url,
            client_id,
            client_secret,
            callback: format!("{public_url}/auth/oidc/callback"),
            page: if page.is_empty() { format!("{public_url}/") } else { page },
        }),
        listen: address,
        body_limit: usize::try_from(body_limit).unwrap_or(usize::MAX),
        body_timeout: Duration::from_secs(body_timeout),
        held: Connections {
            head_timeout: Duration::from_secs(head_timeout),
            most: usize::try_from(held).unwrap_or(usize::MAX),
        },
        hsts: hsts && public_url.starts_with("https://"),
        numbers,
        introspection,
        public_url,
        explorer,
        trace,
        origins,
        proxies,
        documents,
        manifest: Some(manifest).filter(|m| !m.is_empty()).map(PathBuf::from),
        files: files.into(),
        file_size_limit,
        file_count_limit: usize::try_from(file_count_limit).unwrap_or(usize::MAX),
        location,
        connections: usize::try_from(connections).unwrap_or(usize::MAX),
        statement_timeout: Duration::from_secs(statement_timeout),
        quotas: Quotas { otherwise, plans },
        tenant_role: Some(tenant_role).filter(|role| !role.is_empty()),
        packages,
        watch,
        signing_key: signing_key.into(),
        encryption_key: encryption_key.into(),
        access_token: Duration::from_secs(access_token_minutes.saturating_mul(60)),
        session: Duration::from_secs(session_days.saturating_mul(86_400)),
        pages: Some(pages.trim_end_matches('/').to_owned()).filter(|pages| !pages.is_empty()),
        mail_folder: Some(mail_folder).filter(|folder| !folder.is_empty()).map(PathBuf::from),
        mail_from,
        events_retention,
        retention_interval: Duration::from_secs(retention_hours.saturating_mul(3_600)),
        nats: (bus == "nats").then_some(nats),
        log_json: log_format == "json",
        log_filter,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common() -> Common {
        Common { config: None, database: None, packages: Vec::new() }
    }

    #[test]
    fn the_shipped_file_holds_the_defaults() {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/kontor.toml")).unwrap();
        let shipped = resolve_with(&common(), None, File::parse(&text).unwrap().0, &|_| None).unwrap();
        let default = resolve_with(&common(), None, File::default(), &|_| None).unwrap();
        assert_eq!(format!("{shipped:?}"), format!("{default:?}"));
    }

    #[test]
    fn who_asks_about_the_schema_and_comes_over_tls_is_set() {
        let of = |text: &str| {
            let (file, mistakes) = File::parse(text).unwrap();
            assert!(mistakes.is_empty(), "{mistakes:?}");
            resolve_with(&common(), None, file, &|_| None)
        };
        let default = of("").unwrap();
        assert!(default.introspection == Introspection::Everybody && !default.hsts);
        let text = "[introspection]\nroles = [\"admin\"]\n[server]\npublic_url = \"https://crm.example.com\"\nhead_timeout = 5";
        let set = of(text).unwrap();
        assert_eq!(set.introspection, Introspection::Roles(["admin".to_owned()].into()));
        assert!(set.hsts && set.held.head_timeout == Duration::from_secs(5));
        assert!(!of(&format!("{text}\nhsts = false")).unwrap().hsts);
        let wrong = of("[introspection]\nroles = [\"*\", \"admin\"]").unwrap_err();
        assert_eq!(wrong, ["introspection.roles has `*`; a role is such as sales_rep, and `*` stands alone"]);
    }

    #[test]
    fn plans_have_quotas_of_their_own() {
        let text = "[organizations]\nmax_users = 5\n[organizations.plans.pro]\nmax_users = 0\nmax_records = 9";
        let (file, mistakes) = File::parse(text).unwrap();
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let environment = |name: &str| (name == "KONTOR_ORGANIZATIONS_MAX_RECORDS").then(|| "7".to_owned());
        let quotas = resolve_with(&common(), None, file, &environment).unwrap().quotas;
        assert_eq!(quotas.of(Some("starter")), Quota { users: Some(5), records: Some(7) });
        assert_eq!(quotas.of(Some("pro")), Quota { users: None, records: Some(9) });
        let (_, mistakes) = File::parse("[organizations.plans.pro]\nmax_user = 1").unwrap();
        let told = "organizations.plans is { pro = { max_user = 1 } }; it must be sections such as";
        assert!(mistakes.len() == 1 && mistakes[0].starts_with(told), "{mistakes:?}");
    }

    #[test]
    fn settings_show_no_secret() {
        let environment = |name: &str| match name {
            "KONTOR_DATABASE_URL" => Some("postgres://kontor:hidden1@db/kontor".to_owned()),
            "KONTOR_OIDC_ISSUER" => Some("https://login.example.com".to_owned()),
            "KONTOR_OIDC_CLIENT_ID" => Some("kontor".to_owned()),
            "KONTOR_OIDC_CLIENT_SECRET" => Some("hidden2".to_owned()),
            "KONTOR_EVENTS_BUS" => Some("nats".to_owned()),
            "KONTOR_NATS_URL" => Some("nats://kontor:hidden3@one:4222".to_owned()),
            _ => None,
        };
        let settings = resolve_with(&common(), None, File::default(), &environment).unwrap();
        assert!(!format!("{settings:?}").contains("hidden"), "{settings:?}");
    }

    #[test]
    fn every_mistake_is_named() {
        let (file, _) =
            File::parse("[server]\nlisten = \"here\"\n[database]\nurl = \"mysql://x\"\nconnections = 0").unwrap();
        let environment = |name: &str| (name == "KONTOR_BODY_LIMIT").then(|| "much".to_owned());
        let mistakes = resolve_with(&common(), None, file, &environment).unwrap_err();
        assert_eq!(
            mistakes,
            [
                "KONTOR_BODY_LIMIT is `much`, which is not a whole number",
                "database.connections is 0; it must be from 1 to 1000",
                "server.listen is `here`; it must be an address and a port such as 127.0.0.1:8080",
                "database.url is not valid: it begins neither with `sqlite:` nor with `postgres://`",
            ]
        );
    }

    #[test]
    fn nats_is_for_postgresql_and_its_password_is_not_shown() {
        let text = "[events]\nbus = \"nats\"\n[events.nats]\nstream = \"a.b\"\nreplica = 3";
        let (file, mistakes) = File::parse(text).unwrap();
        assert_eq!(mistakes, ["there is no setting `events.nats.replica`"]);
        let mistakes = resolve_with(&common(), None, file, &|_| None).unwrap_err();
        assert_eq!(
            mistakes,
            [
                "events.bus is `nats`, which is for several servers of one PostgreSQL database; on SQLite it must be database",
                "events.nats.stream is `a.b`; it must be of letters, digits, `-` and `_`",
            ]
        );
        let environment = |name: &str| match name {
            "KONTOR_EVENTS_BUS" => Some("nats".to_owned()),
            "KONTOR_DATABASE_URL" => Some("postgres://db/kontor".to_owned()),
            "KONTOR_NATS_URL" => Some("nats://kontor:secret@one:4222, nats://two:4222".to_owned()),
            _ => None,
        };
        let nats = resolve_with(&common(), None, File::default(), &environment).unwrap().nats.unwrap();
        assert_eq!(nats.servers.len(), 2);
        assert!(!format!("{nats:?}").contains("secret"));
    }
}
