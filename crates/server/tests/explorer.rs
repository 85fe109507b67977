//! The explorer as a browser gets it from the binary: with the right headers, and usable without another host.

use std::{
    collections::HashMap,
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Until the greeting is printed: an empty database has to be filled first, on a busy machine.
const START: Duration = Duration::from_secs(120);
/// For the whole visit of the browser.
const VISIT: Duration = Duration::from_secs(180);
/// What the browser test exits with when there is no browser.
const NO_BROWSER: i32 = 77;

const EMAIL: &str = "admin@demo.kontor.example";
const PASSWORD: &str = "kontor-demo";

#[test]
fn a_browser_signs_in_and_sees_records() {
    let Some(script) = browser_test() else { return };
    let server = Server::start("browser");
    let screenshot = server.folder.join("explorer.png");
    let mut node = Command::new("node");
    node.arg(&script).arg("--url").arg(server.url("/"));
    node.args(["--email", EMAIL, "--password", PASSWORD, "--screenshot"]).arg(&screenshot);
    let (code, output) = finish(node);
    if code == Some(NO_BROWSER) {
        return skipped("there is no browser: install Chromium, or name one in CHROMIUM");
    }
    assert_eq!(code, Some(0), "{output}");
    assert!(screenshot.is_file(), "{output}");
}

#[test]
fn files_have_the_right_headers() {
    let server = Server::start("headers");
    let page = server.get("/", &[]);
    assert_eq!(page.status, 200);
    assert_eq!(page.head["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.head["cache-control"], "no-cache");
    assert_eq!(page.head["x-content-type-options"], "nosniff");
    assert_eq!(page.head["x-frame-options"], "DENY");
    let policy = &page.head["content-security-policy"];
    assert!(policy.contains("script-src 'self';") && !policy.contains("http"), "{policy}");

    let about = server.get("/explorer.json", &[]);
    assert_eq!((about.status, about.head["cache-control"].as_str()), (200, "no-store"));
    let about: serde_json::Value = serde_json::from_slice(&about.body).expect("JSON");
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    assert!(about["demo"].as_array().is_some_and(|users| users.iter().any(|user| user["email"] == EMAIL)), "{about}");

    assert_eq!(server.get("/assets/none-such.js", &[]).status, 404);
    let html = String::from_utf8(page.body).expect("UTF-8");
    let Some(script) = html.split('"').find(|text| text.starts_with("/assets/") && text.ends_with(".js")) else {
        assert!(html.contains("Node") && html.contains("/graphql"), "the page says what is missing: {html}");
        return skipped("the server was built without its explorer");
    };
    let plain = server.get(script, &[]);
    assert_eq!(plain.status, 200);
    assert_eq!(plain.head["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(plain.head["cache-control"], "public, max-age=31536000, immutable");
    assert!(!plain.head.contains_key("content-encoding"));
    let small = server.get(script, &["accept-encoding: br, gzip"]);
    assert_eq!(small.head["content-encoding"], "gzip");
    assert_eq!(small.head["vary"], "accept-encoding");
    assert!(small.body.len() * 2 < plain.body.len() && small.body.starts_with(&[0x1f, 0x8b]));
}

/// The browser test's script, beside the packages that the build script installed; `None` when it cannot run.
fn browser_test() -> Option<PathBuf> {
    let console = Path::new(env!("OUT_DIR")).join("console");
    if Command::new("node").arg("--version").output().is_err() {
        skipped("there is no Node");
        return None;
    }
    let built = include_str!(concat!(env!("OUT_DIR"), "/missing.txt")).is_empty();
    if !built || !console.join("node_modules/playwright-core").is_dir() {
        skipped("the server was built without its explorer: Node with npm is needed");
        return None;
    }
    let script = console.join("e2e/explorer.mjs");
    fs::create_dir_all(console.join("e2e")).expect("a folder");
    fs::copy(root().join("console/e2e/explorer.mjs"), &script).expect("the script is copied");
    Some(script)
}

/// Tells loudly that something was not tested; where everything has to be, that is a failure.
fn skipped(why: &str) {
    assert!(!env::var("CI").is_ok_and(|ci| ci == "true"), "under CI this must be tested: {why}");
    // Past the capture of the test harness, so that it is seen in a run that passes.
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED, NOT TESTED: {why} ***\n");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs to the end or to the deadline; gives the exit code and everything printed.
fn finish(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let _ = out.read_to_string(&mut text);
        let _ = err.read_to_string(&mut text);
        let _ = send.send(text);
    });
    // The pipes are closed when the program ends.
    let deadline = Instant::now() + VISIT;
    let Ok(text) = receive.recv_timeout(VISIT) else {
        let _ = child.kill();
        let _ = child.wait();
        return (None, format!("not done after {VISIT:?}"));
    };
    while Instant::now() < deadline {
        match child.try_wait().expect("the program can be waited for") {
            Some(status) => return (status.code(), text),
            None => thread::yield_now(),
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    (None, text)
}

/// A demo server of its own, ended when dropped.
struct Server {
    child: Child,
    folder: PathBuf,
    /// Host and port.
    address: String,
}

impl Server {
    fn start(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("explorer-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let log = fs::File::create(folder.join("log.txt")).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_kontor"))
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--database"])
            .arg(format!("sqlite:{}", folder.join("kontor.db").display()))
            .env("KONTOR_SIGNING_KEY", folder.join("key"))
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let mut server = Self { child, folder, address: String::new() };
        server.address = server.greeted();
        server
    }

    /// Waits for the greeting and reads the address from it.
    fn greeted(&mut self) -> String {
        let output = self.child.stdout.take().expect("piped");
        let (send, receive) = mpsc::channel();
        // Reads on to the end, so that the server can always print.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(address) = line.trim().strip_prefix("Explorer").map(str::trim) {
                    let _ = send.send(address.trim_start_matches("http://").trim_end_matches('/').to_owned());
                }
            }
        });
        receive.recv_timeout(START).unwrap_or_else(|_| {
            let log = fs::read_to_string(self.folder.join("log.txt")).unwrap_or_default();
            panic!("the server did not start within {START:?}:\n{log}")
        })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn get(&self, path: &str, headers: &[&str]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        let mut request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        headers.iter().for_each(|header| request.push_str(&format!("{header}\r\n")));
        stream.write_all(format!("{request}\r\n").as_bytes()).expect("the request is sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        Answer::parse(&bytes)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

struct Answer {
    status: u16,
    head: HashMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..end].to_vec()).expect("UTF-8");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status").parse().expect("a number");
        let head = lines.filter_map(|line| line.split_once(':'));
        let head = head.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }
}
