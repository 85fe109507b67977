//! Requests with files (GraphQL multipart request specification,
//! <https://github.com/jaydenseric/graphql-multipart-request-spec>): `operations`, then `map`, then the files.
//!
//! Files go to the disk as they arrive. Whoever uploads must be signed in, which also keeps other sites out: a form of
//! theirs cannot set `Authorization`.

use super::{
    Shared,
    request::{self, Envelope, Malformed, malformed},
};
use crate::{
    error::{Code, Error},
    files::{Files, Staged, Staging},
};
use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use multer::{Field, Multipart};
use serde_json::{Map, Value};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

/// Longest time without anything arriving.
const IDLE: Duration = Duration::from_secs(30);
/// Longest time for a whole request.
const WHOLE: Duration = Duration::from_secs(15 * 60);
/// Bytes that may wait to be looked at: a part's head must fit.
const WINDOW: usize = 64 << 10;

/// The media type of such requests.
pub(super) const MEDIA_TYPE: &str = "multipart/form-data";

/// Reads a request with files.
pub(super) async fn read(
    shared: &Shared,
    content_type: &str,
    body: Body,
) -> Result<(Envelope, Vec<Staged>), Malformed> {
    let Some(files) = shared.engine.files() else {
        let error = Error::input("This server takes no files.");
        return Err(Malformed { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, error });
    };
    let boundary =
        multer::parse_boundary(content_type).map_err(|_| malformed("The `boundary` of the body is missing."))?;
    let waiting = Arc::new(AtomicUsize::new(0));
    let stream = Window { body: Box::pin(body.into_data_stream()), waiting: waiting.clone(), paused: false };
    let form = Form { parts: Multipart::new(stream, boundary), waiting };
    let read = tokio::time::timeout(WHOLE, form.read(files, shared.options.body_limit));
    read.await.unwrap_or_else(|_| Err(late(WHOLE)))
}

/// A body that is being taken apart.
struct Form {
    parts: Multipart<'static>,
    waiting: Arc<AtomicUsize>,
}

impl Form {
    async fn read(mut self, files: &Files, text_limit: usize) -> Result<(Envelope, Vec<Staged>), Malformed> {
        let mut operations: Value = self.json("operations", text_limit).await?;
        let map: Value = self.json("map", text_limit).await?;
        let names = place(&mut operations, map, files.count_limit)?;
        let mut staged: Vec<Option<Staged>> = names.iter().map(|_| None).collect();
        while let Some(part) = self.next().await? {
            let name = part.name().unwrap_or_default().to_owned();
            let Some(at) = names.iter().position(|known| *known == name) else {
                return Err(malformed(format!("`map` says nothing of the file `{name}`.")));
            };
            if staged[at].is_some() {
                return Err(malformed(format!("There are two files `{name}`.")));
            }
            staged[at] = Some(self.file(files, part, &name).await?);
        }
        let arrived = names.iter().zip(staged).map(|(name, file)| {
            file.ok_or_else(|| malformed(format!("The file `{name}`, which `map` names, is missing.")))
        });
        let staged = arrived.collect::<Result<_, _>>()?;
        Ok((request::from_value(operations)?, staged))
    }

    /// The next part, which must be JSON of this name.
    async fn json(&mut self, name: &str, limit: usize) -> Result<Value, Malformed> {
        let order = "The parts of the body are `operations`, then `map`, then the files.";
        let mut part = self.next().await?.filter(|part| part.name() == Some(name)).ok_or_else(|| malformed(order))?;
        let mut text = Vec::new();
        while let Some(bytes) = self.chunk(&mut part).await? {
            text.extend_from_slice(&bytes);
            if text.len() > limit {
                let message = format!("`{name}` is longer than {limit} bytes (setting `server.body_limit`).");
                return Err(Malformed { status: StatusCode::PAYLOAD_TOO_LARGE, error: Error::input(message) });
            }
        }
        serde_json::from_slice(&text).map_err(|e| malformed(format!("`{name}` is not JSON: {e}.")))
    }

    async fn file(&mut self, files: &Files, mut part: Field<'static>, name: &str) -> Result<Staged, Malformed> {
        let mut staging = Staging::new(files).await.map_err(|e| broken(&e))?;
        while let Some(bytes) = self.chunk(&mut part).await? {
            if !staging.write(&bytes).await.map_err(|e| broken(&e))? {
                let message = format!(
                    "The file `{name}` is longer than {} bytes (setting `files.size_limit`).",
                    files.size_limit
                );
                return Err(Malformed { status: StatusCode::PAYLOAD_TOO_LARGE, error: Error::input(message) });
            }
        }
        let media_type = part.content_type().map(|mime| mime.essence_str().to_owned()).filter(|mime| mime.len() <= 127);
        staging.finish(plain_name(part.file_name()), media_type).await.map_err(|e| broken(&e))
    }

    async fn next(&mut self) -> Result<Option<Field<'static>>, Malformed> {
        let next = tokio::time::timeout(IDLE, self.parts.next_field()).await.map_err(|_| late(IDLE))?;
        self.waiting.store(0, Ordering::Relaxed);
        next.map_err(|e| malformed_body(&e))
    }

    async fn chunk(&self, part: &mut Field<'static>) -> Result<Option<Bytes>, Malformed> {
        let chunk = tokio::time::timeout(IDLE, part.chunk()).await.map_err(|_| late(IDLE))?;
        self.waiting.store(0, Ordering::Relaxed);
        chunk.map_err(|e| malformed_body(&e))
    }
}

