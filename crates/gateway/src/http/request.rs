//! From an HTTP request to a GraphQL request (GraphQL over HTTP specification).

use crate::{
    auth::Keys,
    engine::{Asker, GraphQlRequest},
    error::{Code, Error},
};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

/// A request that is not well formed, with the status that says so.
pub(super) struct Malformed {
    pub(super) status: StatusCode,
    pub(super) error: Error,
}

fn malformed(status: StatusCode, message: impl Into<String>) -> Malformed {
    Malformed { status, error: Error::input(message) }
}

/// From a JSON body.
pub(super) fn from_json(body: &[u8]) -> Result<GraphQlRequest, Malformed> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|e| malformed(StatusCode::BAD_REQUEST, format!("The body is not JSON: {e}.")))?;
    let Value::Object(mut object) = value else {
        let message = "The body must be a JSON object with `query`; batches are not accepted.";
        return Err(malformed(StatusCode::BAD_REQUEST, message));
    };
    let query = match object.remove("query") {
        Some(Value::String(query)) => query,
        Some(_) => return Err(malformed(StatusCode::BAD_REQUEST, "`query` must be a string.")),
        None => return Err(malformed(StatusCode::BAD_REQUEST, "`query` is missing.")),
    };
    let operation_name = match object.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(malformed(StatusCode::BAD_REQUEST, "`operationName` must be a string.")),
    };
    let variables = variables(object.remove("variables"))?;
    extensions(object.remove("extensions"))?;
    Ok(GraphQlRequest { query, operation_name, variables })
}

/// From the parameters of a URL.
pub(super) fn from_query(parameters: Vec<(String, String)>) -> Result<GraphQlRequest, Malformed> {
    let mut request = GraphQlRequest::default();
    let mut given = false;
    let json = |name: &str, text: &str| {
        serde_json::from_str::<Value>(text)
            .map_err(|e| malformed(StatusCode::BAD_REQUEST, format!("`{name}` is not JSON: {e}.")))
    };
    for (name, value) in parameters {
        match name.as_str() {
            "query" => {
                request.query = value;
                given = true;
            }
            "operationName" if !value.is_empty() => request.operation_name = Some(value),
            "variables" if !value.is_empty() => request.variables = variables(Some(json("variables", &value)?))?,
            "extensions" if !value.is_empty() => extensions(Some(json("extensions", &value)?))?,
            _ => {}
        }
    }
    if given { Ok(request) } else { Err(malformed(StatusCode::BAD_REQUEST, "The parameter `query` is missing.")) }
}

fn variables(value: Option<Value>) -> Result<Map<String, Value>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(variables)) => Ok(variables),
        Some(_) => Err(malformed(StatusCode::BAD_REQUEST, "`variables` must be an object.")),
    }
}

fn extensions(value: Option<Value>) -> Result<(), Malformed> {
    match value {
        None | Some(Value::Null | Value::Object(_)) => Ok(()),
        Some(_) => Err(malformed(StatusCode::BAD_REQUEST, "`extensions` must be an object.")),
    }
}

/// Who asks, by the headers.
pub(super) fn asker(headers: &HeaderMap, keys: &Keys, read_only: bool) -> Result<Asker, Malformed> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
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
    let language = text(header::ACCEPT_LANGUAGE).and_then(|v| v.split([',', ';', '-']).next()).unwrap_or("en");
    let request_id = headers.get(&super::REQUEST_ID).and_then(|v| v.to_str().ok()).unwrap_or_default();
    Ok(Asker { caller, language: language.trim().to_lowercase(), request_id: request_id.to_owned(), read_only })
}
