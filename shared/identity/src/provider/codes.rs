//! Authorization codes: in memory, and valid once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use filmless_domain::Secret;
use filmless_domain::staff::Role;
use jiff::Timestamp;

use super::ProviderError;

/// Life of a code, in seconds.
pub const CODE_SECONDS: i64 = 60;
/// Most codes at a time: each took a right password, so more means a fault, not a crowd.
const CODES_MAX: usize = 1000;

/// What a code grants.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) subject: String,
    pub(super) roles: BTreeSet<Role>,
    pub(super) nonce: String,
    pub(super) challenge: String,
    pub(super) ends_at: i64,
}

#[derive(Default)]
pub(super) struct Codes {
    given: Mutex<HashMap<String, Grant>>,
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes(hidden)")
    }
}

impl Codes {
    pub(super) fn give(&self, grant: Grant, now: Timestamp) -> Result<Secret, ProviderError> {
        let code = random()?;
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, grant| grant.ends_at > now.as_second());
        if given.len() >= CODES_MAX {
            return Err(ProviderError::Failed);
        }
        given.insert(code.expose().to_owned(), grant);
        Ok(code)
    }

    pub(super) fn take(&self, code: &str, now: Timestamp) -> Option<Grant> {
        let taken = self.given.lock().unwrap_or_else(PoisonError::into_inner).remove(code);
        taken.filter(|grant| grant.ends_at > now.as_second())
    }
}

/// 256 random bits as base64url.
pub(super) fn random() -> Result<Secret, ProviderError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| ProviderError::Failed)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}
