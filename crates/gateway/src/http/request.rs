//! From an HTTP request to a GraphQL request (GraphQL over HTTP specification, with its appendix on persisted
//! documents).

use crate::{
    auth::Keys,
    engine::Asker,
    error::{Code, Error},
    persisted::{DocumentHash, DocumentId},
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

/// Characters of an Idempotency-Key.
const LONGEST_KEY: usize = 255;

/// A request that is not well formed, with the status that says so.
pub(super) struct Malformed {
    pub(super) status: StatusCode,
    pub(super) error: Error,
}

/// A well-formed request; which document it means is still to be found out.
#[derive(Default)]
pub(super) struct Envelope {
    pub(super) query: Option<String>,
    pub(super) id: Option<DocumentId>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Map<String, Value>,
}

/// The request cannot be understood.
pub(super) fn malformed(message: impl Into<String>) -> Malformed {
    Malformed { status: StatusCode::BAD_REQUEST, error: Error::input(message) }
}

/// From a JSON body.
pub(super) fn from_json(body: &[u8]) -> Result<Envelope, Malformed> {
    from_value(serde_json::from_slice(body).map_err(|e| malformed(format!("The body is not JSON: {e}.")))?)
}

/// From the JSON of a body.
pub(super) fn from_value(value: Value) -> Result<Envelope, Malformed> {
    let Value::Object(mut object) = value else {
        return Err(malformed("The body must be a JSON object with `query`; batches are not accepted."));
    };
    let query = match object.remove("query") {
        Some(Value::String(query)) => Some(query),
        // Clients that send a hash alone write `null` here.
        None | Some(Value::Null) => None,
        Some(_) => return Err(malformed("`query` must be a string.")),
    };
    let operation_name = match object.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(malformed("`operationName` must be a string.")),
    };
    let given = match object.remove("documentId") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(document_id(&id)?),
        Some(_) => return Err(malformed("`documentId` must be a string.")),
    };
    let variables = variables(object.remove("variables"))?;
    let automatic = persisted_query(object.remove("extensions"))?;
    complete(Envelope { query, id: given.or(automatic), operation_name, variables })
}

/// From the parameters of a URL.
pub(super) fn from_query(parameters: Vec<(String, String)>) -> Result<Envelope, Malformed> {
    let mut envelope = Envelope::default();
    let mut automatic = None;
    let json = |name: &str, text: &str| {
        serde_json::from_str::<Value>(text).map_err(|e| malformed(format!("`{name}` is not JSON: {e}.")))
    };
    for (name, value) in parameters {
        match name.as_str() {
            "query" => envelope.query = Some(value),
            "documentId" => envelope.id = Some(document_id(&value)?),
            "operationName" if !value.is_empty() => envelope.operation_name = Some(value),
            "variables" if !value.is_empty() => envelope.variables = variables(Some(json("variables", &value)?))?,
            "extensions" if !value.is_empty() => automatic = persisted_query(Some(json("extensions", &value)?))?,
            _ => {}
        }
    }
    envelope.id = envelope.id.or(automatic);
    complete(envelope)
}

fn complete(envelope: Envelope) -> Result<Envelope, Malformed> {
    match envelope {
        Envelope { query: None, id: None, .. } => Err(malformed("`query` is missing.")),
        envelope => Ok(envelope),
    }
}

fn variables(value: Option<Value>) -> Result<Map<String, Value>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(variables)) => Ok(variables),
        Some(_) => Err(malformed("`variables` must be an object.")),
    }
}

/// `sha256:` and the hash, a bare hash, or an id of the client's own choice.
fn document_id(text: &str) -> Result<DocumentId, Malformed> {
    if let Some(hex) = text.strip_prefix("sha256:") {
        let hash = DocumentHash::parse(hex).map(DocumentId::Hash);
        return hash.ok_or_else(|| malformed("`documentId` must have 64 hexadecimal digits behind `sha256:`."));
    }
    Ok(DocumentHash::parse(text).map_or_else(|| DocumentId::Custom(text.to_owned()), DocumentId::Hash))
}

