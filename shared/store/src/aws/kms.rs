use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filmless_domain::Secret;
use thiserror::Error;

use super::port_error;
use crate::port::PortError;
use crate::sealing::Sealer;

/// Seals with a key that never leaves KMS; the context is KMS's encryption context.
#[derive(Debug, Clone)]
pub struct KmsSealer {
    client: Client,
    key_id: String,
}

#[derive(Debug, Error)]
#[error("KMS answered without a usable text")]
struct Unusable;

const CONTEXT: &str = "filmless";

impl KmsSealer {
    /// A sealer with this key.
    #[must_use]
    pub fn new(client: Client, key_id: String) -> Self {
        Self { client, key_id }
    }
}

#[async_trait]
impl Sealer for KmsSealer {
    async fn seal(&self, secret: &Secret, context: &str) -> Result<String, PortError> {
        let request = self
            .client
            .encrypt()
            .key_id(&self.key_id)
            .plaintext(Blob::new(secret.expose().as_bytes()))
            .encryption_context(CONTEXT, context);
        let answer = request.send().await.map_err(port_error("Encrypt"))?;
        let sealed = answer.ciphertext_blob().ok_or_else(|| unusable("Encrypt"))?;
        Ok(STANDARD.encode(sealed.as_ref()))
    }

    async fn open(&self, sealed: &str, context: &str) -> Result<Secret, PortError> {
        let bytes = STANDARD.decode(sealed).map_err(|_| unusable("Decrypt"))?;
        let request = self
            .client
            .decrypt()
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(bytes))
            .encryption_context(CONTEXT, context);
        let answer = request.send().await.map_err(port_error("Decrypt"))?;
        let plain = answer.plaintext().ok_or_else(|| unusable("Decrypt"))?;
        String::from_utf8(plain.as_ref().to_vec()).map(Secret::new).map_err(|_| unusable("Decrypt"))
    }
}

fn unusable(operation: &'static str) -> PortError {
    PortError::Refused { operation, source: Box::new(Unusable) }
}
