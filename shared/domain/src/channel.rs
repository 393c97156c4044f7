//! The channels of messages. What differs between channels, whatever the provider, is only here; all other code works
//! with any channel.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Language;

/// How much of a wrong word an error repeats, in characters.
const WORD_CHARS_TOLD_MAX: usize = 32;

/// How a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// SMS.
    Sms,
    /// Email.
    Email,
    /// A template message of the Zalo Notification Service.
    ZaloZns,
}

/// What kind of address a channel needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A phone number.
    Phone,
    /// An email address.
    Mailbox,
}

/// The form of a channel's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text in the GSM alphabet, charged by parts.
    Text,
    /// An email with headers and parts.
    Mail,
    /// Named values for a template that the provider stores.
    Values,
}

/// How figures count a channel's messages.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Name of its figure in a manifest.
    pub figure: &'static str,
    /// What is counted, in Vietnamese, within a sentence: `phần SMS`.
    pub what_vi: &'static str,
    /// Its unit, in Vietnamese.
    pub unit_vi: &'static str,
    /// Heading on the finance page, in Vietnamese.
    pub heading_vi: &'static str,
    /// Heading on the finance page, in English.
    pub heading_en: &'static str,
}

impl Channel {
    /// All channels, in the order of lists.
    pub const ALL: [Self; 3] = [Self::Sms, Self::Email, Self::ZaloZns];

    /// The name in items, ledgers, options and addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
            Self::ZaloZns => "zalo-zns",
        }
    }

    /// What people call it, in both languages.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Email => "Email",
            Self::ZaloZns => "Zalo",
        }
    }

    /// What kind of address its messages need.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::Sms | Self::ZaloZns => Reach::Phone,
            Self::Email => Reach::Mailbox,
        }
    }

    /// The form of its messages.
    #[must_use]
    pub const fn form(self) -> Form {
        match self {
            Self::Sms => Form::Text,
            Self::Email => Form::Mail,
            Self::ZaloZns => Form::Values,
        }
    }

    /// Whether every system has it; others are used only if the hospital configures them.
    #[must_use]
    pub const fn is_everywhere(self) -> bool {
        matches!(self, Self::Sms | Self::Email)
    }

    /// How figures count its messages.
    #[must_use]
    pub const fn counted(self) -> Counted {
        match self {
            Self::Sms => Counted {
                figure: "sms_parts",
                what_vi: "phần SMS",
                unit_vi: "phần",
                heading_vi: "SMS (phần)",
                heading_en: "SMS (parts)",
            },
            Self::Email => Counted {
                figure: "emails",
                what_vi: "email",
                unit_vi: "email",
                heading_vi: "Email",
                heading_en: "Emails",
            },
            Self::ZaloZns => Counted {
                figure: "zalo_messages",
                what_vi: "tin Zalo",
                unit_vi: "tin",
                heading_vi: "Tin Zalo",
                heading_en: "Zalo messages",
            },
        }
    }

    /// The channel with this name.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }
}

impl Counted {
    /// The heading on the finance page.
    #[must_use]
    pub const fn heading(&self, language: Language) -> &'static str {
        match language {
            Language::Vi => self.heading_vi,
            Language::En => self.heading_en,
        }
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no channel, or no order of channels.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidChannels {
    /// No channel has this word.
    #[error("{0:?} is no channel; the channels are sms, email and zalo-zns")]
    Unknown(String),
    /// A channel is named more than once.
    #[error("{0} is named twice; name each channel once, separated by commas")]
    Twice(Channel),
}

impl FromStr for Channel {
    type Err = InvalidChannels;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::of_word(word)
            .ok_or_else(|| InvalidChannels::Unknown(word.chars().take(WORD_CHARS_TOLD_MAX).collect()))
    }
}

/// The hospital's channels, in the order in which they are tried: `sms,email`. A notice goes over the first channel to
/// the phone number and the first to the email address. After a failure the next untried channel follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChannelPolicy(Vec<Channel>);

impl Default for ChannelPolicy {
    fn default() -> Self {
        Self(Channel::ALL.into_iter().filter(|channel| channel.is_everywhere()).collect())
    }
}

