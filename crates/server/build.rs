//! Builds the explorer in `console/` with npm and embeds it, so that the binary needs nothing beside itself.
//!
//! Works on a copy below `OUT_DIR`, never in the source tree. Where that is not possible (no Node, no network for the
//! first install, `KONTOR_SKIP_CONSOLE=1`) the program is built all the same, and `/` says what is missing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What is copied, and what makes the explorer be built again.
const SOURCES: [&str; 6] = ["package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "index.html", "src"];

fn main() {
    let console = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../console");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=KONTOR_SKIP_CONSOLE");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", console.join(source).display());
    }
    let built = if env::var("KONTOR_SKIP_CONSOLE").is_ok_and(|value| value == "1") {
        Err("This program was built with KONTOR_SKIP_CONSOLE=1.".to_owned())
    } else {
        build(&console, &out.join("console"))
    };
    let (assets, missing) = match built.and_then(|dist| table(&dist).map_err(|error| error.to_string())) {
        Ok(assets) => (assets, None),
        Err(reason) => {
            println!("cargo:warning=the explorer is not embedded: {}", reason.replace('\n', " "));
            (String::new(), Some(reason))
        }
    };
    let code = format!("const MISSING: Option<&str> = {missing:?};\nstatic ASSETS: &[Asset] = &[\n{assets}];\n");
    fs::write(out.join("assets.rs"), code).expect("OUT_DIR is writable");
}

/// Builds the console in `work`; the folder to embed, or why there is none.
fn build(console: &Path, work: &Path) -> Result<PathBuf, String> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if Command::new(npm).arg("--version").output().is_err() {
        return Err("npm was not found when this program was built.".to_owned());
    }
    let failed = |error: io::Error| format!("Copying the console's sources failed: {error}.");
    fs::create_dir_all(work).map_err(failed)?;
    remove(&work.join("src")).map_err(failed)?;
    remove(&work.join("dist")).map_err(failed)?;
    for source in SOURCES {
        copy(&console.join(source), &work.join(source)).map_err(failed)?;
    }
    // Installing takes most of the time and depends on the lock file alone.
    let lock = fs::read(work.join("package-lock.json")).map_err(failed)?;
    let stamp = work.join("installed.lock");
    if fs::read(&stamp).ok().as_deref() != Some(lock.as_slice()) {
        run(npm, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)?;
        fs::write(&stamp, &lock).map_err(failed)?;
    }
    run(npm, &["run", "build"], work)?;
    Ok(work.join("dist"))
}

/// Runs npm; on failure the end of what it said.
fn run(npm: &str, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let command = format!("npm {}", arguments.join(" "));
    let output = Command::new(npm).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("`{command}` could not be started: {error}."))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    Err(format!("`{command}` failed:\n{}", lines[lines.len().saturating_sub(8)..].join("\n")))
}

/// Rust code of one `Asset` per file.
fn table(dist: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    walk(dist, &mut files)?;
    files.sort();
    let mut code = String::new();
    for file in files.iter().filter(|file| file.extension().is_none_or(|e| e != "gz")) {
        let path = file.strip_prefix(dist).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        // Vite puts a hash into every name below assets/.
        let immutable = path.starts_with("assets/");
        let mut packed = file.clone().into_os_string();
        packed.push(".gz");
        let packed = Path::new(&packed);
        let gzip = if packed.is_file() { format!("Some(include_bytes!({packed:?}))") } else { "None".to_owned() };
        let mime = mime(file);
        writeln!(
            code,
            "    Asset {{ path: {path:?}, mime: {mime:?}, immutable: {immutable}, bytes: include_bytes!({file:?}), gzip: {gzip} }},"
        )
        .map_err(io::Error::other)?;
    }
    Ok(code)
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ttf" => "font/ttf",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
