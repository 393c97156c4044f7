//! What the pages need to know about where they run.

use std::error::Error;
use std::time::Duration;

use filmless_delivery::TrustedProxies;
use filmless_delivery::parts::Viewing;
use filmless_domain::{ChannelPolicy, Hospital, ObjectKey};
use thiserror::Error;
use url::Url;

/// Configuration of the portal.
#[derive(Debug, Clone)]
pub struct PortalConfig {
    /// Where patients reach it, e.g. `https://images.hospital.example`.
    pub public_url: Url,
    /// Origin of the presigned URLs, e.g. `https://derived.s3.ap-southeast-1.amazonaws.com`: the only foreign origin a
    /// page may talk to.
    pub s3_origin: String,
    /// Name and support of the hospital.
    pub hospital: Hospital,
    /// Channels for messages, from which staff may choose.
    pub channels: ChannelPolicy,
    /// Proxies in front of us that we trust to tell the visitor's address.
    pub trusted_proxies: TrustedProxies,
    /// Whether OHIF is served beside it, below `/ohif/`.
    pub has_ohif: bool,
}

/// Why the configuration could not be completed.
#[derive(Debug, Error)]
pub enum PortalConfigError {
    /// An address is not a URL.
    #[error("an address of the portal or of the object store is not a URL")]
    Address(#[source] url::ParseError),
    /// Nothing can be signed.
    #[error("no URL could be signed")]
    Signing(#[source] Box<dyn Error + Send + Sync>),
}

impl PortalConfig {
    /// Builds it from the settings. Only the signer knows where presigned URLs lead, so it signs one to find out.
    ///
    /// # Errors
    /// [`PortalConfigError`].
    pub async fn of(viewing: &Viewing) -> Result<Self, PortalConfigError> {
        let any_key = ObjectKey::parse("any").map_err(|e| PortalConfigError::Signing(e.into()))?;
        let signed = viewing.derived.presign_get(&any_key, Duration::from_secs(1)).await;
        let signed = signed.map_err(|e| PortalConfigError::Signing(e.into()))?;
        let s3_origin = Url::parse(&signed).map_err(PortalConfigError::Address)?.origin();
        let settings = &viewing.common.settings;
        Ok(Self {
            public_url: Url::parse(&settings.public_url).map_err(PortalConfigError::Address)?,
            s3_origin: s3_origin.ascii_serialization(),
            hospital: settings.hospital.clone(),
            channels: settings.channels.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            has_ohif: false,
        })
    }

    /// With or without OHIF beside it.
    #[must_use]
    pub fn with_ohif(self, has_ohif: bool) -> Self {
        Self { has_ohif, ..self }
    }

    /// Whether cookies are to be kept off plain HTTP.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
