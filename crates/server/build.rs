//! Builds the explorer in `console/` with npm and makes a table of its files for `src/explorer.rs`.
//!
//! Nothing here may stop the server from being built: without npm, or where npm fails, the table is empty, and the
//! reason is kept for the page at `/`. The source tree is never written to: npm works on a copy in `OUT_DIR`.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

/// What the explorer is built from, in `console/`. The browser test in `e2e/` is no part of it.
const SOURCES: [&str; 6] =
    ["index.html", "package.json", "package-lock.json", "src", "tsconfig.json", "vite.config.ts"];
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=KONTOR_SKIP_CONSOLE");
    let source = folder("CARGO_MANIFEST_DIR").join("../../console");
    let out = folder("OUT_DIR");
    for name in SOURCES {
        println!("cargo::rerun-if-changed={}", source.join(name).display());
    }
    let (table, missing) = match explorer(&source, &out.join("console")) {
        Ok(table) => (table, String::new()),
        Err(Missing { reason, loud }) => {
            if loud {
                for line in reason.lines() {
                    println!("cargo::warning={line}");
                }
            }
            ("&[]".to_owned(), reason)
        }
    };
    for (name, text) in [("assets.rs", table), ("missing.txt", missing)] {
        if let Err(error) = fs::write(out.join(name), text) {
            stop(&format!("{} cannot be written: {error}", out.join(name).display()));
        }
    }
}

/// Why there is no explorer, and whether the builder is to be told.
struct Missing {
    reason: String,
    loud: bool,
}

impl Missing {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), loud: true }
    }

    fn because(what: &str, error: &io::Error) -> Self {
        Self::new(format!("{what}: {error}"))
    }
}

/// Builds the explorer in `work`; gives the table as a Rust expression.
fn explorer(source: &Path, work: &Path) -> Result<String, Missing> {
    if env::var("KONTOR_SKIP_CONSOLE").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false")) {
        return Err(Missing {
            reason: "The build was told to leave it out (KONTOR_SKIP_CONSOLE).".to_owned(),
            loud: false,
        });
    }
    if !source.join("package.json").is_file() {
        return Err(Missing::new(format!("There is no folder {} with its sources.", source.display())));
    }
    if Command::new(NPM).arg("--version").output().is_err() {
        watch_path();
        return Err(Missing::new(
            "npm, which comes with Node, was not found: the server is built without its explorer.",
        ));
    }
    build(source, work).inspect_err(|_| {
        // A file that is never there makes cargo run this again at the next build, when the network may be back.
        println!("cargo::rerun-if-changed={}", work.join("never").display());
    })
}

/// Has this run again when npm may have come: when PATH, or what is in its folders, changes.
fn watch_path() {
    println!("cargo::rerun-if-env-changed=PATH");
    for path in env::split_paths(&env::var_os("PATH").unwrap_or_default()).filter(|path| path.is_dir()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

fn build(source: &Path, work: &Path) -> Result<String, Missing> {
    let copied = |error| Missing::because("The sources of the explorer cannot be copied", &error);
    fs::create_dir_all(work).map_err(copied)?;
    for name in SOURCES {
        replace(&source.join(name), &work.join(name)).map_err(copied)?;
    }
    install(work)?;
    npm(work, &["run", "build"])?;
    let dist = work.join("dist");
    let mut files = Vec::new();
    list(&dist, &mut files).map_err(|error| Missing::because("The built explorer cannot be read", &error))?;
    files.sort();
    if !files.contains(&dist.join("index.html")) {
        return Err(Missing::new("npm built no index.html."));
    }
    Ok(table(&dist, &files))
}

/// Installs what the lock file names, unless it is there already.
fn install(work: &Path) -> Result<(), Missing> {
    let read = |path: PathBuf| fs::read(path).unwrap_or_default();
    let wanted = [read(work.join("package.json")), read(work.join("package-lock.json"))].concat();
    let stamp = work.join("node_modules/.kontor-installed");
    if read(stamp.clone()) == wanted {
        return Ok(());
    }
    // What builds the explorer are development dependencies, which NODE_ENV=production would leave out. Without a
    // network the default retries take minutes.
    let retries = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
    npm(work, &[&["ci", "--no-audit", "--no-fund", "--include=dev"], &retries[..]].concat())?;
    fs::write(&stamp, wanted).map_err(|error| Missing::because("npm left no folder node_modules", &error))
}

fn npm(work: &Path, arguments: &[&str]) -> Result<(), Missing> {
    let shown =
        format!("npm {}", arguments.iter().take_while(|a| !a.starts_with('-')).copied().collect::<Vec<_>>().join(" "));
    let run = Command::new(NPM).args(arguments).current_dir(work).env("NO_COLOR", "1").output();
    let output = run.map_err(|error| Missing::because(&format!("`{shown}` cannot be run"), &error))?;
    if output.status.success() {
        return Ok(());
    }
    // In full for `cargo build -vv`; the last lines, which say what went wrong, for the warning and the page.
    let text = [output.stdout, output.stderr].concat();
    let _ = io::stderr().write_all(&text);
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(12)..].join("\n");
    Err(Missing::new(format!(
        "`{shown}` failed ({}), so the server is built without its explorer:\n{last}",
        output.status
    )))
}

/// Copies a file or folder over what was there before.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        replace(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The table as an expression: a slice of `Asset`s, with the compressed twin of those that have one.
fn table(dist: &Path, files: &[PathBuf]) -> String {
    let mut table = "&[\n".to_owned();
    for file in files.iter().filter(|file| file.extension().is_none_or(|extension| extension != "gz")) {
        let Some(relative) = file.strip_prefix(dist).ok().and_then(Path::to_str) else { continue };
        let path = relative.replace('\\', "/");
        let twin = PathBuf::from(format!("{}.gz", file.display()));
        let gzip = match files.binary_search(&twin) {
            Ok(_) => format!("Some(include_bytes!({twin:?}))"),
            Err(_) => "None".to_owned(),
        };
        table.push_str(&format!(
            "    Asset {{ path: {path:?}, mime: {:?}, immutable: {}, body: include_bytes!({file:?}), gzip: {gzip} }},\n",
            mime(&path),
            path.starts_with("assets/"), // The names that Vite makes there hold a hash of the content.
        ));
    }
    table.push(']');
    table
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "map" => "application/json",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// A folder that cargo names to every build script.
fn folder(variable: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(folder) => folder.into(),
        None => stop(&format!("{variable} is not set; this program is run by cargo only")),
    }
}

/// Ends the build with a message.
fn stop(message: &str) -> ! {
    println!("cargo::error={message}");
    std::process::exit(1)
}
