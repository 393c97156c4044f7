use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use filmless_domain::{Channel, Language, PhoneNumber, Secret};

use super::PortError;

/// One SMS.
#[derive(Clone)]
pub struct Sms {
    /// Stable id of this message: sending it again with the same id must not reach the patient twice, if the provider
    /// can tell.
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

/// One email, already composed.
#[derive(Clone)]
pub struct Email {
    /// Stable id of this message, see [`Sms::idempotency_key`].
    pub idempotency_key: String,
    /// Envelope sender.
    pub from: String,
    /// Envelope receiver.
    pub to: String,
    /// The whole message, RFC 5322.
    pub raw: Vec<u8>,
}

/// The contents of a message, as values for a template that the channel's provider stores.
#[derive(Clone)]
pub struct Values {
    /// Stable id of this message, see [`Sms::idempotency_key`].
    pub idempotency_key: String,
    /// Receiver.
    pub to: PhoneNumber,
    /// The language of the template.
    pub language: Language,
    /// Name of the hospital in that language.
    pub hospital: String,
    /// Account name.
    pub account: String,
    /// Password, unless the hospital leaves it to the slip.
    pub password: Option<Secret>,
    /// The whole link.
    pub link: Secret,
}

/// A message in the form of its channel. `Debug` hides it.
#[derive(Clone)]
pub enum Message {
    /// A text to a number.
    Sms(Sms),
    /// An email with headers, to an address.
    Email(Email),
    /// Values for a template, to a number.
    Values(Values),
}

impl Message {
    /// Stable id of this message, see [`Sms::idempotency_key`].
    #[must_use]
    pub fn idempotency_key(&self) -> &str {
        match self {
            Self::Sms(sms) => &sms.idempotency_key,
            Self::Email(email) => &email.idempotency_key,
            Self::Values(values) => &values.idempotency_key,
        }
    }
}

/// Sends the messages of one channel.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Its channel.
    fn channel(&self) -> Channel;

    /// Hands the message to the provider; returns the provider's id.
    ///
    /// # Errors
    /// [`PortError`]; [`PortError::Refused`] for a message in the form of another channel.
    async fn send(&self, message: &Message) -> Result<String, PortError>;

    /// Whether a message sent again under its `idempotency_key` reaches its receiver once.
    fn is_idempotent(&self) -> bool;

    /// Erases what the messenger itself stored of messages whose `idempotency_key` has this prefix; returns how many.
    /// What a provider keeps is up to the provider.
    ///
    /// # Errors
    /// [`PortError`].
    async fn forget(&self, _beginning: &str) -> Result<usize, PortError> {
        Ok(0)
    }
}

/// The messengers of a system, one for each of its channels.
#[derive(Clone, Default)]
pub struct Messengers(BTreeMap<Channel, Arc<dyn Messenger>>);

impl Messengers {
    /// A set of these messengers.
    pub fn new(messengers: impl IntoIterator<Item = Arc<dyn Messenger>>) -> Self {
        Self(messengers.into_iter().map(|messenger| (messenger.channel(), messenger)).collect())
    }

    /// Adds more messengers.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// The messenger of a channel.
    ///
    /// # Errors
    /// [`PortError::Refused`] if there is none.
    pub fn of(&self, channel: Channel) -> Result<&dyn Messenger, PortError> {
        let found = self.0.get(&channel).map(AsRef::as_ref);
        found.ok_or_else(|| PortError::refused("find a messenger", "nothing is set up for this channel"))
    }

    /// The messenger of a channel; if there is none, one that refuses every message.
    #[must_use]
    pub fn shared(&self, channel: Channel) -> Arc<dyn Messenger> {
        self.0.get(&channel).map_or_else(|| Arc::new(NoMessenger(channel)) as _, Arc::clone)
    }

    /// Hands a message to the channel's provider; returns the provider's id.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn send(&self, channel: Channel, message: &Message) -> Result<String, PortError> {
        self.of(channel)?.send(message).await
    }

    /// All messengers.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Messenger> {
        self.0.values().map(AsRef::as_ref)
    }
}

/// For a channel without a messenger.
struct NoMessenger(Channel);

#[async_trait]
impl Messenger for NoMessenger {
    fn channel(&self) -> Channel {
        self.0
    }

    async fn send(&self, _: &Message) -> Result<String, PortError> {
        Err(PortError::refused("find a messenger", "nothing is set up for this channel"))
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message(hidden)")
    }
}

impl std::fmt::Debug for Messengers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