impl FromStr for ChannelPolicy {
    type Err = InvalidChannels;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let order: Vec<Channel> =
            text.split(',').map(|word| word.trim().parse()).collect::<Result<_, _>>()?;
        let twice = order.iter().enumerate().find(|(at, channel)| order[..*at].contains(channel));
        match twice {
            Some((_, channel)) => Err(InvalidChannels::Twice(*channel)),
            None => Ok(Self(order)),
        }
    }
}

impl TryFrom<String> for ChannelPolicy {
    type Error = InvalidChannels;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ChannelPolicy> for String {
    fn from(policy: ChannelPolicy) -> Self {
        policy.0.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(",")
    }
}

impl ChannelPolicy {
    /// The channels in order.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.0
    }

    /// The channels of a new notice: the first for each kind of address that is known.
    pub fn first(&self, is_known: impl Fn(Reach) -> bool) -> Vec<Channel> {
        let of = |reach| self.0.iter().copied().find(|channel| channel.reach() == reach && is_known(reach));
        self.0.iter().copied().filter(|channel| of(channel.reach()) == Some(*channel)).collect()
    }

    /// The channel to try after one has failed: the first untried one with a known address, unless another message to
    /// that kind of address may still arrive. `tried` says for each tried channel whether its message failed.
    pub fn next(&self, tried: &[(Channel, bool)], is_known: impl Fn(Reach) -> bool) -> Option<Channel> {
        let is_next = |channel: &Channel| {
            is_known(channel.reach())
                && tried.iter().all(|(other, has_failed)| {
                    other != channel && (*has_failed || other.reach() != channel.reach())
                })
        };
        self.0.iter().copied().find(is_next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_has_a_word_of_its_own_and_a_place() {
        for (place, channel) in Channel::ALL.into_iter().enumerate() {
            assert_eq!(channel as usize, place);
            assert_eq!(Channel::of_word(channel.as_str()), Some(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.as_str());
            for other in Channel::ALL.into_iter().filter(|other| *other != channel) {
                assert_ne!(other.counted().figure, channel.counted().figure);
                assert_ne!(other.label(), channel.label());
            }
        }
    }

    #[test]
    fn a_policy_is_an_order_of_channels_each_once() {
        let policy: ChannelPolicy = "email, sms".parse().unwrap();
        assert_eq!(policy.channels(), [Channel::Email, Channel::Sms]);
        assert_eq!(serde_json::to_value(&policy).unwrap(), "email,sms");
        for bad in ["", "fax", "sms;email"] {
            assert_eq!(bad.parse::<ChannelPolicy>(), Err(InvalidChannels::Unknown(bad.into())), "{bad}");
        }
        assert_eq!("sms,sms".parse::<ChannelPolicy>(), Err(InvalidChannels::Twice(Channel::Sms)));
        assert_eq!(String::from(ChannelPolicy::default()), "sms,email");
    }

    #[test]
    fn what_failed_is_followed_by_the_next_that_was_not_tried() {
        use Channel::{Email, Sms};
        let policy = ChannelPolicy::default();
        assert_eq!(policy.first(|_| true), [Sms, Email]);
        assert_eq!(policy.first(|reach| reach == Reach::Mailbox), [Email]);
        for (tried, next) in [
            (&[(Sms, true)][..], Some(Email)),
            (&[(Email, true)], Some(Sms)),
            (&[(Sms, true), (Email, false)], None),
            (&[(Sms, true), (Email, true)], None),
        ] {
            assert_eq!(policy.next(tried, |_| true), next, "{tried:?}");
        }
        assert_eq!(policy.next(&[(Sms, true)], |reach| reach == Reach::Phone), None, "no address is known");
    }

    #[test]
    fn two_channels_to_a_phone_are_tried_one_after_the_other() {
        use Channel::{Email, Sms, ZaloZns};
        let policy: ChannelPolicy = "zalo-zns,sms,email".parse().unwrap();
        assert_eq!(policy.first(|_| true), [ZaloZns, Email]);
        for (tried, next) in [
            (&[(ZaloZns, true), (Email, false)][..], Some(Sms)),
            (&[(ZaloZns, false), (Email, true)], None),
            (&[(ZaloZns, true), (Sms, true), (Email, false)], None),
            (&[(ZaloZns, true), (Sms, true)], Some(Email)),
        ] {
            assert_eq!(policy.next(tried, |_| true), next, "{tried:?}");
        }
    }
}