/// What `extensions.persistedQuery` names.
fn persisted_query(extensions: Option<Value>) -> Result<Option<DocumentId>, Malformed> {
    let mut extensions = match extensions {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(extensions)) => extensions,
        Some(_) => return Err(malformed("`extensions` must be an object.")),
    };
    let Some(persisted) = extensions.remove("persistedQuery") else { return Ok(None) };
    if persisted["version"] != 1 {
        return Err(malformed("`extensions.persistedQuery.version` must be 1."));
    }
    let hash = persisted["sha256Hash"].as_str().and_then(DocumentHash::parse);
    let message = "`extensions.persistedQuery.sha256Hash` must be a string of 64 hexadecimal digits.";
    hash.map(|hash| Some(DocumentId::Hash(hash))).ok_or_else(|| malformed(message))
}

/// Whether the asker, who must be an administrator, wants to know what the request does.
pub(super) fn trace(headers: &HeaderMap, asker: &Asker, offered: bool) -> Result<bool, Malformed> {
    let Some(wanted) = headers.get(&super::TRACE) else { return Ok(false) };
    let forbidden = |message| Malformed { status: StatusCode::FORBIDDEN, error: Error::new(Code::Forbidden, message) };
    if wanted != "sql" {
        return Err(malformed("The header `x-kontor-trace` must be `sql`."));
    }
    if !offered {
        return Err(forbidden("This server tells nobody what a request does (setting `server.trace`)."));
    }
    match &asker.caller {
        // Nor an API key that may not use all of its role: what is done for a request tells of other records too.
        Some(caller) if matches!(caller.role.as_str(), "admin" | "super_admin") && caller.scope().is_none() => Ok(true),
        _ => Err(forbidden("Only administrators may ask what a request does (header `x-kontor-trace`).")),
    }
}

/// The headers that say who asks, copied: those of a request keep the whole buffer that it was read into.
pub(super) fn lasting(headers: &HeaderMap) -> HeaderMap {
    let mut lasting = HeaderMap::new();
    for name in [header::AUTHORIZATION, header::ACCEPT_LANGUAGE, header::USER_AGENT, super::REQUEST_ID.clone()] {
        if let Some(value) = headers.get(&name).and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
            lasting.insert(name, value);
        }
    }
    lasting
}

/// Who asks, by the headers.
pub(super) fn asker(headers: &HeaderMap, keys: &Keys, read_only: bool) -> Result<Asker, Malformed> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let caller = match text(header::AUTHORIZATION) {
        None => None,
        Some(value) => {
            let token = value
                .split_once(' ')
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, t)| t.trim());
            let caller = token.and_then(|token| keys.verify(token));
            if caller.is_none() {
                let message =
                    "The token in `Authorization: Bearer …` is not valid any more, or never was: sign in again.";
                return Err(Malformed {
                    status: StatusCode::UNAUTHORIZED,
                    error: Error::new(Code::Unauthenticated, message),
                });
            }
            caller
        }
    };
    let request_id = headers.get(&super::REQUEST_ID).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let idempotency_key = headers.get(&super::IDEMPOTENCY_KEY).map(idempotency_key).transpose()?;
    Ok(Asker {
        caller,
        language: language(headers),
        request_id: request_id.to_owned(),
        read_only,
        idempotency_key,
        address: None,
        until: None,
        user_agent: text(header::USER_AGENT).map(str::to_owned),
    })
}

/// The language of messages that a client prefers.
pub(super) fn language(headers: &HeaderMap) -> String {
    let given = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    given.and_then(|value| value.split([',', ';', '-']).next()).unwrap_or("en").trim().to_lowercase()
}

/// A string of RFC 8941, or the same without its quotes, as many clients send it.
fn idempotency_key(value: &HeaderValue) -> Result<String, Malformed> {
    let text = value.to_str().unwrap_or_default().trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let key = quoted.map_or_else(|| text.to_owned(), |text| text.replace("\\\"", "\"").replace("\\\\", "\\"));
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(malformed(format!("`Idempotency-Key` must be a text of 1 to {LONGEST_KEY} characters of ASCII.")));
    }
    Ok(key)
}
