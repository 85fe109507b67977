use super::{Answer, Place};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Longer than anything here takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// A `kontor serve` that listens; killed when dropped.
pub(crate) struct Served {
    child: Child,
    /// Reads what it logs.
    log: Option<JoinHandle<String>>,
    /// Host and port.
    pub(crate) address: String,
    /// What it greets with.
    pub(crate) greeting: String,
}

impl Served {
    /// Serves on a free port.
    pub(crate) fn start(place: &Place, args: &[&str]) -> Self {
        Self::start_with(place, args, &[])
    }

    /// The same with settings in the environment.
    pub(crate) fn start_with(place: &Place, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
        let mut command = place.command(&args);
        command.envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut errors = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            while let Some(Ok(line)) = lines.next() {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut greeting = String::new();
        let end = Instant::now() + DEADLINE;
        loop {
            match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => greeting.push_str(&format!("{line}\n")),
                Err(why) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    panic!("no greeting ({why}): {greeting}\n{}", log.join().unwrap());
                }
            }
            if greeting.contains("Stop with") {
                break;
            }
        }
        let address = greeting.split_once("http://").unwrap().1.split_once('/').unwrap().0.to_owned();
        Self { child, log: Some(log), address, greeting }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        Answer::to(&self.address, "GET", path, None, "")
    }

    /// The data of an answer without errors.
    #[track_caller]
    pub(crate) fn data(&self, token: &str, query: &str) -> Value {
        let answer = Answer::graphql(&self.address, Some(token), query, &json!({}));
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// Signs in; the whole answer.
    pub(crate) fn login(&self, email: &str, password: &str) -> Value {
        let query = "mutation($email: String!, $password: String!) { \
                     login(email: $email, password: $password) { accessToken } }";
        Answer::graphql(&self.address, None, query, &json!({"email": email, "password": password}))
    }

    /// Signs in; the token.
    #[track_caller]
    pub(crate) fn token(&self, email: &str, password: &str) -> String {
        let answer = self.login(email, password);
        answer["data"]["login"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it; all that it has logged.
    pub(crate) fn log(mut self) -> String {
        self.terminate();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }

    /// The time that all its threads have been computing.
    pub(crate) fn computed(&self) -> Duration {
        let nanoseconds = |thread: std::fs::DirEntry| -> Option<u64> {
            let told = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            told.split_ascii_whitespace().next()?.parse().ok()
        };
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        Duration::from_nanos(threads.filter_map(|thread| nanoseconds(thread.ok()?)).sum())
    }

    /// Kills it where it stands (SIGKILL).
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for it to end by itself.
    pub(crate) fn ended(mut self) -> ExitStatus {
        let end = Instant::now() + DEADLINE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("still serving after {DEADLINE:?}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
