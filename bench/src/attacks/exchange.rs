//! Requests as an attacker writes them, and what is answered.

use crate::failure::Failure;
use serde_json::Value;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends bytes, as long as they are taken, and reads one answer.
pub(super) async fn exchange(port: u16, request: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.into_split();
    // A server that has seen enough answers before it has read everything, and closes.
    let sending = tokio::spawn(async move {
        let _ = writer.write_all(&request).await;
        writer
    });
    let mut answer = Vec::new();
    let read = async {
        while !is_whole(&answer) {
            match reader.read_buf(&mut answer).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    };
    let answered = timeout(PATIENCE, read).await.is_ok();
    sending.abort();
    if answered { Ok(answer) } else { Err(Failure::Answer("no answer within a minute".to_owned())) }
}

/// Whether an answer has arrived with its body.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| answer.len() >= end + 4 + length)
}

/// What was answered, in a few words: the status, the code, and the limit or the beginning of the message.
pub(super) fn shown(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let status = text.split(' ').nth(1).unwrap_or("no answer").to_owned();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    format!("{status} {}", of_body(body)).trim().to_owned()
}

/// The same of a body.
pub(super) fn of_body(body: &str) -> String {
    let Ok(json) = serde_json::from_str::<Value>(body) else { return shortened(body) };
    let errors = json.get("errors").or_else(|| json.get("payload")).and_then(Value::as_array);
    let Some(error) = errors.and_then(|errors| errors.first()) else { return "data".to_owned() };
    let extensions = &error["extensions"];
    let code = extensions["code"].as_str().unwrap_or_default();
    match extensions["limit"]["name"].as_str() {
        Some(limit) => format!("{code}, limit `{limit}`"),
        None => format!("{code}: {}", shortened(error["message"].as_str().unwrap_or_default())),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().replace('|', "/");
    if line.chars().count() <= 60 { line } else { line.chars().take(60).chain(['…']).collect() }
}
