//! The codes of log lines that tell of trouble.

use strum::{IntoStaticStr, VariantArray};

/// What a line of the log tells of, for alarms and counters. Refusals, holds and pictures that are missing are logged by codes of
/// their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum LogCode {
    /// S3 or DynamoDB did not answer; the message comes again.
    StorageFailed,
    /// SQS, SNS, SES or KMS did not answer; the message comes again.
    ServiceFailed,
    /// A message that is none of ours.
    BadMessage,
    /// More people sign in at once than wait in line.
    TooBusy,
    /// Something of ours could not be made.
    Internal,
    /// The kernel does not confine the processes that decode.
    DecoderUnconfined,
    /// The object of a large order is not the one that was taken.
    OrderNotAsTaken,
    /// A bug was met.
    Panicked,
    /// The collector of traces does not answer, or refuses them.
    TracesNotSent,
    /// A page could not be made.
    PortalFailed,
    /// The identity provider of staff cannot be used.
    IdentityProviderDown,
    /// The embedded identity provider could not sign somebody in.
    IdentityFailed,
    /// A sign-in of staff came back and is not accepted.
    StaffSignInRefused,
}

impl LogCode {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code of `docs/ERRORS.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}
