//! Messengers of providers that the hospital has its own contract with. One JSON object configures them, with a member
//! for each channel: `{"a-channel": {…}}`; its contents depend on the provider.

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
    /// Not in this form.
    #[error("messengers are a JSON object with a member for each channel")]
    Form,
    /// Every system already has this channel.
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

/// Sets up the messengers of a JSON object.
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
