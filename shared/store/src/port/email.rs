use async_trait::async_trait;

use super::PortError;

/// One email, already composed. `Debug` hides it.
#[derive(Clone)]
pub struct Email {
    /// Stable name of this message, see [`super::Sms::idempotency_key`].
    pub idempotency_key: String,
    /// Envelope sender.
    pub from: String,
    /// Envelope receiver.
    pub to: String,
    /// The whole message, RFC 5322.
    pub raw: Vec<u8>,
}

/// Sends email.
#[async_trait]
pub trait EmailGateway: Send + Sync {
    /// Hands the message to the provider and returns the provider's id of it.
    ///
    /// # Errors
    /// [`PortError`].
    async fn send(&self, email: &Email) -> Result<String, PortError>;

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

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(hidden)")
    }
}
