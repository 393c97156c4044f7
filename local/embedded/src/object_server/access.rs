use async_trait::async_trait;
use http::{HeaderMap, Uri};
use s3s::{
    S3Request, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    dto::{ListMultipartUploadsInput, ListObjectsInput, ListObjectsV2Input},
    path::S3Path,
    s3_error,
};
use subtle::ConstantTimeEq;

use crate::{Credentials, Uploader};

/// Longest life of a presigned URL in seconds: 7 days, S3's own limit.
const PRESIGNED_SECONDS_MAX: u64 = 7 * 24 * 60 * 60;

/// The access keys: the system's own, and the uploader's.
#[derive(Clone)]
pub(super) struct KeyRing {
    pub(super) system: Credentials,
    pub(super) uploader: Option<Uploader>,
}

#[async_trait]
impl S3Auth for KeyRing {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let keys = [Some(&self.system), self.uploader.as_ref().map(|uploader| &uploader.credentials)];
        let named =
            |keys: &&Credentials| bool::from(access_key.as_bytes().ct_eq(keys.access_key_id.as_bytes()));
        let found = keys.into_iter().flatten().find(named).ok_or_else(|| s3_error!(InvalidAccessKeyId))?;
        Ok(SecretKey::from(found.secret_access_key.clone()))
    }
}

impl KeyRing {
    /// The uploader, if the request is signed with its key.
    fn uploader(&self, credentials: Option<&s3s::auth::Credentials>) -> Option<&Uploader> {
        let asked = &credentials?.access_key;
        self.uploader.as_ref().filter(|uploader| uploader.credentials.access_key_id == *asked)
    }

    /// A listing shows the uploader only the prefixes of uploads.
    fn check_prefix(
        &self,
        credentials: Option<&s3s::auth::Credentials>,
        prefix: Option<&str>,
    ) -> S3Result<()> {
        match self.uploader(credentials) {
            Some(uploader) if !uploader.may_write(prefix.unwrap_or_default()) => Err(forbidden()),
            _ => Ok(()),
        }
    }
}

/// Checks Signature Version 4, and what the key may do. Version 2 is refused: none of our software uses it, its
/// signature covers neither the payload nor most headers, and a request signed by header never expires. Browser form
/// uploads are refused too: none of our software sends them.
#[async_trait]
impl S3Access for KeyRing {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        if cx.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        }
        if cx.s3_op().name() == "PostObject" {
            return Err(s3_error!(NotImplemented, "form uploads are not accepted"));
        }
        check_signature_kind(cx.headers(), cx.uri())?;
        let is_write = matches!(cx.s3_op().name(), "PutObject" | "CopyObject" | "CreateMultipartUpload");
        if let S3Path::Object { key, .. } = cx.s3_path()
            && is_write
            && !key.chars().all(is_nameable)
        {
            return Err(s3_error!(
                InvalidArgument,
                "the key holds a control character: no list could name the object"
            ));
        }
        match self.uploader(cx.credentials()) {
            Some(uploader) if !uploader.may(cx.s3_op().name(), cx.s3_path()) => Err(forbidden()),
            _ => Ok(()),
        }
    }

    async fn list_objects(&self, req: &mut S3Request<ListObjectsInput>) -> S3Result<()> {
        self.check_prefix(req.credentials.as_ref(), req.input.prefix.as_deref())
    }

    async fn list_objects_v2(&self, req: &mut S3Request<ListObjectsV2Input>) -> S3Result<()> {
        self.check_prefix(req.credentials.as_ref(), req.input.prefix.as_deref())
    }

    async fn list_multipart_uploads(&self, req: &mut S3Request<ListMultipartUploadsInput>) -> S3Result<()> {
        self.check_prefix(req.credentials.as_ref(), req.input.prefix.as_deref())
    }
}

/// Whether a list of objects, which is XML, can contain this character of a key (XML 1.0, 2.2).
fn is_nameable(c: char) -> bool {
    // A carriage return is allowed, and comes out as a line feed.
    !matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The same answer whether or not the object exists.
fn forbidden() -> s3s::S3Error {
    s3_error!(AccessDenied, "this key may upload, and nothing else")
}

impl Uploader {
    /// What `aws s3 sync`, rclone and s3cmd need to write, to compare names and sizes, and to finish or abort an upload
    /// in parts; nothing else. A HEAD reveals size and time of what they wrote themselves, but none of its bytes.
    fn may(&self, operation: &str, path: &S3Path) -> bool {
        match path {
            S3Path::Bucket { bucket } if **bucket == *self.bucket => matches!(
                operation,
                "HeadBucket" | "GetBucketLocation" | "ListObjects" | "ListObjectsV2" | "ListMultipartUploads"
            ),
            S3Path::Object { bucket, key } if **bucket == *self.bucket && self.may_write(key) => matches!(
                operation,
                "PutObject"
                    | "HeadObject"
                    | "CreateMultipartUpload"
                    | "UploadPart"
                    | "ListParts"
                    | "CompleteMultipartUpload"
                    | "AbortMultipartUpload"
            ),
            S3Path::Root | S3Path::Bucket { .. } | S3Path::Object { .. } => false,
        }
    }

    fn may_write(&self, key: &str) -> bool {
        self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
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
