use thiserror::Error;

/// Why somebody is not signed in, by what can be done about it.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The provider does not answer, or not in a way that can be understood: try again later.
    #[error("the identity provider cannot be used: {what}")]
    Provider {
        /// What failed, without anything that was sent.
        what: &'static str,
        /// Why.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The provider answered, and the answer is not accepted.
    #[error("the sign-in is refused: {0}")]
    Refused(Refusal),
    /// Somebody the provider knows, without a role of ours.
    #[error("the sign-in is refused: it names no role that Filmless knows")]
    NoRole {
        /// Their stable name.
        subject: String,
    },
    /// Our own settings cannot be used.
    #[error("the settings of the identity provider cannot be used: {0}")]
    Settings(&'static str),
}

/// Why an answer is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It answers another question than the one this browser asked.
    #[error("state")]
    State,
    /// It comes from another provider (RFC 9207).
    #[error("issuer")]
    Issuer,
    /// The provider, or whoever sat there, said no.
    #[error("declined")]
    Declined,
    /// The code was used already, has expired, or is none.
    #[error("code")]
    Code,
    /// The token is not one that this provider made for us, now.
    #[error("token")]
    Token,
}

impl Refusal {
    /// The word in the log.
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
