//! Codes of log lines that report trouble.

use strum::{IntoStaticStr, VariantArray};

/// What a log line reports, for alarms and counters. Refusals, holds and missing pictures have their own codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum LogCode {
    /// S3 or DynamoDB did not answer; the message comes again.
    StorageFailed,
    /// SQS, SNS, SES or KMS did not answer; the message comes again.
    ServiceFailed,
    /// A message that is not one of ours.
    BadMessage,
    /// More people are signing in than may wait in line.
    TooBusy,
    /// We could not make something.
    Internal,
    /// The kernel does not confine the decoder processes.
    DecoderUnconfined,
    /// The object of a large order is not the one that was taken in.
    OrderNotAsTaken,
    /// A bug was hit.
    Panicked,
    /// The trace collector does not answer, or refuses the traces.
    TracesNotSent,
    /// A page could not be made.
    PortalFailed,
    /// A message to the room of a consultation was lost; its sender comes back.
    RoomFailed,
    /// The identity provider of staff is not usable.
    IdentityProviderDown,
    /// The embedded identity provider could not sign somebody in.
    IdentityFailed,
    /// A staff sign-in came back and was refused.
    StaffSignInRefused,
}

impl LogCode {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code in `docs/ERRORS.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}
