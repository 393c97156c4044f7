use async_trait::async_trait;
use filmless_domain::PhoneNumber;

use super::PortError;

/// One SMS. `Debug` hides it.
#[derive(Clone)]
pub struct Sms {
    /// Stable name of this message: sending it again under the same name must not reach the patient twice where
    /// the provider can tell.
    pub idempotency_key: String,
    /// Receiver.
    pub to: PhoneNumber,
    /// Text in GSM-7 letters.
    pub text: String,
    /// Number of parts the text takes.
    pub parts: u32,
    /// `GSM-7` or `UCS-2`.
    pub encoding: &'static str,
}

/// Sends SMS.
#[async_trait]
pub trait SmsGateway: Send + Sync {
    /// Hands the message to the provider and returns the provider's id of it.
    ///
    /// # Errors
    /// [`PortError`].
    async fn send(&self, sms: &Sms) -> Result<String, PortError>;

    /// Whether a message sent again under its `idempotency_key` reaches its receiver once.
    fn is_idempotent(&self) -> bool;

    /// Erases what the gateway itself kept of messages whose `idempotency_key` begins so, and says how many those were. A
    /// provider keeps what it keeps by its own rules.
    ///
    /// # Errors
    /// [`PortError`].
    async fn forget(&self, _beginning: &str) -> Result<usize, PortError> {
        Ok(0)
    }
}

impl std::fmt::Debug for Sms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sms(hidden)")
    }
}
