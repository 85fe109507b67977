//! `/files/{id}`: the file of a record, for who may read the record.

use super::{Shared, graphql, request, serve::Peer};
use crate::{
    engine::Asker,
    error::{self, Code, Error},
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use tower_http::services::ServeFile;
use uuid::Uuid;

/// Sends a file, or the range of it that is asked for (RFC 9110 §14).
pub(super) async fn get(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let asker = match request::asker(&headers, shared.engine.keys(), true) {
        Ok(asker) => Asker { address: graphql::address(&shared, &headers, peer.as_deref()), ..asker },
        Err(malformed) => return graphql::refused(malformed, graphql::JSON),
    };
    if let Err(error) = shared.engine.charge(&asker, 1) {
        return graphql::too_many(error, graphql::JSON);
    }
    let Some(caller) = &asker.caller else { return refused(StatusCode::UNAUTHORIZED, Error::unauthenticated()) };
    let missing = || refused(StatusCode::NOT_FOUND, Error::new(Code::NotFound, "There is no file with this id."));
    let Ok(id) = Uuid::try_parse(&id) else { return missing() };
    let (path, file) = match shared.engine.file(caller, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return missing(),
        Err(error) => {
            return refused(StatusCode::INTERNAL_SERVER_ERROR, error::of_store(&error, &asker.request_id));
        }
    };
    let mime = file.mime_type.as_deref().and_then(|mime| mime.parse().ok());
    let mime = mime.unwrap_or(mime::APPLICATION_OCTET_STREAM);
    let served = ServeFile::new_with_mime(&path, &mime).try_call(request).await;
    let mut response = match served {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => response.map(Body::new),
        _ => {
            tracing::error!(path = %path.display(), "a record has a file that is not there");
            return refused(StatusCode::INTERNAL_SERVER_ERROR, Error::internal(&asker.request_id));
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, disposition(&file.file_name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // Should a browser show it all the same, it runs nothing.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    response
}

fn refused(status: StatusCode, error: Error) -> Response {
    graphql::refused(request::Malformed { status, error }, graphql::JSON).into_response()
}

/// To be saved under its name (RFC 6266): in ASCII for clients of old, and as it is (RFC 8187).
fn disposition(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_makes_a_header() {
        for (name, expected) in [
            ("offer.pdf", "attachment; filename=\"offer.pdf\"; filename*=UTF-8''offer.pdf"),
            (
                "Grüße \"1\".txt",
                "attachment; filename=\"Gr__e _1_.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.txt",
            ),
            ("a\r\nx: y", "attachment; filename=\"a__x: y\"; filename*=UTF-8''a%0D%0Ax%3A%20y"),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }
}
