//! The key that signs tokens: Ed25519 (RFC 8032).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::JsonWebKeyId;
use openidconnect::core::CoreEdDsaPrivateSigningKey;
use sha2::{Digest, Sha256};

use super::ProviderError;

/// The PKCS #8 header before the 32 bytes of a seed (RFC 8410 7).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A signing key.
pub struct SigningKey {
    key: CoreEdDsaPrivateSigningKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(hidden)")
    }
}

impl SigningKey {
    /// Length of a seed, in bytes.
    pub const SEED_BYTES: usize = 32;

    /// The key for a seed.
    ///
    /// # Errors
    /// [`ProviderError::Failed`].
    pub fn from_seed(seed: &[u8; Self::SEED_BYTES]) -> Result<Self, ProviderError> {
        let der = [&PKCS8_HEAD[..], seed].concat();
        let pem =
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
        // Another key gets another id, so a client with the old key asks again.
        let id = URL_SAFE_NO_PAD.encode(&Sha256::digest([b"filmless key id ", &seed[..]].concat())[..12]);
        let key = CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(id)));
        Ok(Self { key: key.map_err(|_| ProviderError::Failed)? })
    }

    pub(super) fn signing(&self) -> &CoreEdDsaPrivateSigningKey {
        &self.key
    }
}
