//! One value for each channel.

use std::fmt;
use std::ops::{AddAssign, Index, IndexMut};

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Channel;

/// One value for each channel. A manifest has each sum under the name from [`Channel::counted`], and sums of optional
/// channels only if there are any. So a manifest from before such a channel reads and computes the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PerChannel<T>([T; Channel::ALL.len()]);

impl<T> Index<Channel> for PerChannel<T> {
    type Output = T;

    fn index(&self, channel: Channel) -> &T {
        &self.0[channel as usize]
    }
}

impl<T> IndexMut<Channel> for PerChannel<T> {
    fn index_mut(&mut self, channel: Channel) -> &mut T {
        &mut self.0[channel as usize]
    }
}

impl<T: Copy> PerChannel<T> {
    /// Applies a function to each.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> PerChannel<U> {
        PerChannel(self.0.map(make))
    }

    /// Every channel and its value.
    pub fn iter(&self) -> impl Iterator<Item = (Channel, T)> + '_ {
        Channel::ALL.into_iter().map(|channel| (channel, self[channel]))
    }
}

impl PerChannel<i64> {
    /// The channels that figures show: those every system has, and those with a value.
    pub fn shown(&self) -> impl Iterator<Item = (Channel, i64)> + '_ {
        self.iter().filter(|(channel, sum)| channel.is_everywhere() || *sum != 0)
    }
}

impl AddAssign for PerChannel<i64> {
    fn add_assign(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

impl Serialize for PerChannel<i64> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (channel, sum) in self.shown() {
            map.serialize_entry(channel.counted().figure, &sum)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for PerChannel<i64> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Figures;

        impl<'de> Visitor<'de> for Figures {
            type Value = PerChannel<i64>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sum for each channel")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut sums = PerChannel::default();
                while let Some(name) = map.next_key::<String>()? {
                    match Channel::ALL.into_iter().find(|channel| channel.counted().figure == name) {
                        Some(channel) => sums[channel] = map.next_value()?,
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(sums)
            }
        }

        deserializer.deserialize_map(Figures)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sums {
        studies: i64,
        #[serde(flatten)]
        sent: PerChannel<i64>,
        slips: i64,
    }

    #[test]
    fn sums_of_channels_stand_among_others_as_they_always_did() {
        let mut sums = Sums { studies: 7, sent: PerChannel::default(), slips: 5 };
        sums.sent[Channel::Sms] = 3;
        let text = serde_json::to_string(&sums).unwrap();
        assert_eq!(text, r#"{"studies":7,"sms_parts":3,"emails":0,"slips":5}"#);
        assert_eq!(serde_json::from_str::<Sums>(&text).unwrap(), sums);
        let newer = json!({ "studies": 7, "sms_parts": 3, "emails": 0, "letters": 9, "slips": 5 });
        assert_eq!(serde_json::from_value::<Sums>(newer).unwrap(), sums);
    }
}
