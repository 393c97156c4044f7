//! What the pages need to know about the place they run in.

use filmless_domain::Hospital;
use url::Url;

/// Configuration of the portal.
#[derive(Debug, Clone)]
pub struct PortalConfig {
    /// Where patients reach it, e.g. `https://images.hospital.example`.
    pub public_url: Url,
    /// Origin of the presigned URLs, e.g. `https://derived.s3.ap-southeast-1.amazonaws.com`: the only foreign
    /// origin that a page may talk to.
    pub s3_origin: String,
    /// Name and support of the hospital.
    pub hospital: Hospital,
}

impl PortalConfig {
    /// Whether cookies are to be kept off plain HTTP.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
