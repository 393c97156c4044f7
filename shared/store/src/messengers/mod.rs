//! Messengers of providers with which the hospital has a contract of its own. They are set up by one JSON object that has a member
//! for each channel: `{"a-channel": {…}}`; what stands in it is the provider's.

mod zalo_zns;

use std::collections::BTreeMap;
use std::sync::Arc;

use filmless_domain::Channel;
use serde_json::Value;
use thiserror::Error;

use self::zalo_zns::ZaloZns;
use crate::port::{Messenger, Messengers};

/// Why messengers cannot be set up. Never says what stands in their settings.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidMessengers {
    /// Not the form.
    #[error("messengers are a JSON object with a member for each channel")]
    Form,
    /// Every system has one.
    #[error("every system has a messenger for {0}: it cannot be set up")]
    Own(Channel),
    /// A field is missing or unknown, or it holds what it cannot.
    #[error("the settings of the messenger for {channel} cannot be used: {problem}")]
    Settings {
        /// Of which channel.
        channel: Channel,
        /// Which field, and what is wrong with it.
        problem: String,
    },
}

/// The messengers that a JSON object sets up.
///
/// # Errors
/// [`InvalidMessengers`].
pub fn set_up(json: &str) -> Result<Messengers, InvalidMessengers> {
    let settings: BTreeMap<Channel, Value> =
        serde_json::from_str(json).map_err(|_| InvalidMessengers::Form)?;
    let messengers = settings.into_iter().map(|(channel, settings)| messenger(channel, settings));
    Ok(Messengers::new(messengers.collect::<Result<Vec<_>, _>>()?))
}

/// The messenger of a channel with its settings.
fn messenger(channel: Channel, settings: Value) -> Result<Arc<dyn Messenger>, InvalidMessengers> {
    match channel {
        Channel::Sms | Channel::Email => Err(InvalidMessengers::Own(channel)),
        Channel::ZaloZns => {
            let zalo = ZaloZns::new(settings);
            Ok(Arc::new(zalo.map_err(|problem| InvalidMessengers::Settings { channel, problem })?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_system_has_or_none_knows_is_not_set_up() {
        assert_eq!(set_up("{}").unwrap().iter().count(), 0);
        assert_eq!(set_up(r#"{"sms":{}}"#).unwrap_err(), InvalidMessengers::Own(Channel::Sms));
        for form in ["", "[]", r#"{"fax":{}}"#] {
            assert_eq!(set_up(form).unwrap_err(), InvalidMessengers::Form, "{form}");
        }
    }
}
