//! Why the provider refuses.

use thiserror::Error;

/// Why no code or token is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// An unknown client or address: the browser is not sent anywhere.
    #[error("unknown-client")]
    UnknownClient,
    /// The request asks for what is not offered.
    #[error("invalid_request")]
    InvalidRequest,
    /// The client did not prove who it is.
    #[error("invalid_client")]
    InvalidClient,
    /// The code is unknown, used, too old, or another client's.
    #[error("invalid_grant")]
    InvalidGrant,
    /// A key or the system's randomness failed.
    #[error("server_error")]
    Failed,
}
