//! Seals secrets from when they are made until they are sent: only a key outside the table can read them.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filmless_domain::Secret;
use thiserror::Error;

use crate::port::{PortError, Randomness};

/// Bytes of a sealing key.
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// Seals and opens secrets. A secret sealed for one context does not open in another.
#[async_trait]
pub trait Sealer: Send + Sync {
    /// Seals a secret for a context (for example the notice that will need it).
    ///
    /// # Errors
    /// [`PortError`].
    async fn seal(&self, secret: &Secret, context: &str) -> Result<String, PortError>;

    /// Opens what [`Sealer::seal`] returned, in the same context.
    ///
    /// # Errors
    /// [`PortError::Refused`] for another context, another key or changed bytes.
    async fn open(&self, sealed: &str, context: &str) -> Result<Secret, PortError>;
}

/// AES-256-GCM with a key in memory: the embedded profile's key file.
pub struct LocalSealer<R> {
    cipher: Aes256Gcm,
    randomness: R,
}

#[derive(Debug, Error)]
#[error("the sealed secret does not open")]
struct DoesNotOpen;

impl<R: Randomness> LocalSealer<R> {
    /// A sealer with this key.
    #[must_use]
    pub fn new(key: &[u8; KEY_BYTES], randomness: R) -> Self {
        Self { cipher: Aes256Gcm::new(key.into()), randomness }
    }
}

impl<R> std::fmt::Debug for LocalSealer<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LocalSealer")
    }
}

#[async_trait]
impl<R: Randomness> Sealer for LocalSealer<R> {
    async fn seal(&self, secret: &Secret, context: &str) -> Result<String, PortError> {
        let mut nonce = [0; NONCE_BYTES];
        self.randomness.fill(&mut nonce)?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: context.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| PortError::Refused { operation: "seal", source: Box::new(DoesNotOpen) })?;
        Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    async fn open(&self, sealed: &str, context: &str) -> Result<Secret, PortError> {
        let refused = || PortError::Refused { operation: "open sealed", source: Box::new(DoesNotOpen) };
        let bytes = STANDARD.decode(sealed).map_err(|_| refused())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(refused)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let plain = self.cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| refused())?;
        String::from_utf8(plain).map(Secret::new).map_err(|_| refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::OsRandomness;

    #[tokio::test]
    async fn a_sealed_secret_opens_in_its_context_only() {
        let sealer = LocalSealer::new(&[7; KEY_BYTES], OsRandomness);
        let sealed = sealer.seal(&Secret::new("K7QM".into()), "notice 1").await.unwrap();
        assert!(!sealed.contains("K7QM"));
        assert_eq!(sealer.open(&sealed, "notice 1").await.unwrap().expose(), "K7QM");
        assert!(sealer.open(&sealed, "notice 2").await.is_err());
        assert!(LocalSealer::new(&[8; KEY_BYTES], OsRandomness).open(&sealed, "notice 1").await.is_err());
        assert!(sealer.open("AAAA", "notice 1").await.is_err());
    }
}
