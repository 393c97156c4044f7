use async_trait::async_trait;
use http::{HeaderMap, Uri};
use s3s::{
    S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    s3_error,
};
use subtle::ConstantTimeEq;

use crate::Credentials;

/// Longest life of a presigned URL in seconds: 7 days, S3's own limit.
const PRESIGNED_SECONDS_MAX: u64 = 7 * 24 * 60 * 60;

/// The one access key there is.
pub(super) struct OneKey(pub(super) Credentials);

#[async_trait]
impl S3Auth for OneKey {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key.as_bytes().ct_eq(self.0.access_key_id.as_bytes()).into() {
            Ok(SecretKey::from(self.0.secret_access_key.clone()))
        } else {
            Err(s3_error!(InvalidAccessKeyId))
        }
    }
}

/// Lets in who signed with Signature Version 4. Version 2 is refused: nothing of ours speaks it, its signature
/// covers neither the payload nor most headers, and a request signed by header never expires. Browser form uploads
/// are refused for the same reason: nothing of ours sends them.
pub(super) struct SignedRequestsOnly;

#[async_trait]
impl S3Access for SignedRequestsOnly {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        if cx.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        }
        if cx.s3_op().name() == "PostObject" {
            return Err(s3_error!(NotImplemented, "form uploads are not accepted"));
        }
        check_signature_kind(cx.headers(), cx.uri())
    }
}

fn check_signature_kind(headers: &HeaderMap, uri: &Uri) -> S3Result<()> {
    let parameters = || uri.query().unwrap_or_default().split('&');
    let parameter = |name: &str| {
        parameters().find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name)).map(|(_, value)| value)
    };
    let by_header = headers
        .get(http::header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256"));
    if parameter("X-Amz-Signature").is_some() {
        let seconds = parameter("X-Amz-Expires").and_then(|value| value.parse::<u64>().ok());
        if seconds.is_none_or(|seconds| seconds > PRESIGNED_SECONDS_MAX) {
            return Err(s3_error!(AuthorizationQueryParametersError, "X-Amz-Expires must be at most 604800"));
        }
    } else if !by_header {
        return Err(s3_error!(InvalidRequest, "only AWS4-HMAC-SHA256 is accepted"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_version_4_signatures_of_limited_life_are_let_in() {
        let check = |authorization: &str, query: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            if !authorization.is_empty() {
                headers.insert(http::header::AUTHORIZATION, authorization.parse().unwrap());
            }
            let uri = format!("http://localhost/b/k?{query}").parse().unwrap();
            assert_eq!(check_signature_kind(&headers, &uri).is_ok(), expected, "{authorization} {query}");
        };
        check("AWS4-HMAC-SHA256 Credential=…", "", true);
        check("AWS id:signature", "", false);
        check("", "AWSAccessKeyId=id&Signature=s&Expires=99999999999", false);
        check("", "X-Amz-Signature=s&X-Amz-Expires=900", true);
        check("", "X-Amz-Signature=s&X-Amz-Expires=604800", true);
        check("", "X-Amz-Signature=s&X-Amz-Expires=604801", false);
        check("", "X-Amz-Signature=s", false);
    }
}
