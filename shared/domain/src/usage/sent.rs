//! Messages in the ledger: one kind of event for every channel, and two older kinds.

use super::{UsageKind, UsageUnit};
use crate::Channel;
use crate::channel::Form;

impl UsageKind {
    /// The kinds for a message handed to a provider.
    pub const SENT: [Self; 3] = [Self::MessageSent, Self::SmsSent, Self::EmailSent];

    /// Whether it records a message handed to a provider.
    #[must_use]
    pub fn is_sent(self) -> bool {
        Self::SENT.contains(&self)
    }
}

impl UsageUnit {
    /// The unit of a channel's messages.
    #[must_use]
    pub const fn of_channel(channel: Channel) -> Self {
        match channel.form() {
            Form::Text => Self::Part,
            Form::Mail | Form::Values => Self::Message,
        }
    }
}
