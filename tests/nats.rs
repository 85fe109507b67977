use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// Host and port of the NATS server for tests.
#[must_use]
pub fn nats_server() -> String {
    std::env::var("KONTOR_TEST_NATS").unwrap_or_else(|_| "127.0.0.1:4222".to_owned())
}

/// A stream of NATS for one test, which the program makes; deleted with this value.
pub struct Stream {
    /// Its name.
    pub name: String,
}

impl Stream {
    /// A name that no other stream has. Without NATS with JetStream, tests that need it are skipped, and said to be; under
    /// `CI=true` they fail.
    #[must_use]
    pub fn new() -> Option<Self> {
        match request("$JS.API.INFO", b"") {
            Ok(answer) if !answer.contains("\"error\"") => {
                return Some(Self { name: format!("kontor_test_{}", uuid::Uuid::new_v4().simple()) });
            }
            Ok(answer) => crate::skipped("NATS", "KONTOR_TEST_NATS or 127.0.0.1:4222", &answer),
            Err(error) => crate::skipped("NATS", "KONTOR_TEST_NATS or 127.0.0.1:4222", &error),
        }
        None
    }

    /// Deletes it, with all its messages.
    pub fn delete(&self) {
        request(&format!("$JS.API.STREAM.DELETE.{}", self.name), b"").expect("NATS was there before");
    }

    /// How many messages it has been given; none where it is not there.
    #[must_use]
    pub fn last_sequence(&self) -> u64 {
        let info = request(&format!("$JS.API.STREAM.INFO.{}", self.name), b"").expect("NATS was there before");
        let number = info.split_once("\"last_seq\":").map(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next());
        number.flatten().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// Adds a message past the program, with lines of headers.
    pub fn publish(&self, headers: &[(&str, &str)], message: &[u8]) {
        let mut head = "NATS/1.0\r\n".to_owned();
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let answer = send(&format!("{}.events", self.name), Some(&head), message).expect("NATS was there before");
        assert!(answer.contains("\"seq\""), "{answer}");
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.delete();
    }
}

fn request(subject: &str, message: &[u8]) -> std::io::Result<String> {
    send(subject, None, message)
}

/// Sends a request in the protocol of NATS (<https://docs.nats.io/reference/reference-protocols/nats-protocol>); gives the
/// text of the answer.
fn send(subject: &str, headers: Option<&str>, message: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(nats_server())?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let length = message.len();
    let publish = match headers {
        None => format!("PUB {subject} answer {length}\r\n"),
        Some(head) => format!("HPUB {subject} answer {} {}\r\n{head}", head.len(), head.len() + length),
    };
    stream
        .write_all(format!("CONNECT {{\"verbose\":false,\"headers\":true}}\r\nSUB answer 1\r\n{publish}").as_bytes())?;
    stream.write_all(message)?;
    stream.write_all(b"\r\n")?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line.starts_with("-ERR") {
            return Err(std::io::Error::other(line));
        }
        if line.starts_with("MSG") {
            let length = line.trim_end().rsplit(' ').next().and_then(|length| length.parse().ok()).unwrap_or(0);
            let mut answer = vec![0; length];
            reader.read_exact(&mut answer)?;
            return Ok(String::from_utf8_lossy(&answer).into_owned());
        }
    }
}
