use filmless_domain::LogCode;
use filmless_store::StoreError;
use filmless_store::port::PortError;
use thiserror::Error;

/// Why a step failed, by what the caller can do about it. Bad input is not here: its sender gets the reason
/// directly.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// Storage failed; the step can be run again.
    #[error("storage failed")]
    Store(#[source] StoreError),
    /// A port failed; the step can be run again.
    #[error("a service failed")]
    Port(#[source] PortError),
    /// A message in a queue is not one of ours; it goes to the dead-letter queue.
    #[error("the message cannot be read")]
    BadMessage(#[source] serde_json::Error),
    /// Too many people are signing in; try again in a few seconds.
    #[error("too many sign-ins at once")]
    Busy,
    /// We could not make something (a slip, a message, a pack).
    #[error("{what} could not be made")]
    Internal {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DeliveryError {
    pub(crate) fn internal<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        what: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Internal { what, source: source.into() }
    }

    /// The stable code in `docs/ERRORS.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        let code = match self {
            Self::Store(_) => LogCode::StorageFailed,
            Self::Port(_) => LogCode::ServiceFailed,
            Self::BadMessage(_) => LogCode::BadMessage,
            Self::Busy => LogCode::TooBusy,
            Self::Internal { .. } => LogCode::Internal,
        };
        code.code()
    }
}

impl From<StoreError> for DeliveryError {
    fn from(source: StoreError) -> Self {
        Self::Store(source)
    }
}

impl From<PortError> for DeliveryError {
    fn from(source: PortError) -> Self {
        Self::Port(source)
    }
}
