//! Verifies Signature Version 4 by signing the request again and comparing.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use filmless_store::port::Clock;
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Credentials;

use super::answer::Refusal;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "dynamodb";
/// How far the caller's clock may be off.
const SKEW_MAX: Duration = Duration::from_secs(15 * 60);
/// If one of these is not signed, a captured request could be turned into another one.
const ALWAYS_SIGNED: [&str; 3] = ["host", "x-amz-date", "x-amz-target"];

/// What the request claims about its signature, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unverified {
    access_key_id: String,
    scope_date: String,
    region: String,
    signed_headers: Vec<String>,
    signature: String,
    signed_at: Timestamp,
}

impl Unverified {
    /// Reads the `Authorization` and `X-Amz-Date` headers.
    pub(super) fn parse(parts: &Parts) -> Result<Self, Refusal> {
        let authorization =
            header(&parts.headers, AUTHORIZATION.as_str()).ok_or_else(Refusal::missing_token)?;
        let fields = authorization
            .strip_prefix(ALGORITHM)
            .ok_or_else(|| Refusal::incomplete_signature("Authorization must be AWS4-HMAC-SHA256."))?;
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|field| field.trim().split_once('=').filter(|(n, _)| *n == name))
                .map(|(_, value)| value)
                .ok_or_else(|| {
                    Refusal::incomplete_signature(&format!(
                        "Authorization header requires '{name}' parameter."
                    ))
                })
        };
        let scope: Vec<_> = field("Credential")?.split('/').collect();
        let [access_key_id, scope_date, region, SERVICE, "aws4_request"] = scope.as_slice() else {
            return Err(Refusal::wrong_signature("Credential should be scoped to service 'dynamodb'."));
        };
        let signed_at = header(&parts.headers, "x-amz-date")
            .and_then(|date| DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok())
            .and_then(|date| date.to_zoned(TimeZone::UTC).ok())
            .ok_or_else(|| Refusal::incomplete_signature("X-Amz-Date is missing or not a date."))?
            .timestamp();
        Ok(Self {
            access_key_id: (*access_key_id).to_owned(),
            scope_date: (*scope_date).to_owned(),
            region: (*region).to_owned(),
            signed_headers: field("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature: field("Signature")?.to_owned(),
            signed_at,
        })
    }
}

/// Admits callers who hold the secret key.
pub(super) struct Guard {
    credentials: Credentials,
    clock: Arc<dyn Clock>,
}

impl Guard {
    pub(super) fn new(credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, clock }
    }

    /// Checks what needs no body: the key, the date, and which headers are signed.
    pub(super) fn check_caller(&self, unverified: Unverified) -> Result<Unverified, Refusal> {
        if !same(&unverified.access_key_id, &self.credentials.access_key_id) {
            return Err(Refusal::unknown_key());
        }
        let skew = unverified.signed_at.duration_since(self.clock.now()).unsigned_abs();
        if skew > SKEW_MAX {
            return Err(Refusal::wrong_signature("Signature expired."));
        }
        if unverified.signed_at.strftime("%Y%m%d").to_string() != unverified.scope_date {
            return Err(Refusal::wrong_signature(
                "Date in Credential scope does not match the date of the request.",
            ));
        }
        let signed = |name: &str| unverified.signed_headers.iter().any(|signed| signed == name);
        if !ALWAYS_SIGNED.iter().all(|name| signed(name)) {
            return Err(Refusal::wrong_signature("Host, X-Amz-Date and X-Amz-Target must be signed."));
        }
        Ok(unverified)
    }

    /// Whether the signature covers exactly this request.
    pub(super) fn check_signature(
        &self,
        parts: &Parts,
        unverified: &Unverified,
        body: &[u8],
    ) -> Result<(), Refusal> {
        let wrong = || Refusal::wrong_signature("The request signature we calculated does not match.");
        let body_hash = hex::encode(Sha256::digest(body));
        if header(&parts.headers, "x-amz-content-sha256").is_some_and(|promised| promised != body_hash) {
            return Err(wrong());
        }
        let expected = self.sign(parts, unverified, body).ok_or_else(wrong)?;
        if same(&expected, &unverified.signature) { Ok(()) } else { Err(wrong()) }
    }

    /// The signature the request should have. `None` if it cannot be signed, so nobody can have signed it.
    fn sign(&self, parts: &Parts, unverified: &Unverified, body: &[u8]) -> Option<String> {
        let Credentials { access_key_id, secret_access_key } = &self.credentials;
        let identity = aws_credential_types::Credentials::new(
            access_key_id,
            secret_access_key,
            None,
            None,
            "filmless-embedded",
        )
        .into();
        let mut settings = SigningSettings::default();
        // Only the caller's list of signed headers decides.
        settings.excluded_headers = None;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&unverified.region)
            .name(SERVICE)
            .time(SystemTime::from(unverified.signed_at))
            .settings(settings)
            .build()
            .ok()?
            .into();
        let headers: Option<Vec<_>> = unverified
            .signed_headers
            .iter()
            .map(|name| Some((name.as_str(), header(&parts.headers, name)?)))
            .collect();
        let uri = format!("http://{}{}", header(&parts.headers, "host")?, parts.uri);
        let request =
            SignableRequest::new(parts.method.as_str(), uri, headers?.into_iter(), SignableBody::Bytes(body))
                .ok()?;
        Some(sign(request, &params).ok()?.into_parts().1)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

/// The header's value, if it occurs once and is text.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Compares in a time that does not reveal where the two differ.
fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
