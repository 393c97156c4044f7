use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use serde_json::json;

/// An error answer, in DynamoDB's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

impl Refusal {
    fn coral(status: StatusCode, kind: &str, message: &str) -> Self {
        let kind = format!("com.amazon.coral.service#{kind}");
        let body = if message.is_empty() {
            json!({ "__type": kind })
        } else {
            json!({ "__type": kind, "message": message })
        };
        Self { status, body: body.to_string() }
    }

    pub(super) fn missing_token() -> Self {
        Self::coral(
            StatusCode::BAD_REQUEST,
            "MissingAuthenticationTokenException",
            "Request is missing Authentication Token",
        )
    }

    pub(super) fn incomplete_signature(message: &str) -> Self {
        Self::coral(StatusCode::BAD_REQUEST, "IncompleteSignatureException", message)
    }

    pub(super) fn unknown_key() -> Self {
        Self::coral(
            StatusCode::BAD_REQUEST,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    pub(super) fn wrong_signature(message: &str) -> Self {
        Self::coral(StatusCode::BAD_REQUEST, "InvalidSignatureException", message)
    }

    pub(super) fn unknown_operation() -> Self {
        Self::coral(StatusCode::BAD_REQUEST, "UnknownOperationException", "")
    }

    pub(super) fn serialization() -> Self {
        Self::coral(StatusCode::BAD_REQUEST, "SerializationException", "")
    }

    pub(super) fn too_large() -> Self {
        Self::coral(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", "")
    }

    pub(super) fn internal() -> Self {
        Self::coral(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", "")
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        json(self.status, self.body)
    }
}

pub(super) fn json(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    response
}
