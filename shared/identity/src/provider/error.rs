//! Why the provider refuses.

use thiserror::Error;

/// Why the provider gives no code or token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// Unknown client or address; the browser is not sent anywhere.
    #[error("unknown-client")]
    UnknownClient,
    /// The request asks for something we do not offer.
    #[error("invalid_request")]
    InvalidRequest,
    /// The client did not prove who it is.
    #[error("invalid_client")]
    InvalidClient,
    /// The code is unknown, used, too old, or belongs to another client.
    #[error("invalid_grant")]
    InvalidGrant,
    /// A key, or the system's randomness, failed.
    #[error("server_error")]
    Failed,
}
