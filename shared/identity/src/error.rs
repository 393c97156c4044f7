use thiserror::Error;

/// Why somebody is not signed in, by what can be done about it.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The provider does not answer, or its answer is unreadable: try again later.
    #[error("the identity provider cannot be used: {what}")]
    Provider {
        /// What failed, without anything we sent.
        what: &'static str,
        /// Why.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The provider answered, but we do not accept the answer.
    #[error("the sign-in is refused: {0}")]
    Refused(Refusal),
    /// The provider knows the person, but they have none of our roles.
    #[error("the sign-in is refused: it names no role that Filmless knows")]
    NoRole {
        /// Their stable name.
        subject: String,
    },
    /// Our own settings are not usable.
    #[error("the settings of the identity provider cannot be used: {0}")]
    Settings(&'static str),
}

/// Why we do not accept an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It answers another request than this browser's.
    #[error("state")]
    State,
    /// It comes from another provider (RFC 9207).
    #[error("issuer")]
    Issuer,
    /// The provider, or the person there, said no.
    #[error("declined")]
    Declined,
    /// The code is used, expired or invalid.
    #[error("code")]
    Code,
    /// The token is not one that this provider made for us, now.
    #[error("token")]
    Token,
}

impl Refusal {
    /// The name in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Issuer => "issuer",
            Self::Declined => "declined",
            Self::Code => "code",
            Self::Token => "token",
        }
    }
}

impl IdentityError {
    pub(crate) fn provider(
        what: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Provider { what, source: Some(Box::new(source)) }
    }
}
