//! Messages to users: the only way by which a token leaves the program other than in an answer.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::{
    fmt,
    io::{self, Write as _},
    path::PathBuf,
};

/// A message.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Address of the receiver.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

impl fmt::Debug for Mail {
    /// The text may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Takes messages on their way.
pub trait Mailer: Send + Sync {
    /// Takes a message; it may block for as long as writing a file takes.
    ///
    /// # Errors
    /// When it was not taken.
    fn send(&self, mail: &Mail) -> io::Result<()>;
}

/// Takes none.
#[derive(Debug, Clone, Copy)]
pub struct NoMail;

impl Mailer for NoMail {
    fn send(&self, _mail: &Mail) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "no way to send mail is configured (setting `mail.folder`)"))
    }
}

/// A folder that messages are put into, one file each (RFC 5322, `.eml`), whole or not at all, for a mail server to pick
/// up; only its owner may read them, since they hold tokens.
#[derive(Debug, Clone)]
pub struct MailFolder {
    /// The folder.
    pub folder: PathBuf,
    /// Address of the sender.
    pub from: String,
}

impl Mailer for MailFolder {
    fn send(&self, mail: &Mail) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let id = uuid::Uuid::now_v7();
        let (unfinished, finished) = (self.folder.join(format!(".{id}.tmp")), self.folder.join(format!("{id}.eml")));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&unfinished)?;
        file.write_all(message(&self.from, mail, &id.to_string()).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(unfinished, finished)
    }
}

/// A message as it travels. What does not belong into a header is left out, so that no address brings one along.
fn message(from: &str, mail: &Mail, id: &str) -> String {
    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain.trim_end_matches('>'));
    let subject = plain(&mail.subject);
    let subject = match subject.is_ascii() {
        true => subject,
        // RFC 2047.
        false => format!("=?UTF-8?B?{}?=", BASE64.encode(subject)),
    };
    let body = BASE64.encode(mail.text.replace('\n', "\r\n"));
    let lines: Vec<_> = body.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    format!(
        "Date: {}\r\nFrom: {}\r\nTo: {}\r\nMessage-ID: <{id}@{}>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        chrono::Utc::now().to_rfc2822(),
        plain(from),
        plain(&mail.to),
        plain(domain),
        lines.join("\r\n"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_private_file_and_brings_no_headers_along() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = MailFolder { folder: folder.path().join("mail"), from: "Kontor <kontor@example.com>".to_owned() };
        let to = "ada@example.com\r\nBcc: eve@example.com".to_owned();
        let text = "Grüße\n".repeat(30);
        mailer.send(&Mail { to, subject: "Einladung für Ada".to_owned(), text: text.clone() }).unwrap();
        let files: Vec<_> = std::fs::read_dir(&mailer.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&files[0].metadata().unwrap().permissions()) & 0o777, 0o600);
        let written = std::fs::read_to_string(&files[0]).unwrap();
        let (headers, body) = written.split_once("\r\n\r\n").unwrap();
        assert_eq!(headers.lines().count(), 8, "{headers}");
        assert!(headers.contains("To: ada@example.comBcc: eve@example.com\r\n"), "{headers}");
        assert!(headers.contains("Subject: =?UTF-8?B?"), "{headers}");
        let body: String = body.lines().collect();
        assert_eq!(BASE64.decode(body).unwrap(), text.replace('\n', "\r\n").as_bytes());
    }
}