/// Puts the number of its file in each place that `map` names; gives the names of the files, in this order.
fn place(operations: &mut Value, map: Value, limit: usize) -> Result<Vec<String>, Malformed> {
    if !operations.is_object() {
        return Err(malformed("`operations` must be a JSON object with `query`; batches are not accepted."));
    }
    let Value::Object(map) = map else { return Err(malformed(MAP)) };
    if map.len() > limit {
        let message =
            format!("The request has {} files; at most {limit} are allowed (setting `files.count_limit`).", map.len());
        return Err(Malformed { status: StatusCode::PAYLOAD_TOO_LARGE, error: Error::input(message) });
    }
    for (number, (name, paths)) in map.iter().enumerate() {
        let paths = paths.as_array().filter(|paths| !paths.is_empty()).ok_or_else(|| malformed(MAP))?;
        for path in paths {
            let path = path.as_str().ok_or_else(|| malformed(MAP))?;
            let place = find(operations, path).filter(|place| place.is_null()).ok_or_else(|| {
                malformed(format!(
                    "The path `{path}` of the file `{name}` leads to no `null` in the variables of `operations`."
                ))
            })?;
            *place = Value::String(number.to_string());
        }
    }
    Ok(map.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
}

const MAP: &str = "`map` must be a JSON object with a list of paths for each file: `{\"0\": [\"variables.file\"]}`.";

/// The value at a path of keys and indexes with points between.
fn find<'v>(operations: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    let mut steps = path.split('.');
    let root: &mut Map<String, Value> = operations.as_object_mut()?;
    let variables = root.get_mut("variables").filter(|_| steps.next() == Some("variables"))?;
    steps.try_fold(variables, |value, step| match value {
        Value::Object(object) => object.get_mut(step),
        Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The last part of a name without what no file system would like, and of bearable length.
fn plain_name(given: Option<&str>) -> String {
    let name = given.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(255).collect();
    let name = name.trim();
    if matches!(name, "" | "." | "..") { "file".to_owned() } else { name.to_owned() }
}

fn malformed_body(error: &multer::Error) -> Malformed {
    match error {
        multer::Error::StreamReadFailed(_) => malformed("The body ended too early, or the head of a part is too long."),
        _ => malformed("The body is no well-formed multipart/form-data."),
    }
}

fn late(limit: Duration) -> Malformed {
    let error = Error::input(format!("The body did not arrive within {} seconds.", limit.as_secs()));
    Malformed { status: StatusCode::REQUEST_TIMEOUT, error }
}

fn broken(error: &std::io::Error) -> Malformed {
    tracing::error!(%error, "an uploaded file could not be written");
    let error = Error::new(Code::Internal, "The file could not be kept.");
    Malformed { status: StatusCode::INTERNAL_SERVER_ERROR, error }
}

/// A body of which only so much is taken as was made use of: the parser would take all that there is, and keep it.
struct Window<S> {
    body: Pin<Box<S>>,
    waiting: Arc<AtomicUsize>,
    paused: bool,
}

impl<S: futures_core::Stream<Item = Result<Bytes, axum::Error>>> futures_core::Stream for Window<S> {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.waiting.load(Ordering::Relaxed) >= WINDOW {
            if self.paused {
                return Poll::Ready(Some(Err(std::io::Error::other("the head of a part is too long"))));
            }
            self.paused = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.paused = false;
        let polled = self.body.as_mut().poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            self.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        }
        polled.map_err(std::io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_are_put_where_the_map_says() {
        let mut operations = json!({"query": "…", "variables": {"a": null, "list": [{"file": null}, null]}});
        let map = json!({"x": ["variables.a", "variables.list.1"], "y": ["variables.list.0.file"]});
        assert_eq!(place(&mut operations, map, 2).ok(), Some(vec!["x".to_owned(), "y".to_owned()]));
        assert_eq!(operations["variables"], json!({"a": "0", "list": [{"file": "1"}, "0"]}));
    }

    #[test]
    fn a_map_that_does_not_fit_is_refused() {
        for map in [
            json!([]),
            json!({"0": "variables.a"}),
            json!({"0": []}),
            json!({"0": [1]}),
            json!({"0": ["variables.b"]}),
            json!({"0": ["variables.taken"]}),
            json!({"0": ["query"]}),
            json!({"0": ["variables.a"], "1": ["variables.a"]}),
            json!({"0": ["a"]}),
        ] {
            let mut operations = json!({"query": "…", "variables": {"a": null, "taken": 1}});
            assert!(place(&mut operations, map.clone(), 9).is_err(), "{map}");
        }
        assert!(place(&mut json!([{"query": "…"}]), json!({}), 9).is_err());
        assert!(place(&mut json!({}), json!({"a": [], "b": []}), 1).is_err());
    }

    #[test]
    fn names_keep_nothing_of_a_path() {
        for (given, name) in [
            (Some("../../etc/passwd"), "passwd"),
            (Some("C:\\docs\\Angebot Müller.pdf"), "Angebot Müller.pdf"),
            (Some("a\u{0}\r\nb"), "ab"),
            (Some(".."), "file"),
            (None, "file"),
        ] {
            assert_eq!(plain_name(given), name);
        }
    }
}
