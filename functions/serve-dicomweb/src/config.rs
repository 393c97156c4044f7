//! What the routes need to know about the place they run in.

use filmless_delivery::TrustedProxies;
use filmless_delivery::parts::Viewing;
use filmless_dicomweb::Refusal;
use filmless_domain::{Limits, WebOrigins};

use crate::error::DicomwebError;

/// The place that the routes run in.
#[derive(Debug, Clone)]
pub struct DicomwebConfig {
    /// Where we are reached, e.g. `https://images.hospital.example`.
    pub public_url: String,
    /// Whose web pages may read our answers.
    pub origins: WebOrigins,
    /// Proxies in front of us, whose word about the visitor's address is believed.
    pub trusted_proxies: TrustedProxies,
    /// What one file may ask of us.
    pub limits: Limits,
    /// Longest answer that can be sent, in bytes; none where any can. A function of Lambda breaks off longer ones.
    pub answer_bytes_max: Option<u64>,
}

impl DicomwebConfig {
    /// What the settings say, and whose web pages may read our answers.
    #[must_use]
    pub fn of(viewing: &Viewing, origins: WebOrigins) -> Self {
        let settings = &viewing.common.settings;
        Self {
            public_url: settings.public_url.clone(),
            origins,
            trusted_proxies: settings.trusted_proxies.clone(),
            limits: settings.limits.clone(),
            answer_bytes_max: settings.answer_bytes_max,
        }
    }

    /// Whether an answer would break off at its limit.
    pub(crate) fn is_too_long(&self, bytes: u64) -> bool {
        self.answer_bytes_max.is_some_and(|max| bytes > max)
    }

    /// Refuses an answer that would: its parts can be had one by one.
    pub(crate) fn check_length(&self, bytes: u64) -> Result<(), DicomwebError> {
        match self.answer_bytes_max {
            Some(max) if bytes > max => Err(Refusal::TooLarge { what: "The answer", max }.into()),
            _ => Ok(()),
        }
    }
}
