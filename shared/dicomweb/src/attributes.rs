//! Attributes in the DICOM JSON Model (PS3.18 F): those that a query looks at, out of metadata that is much longer.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// One attribute.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Attribute {
    /// Its value representation.
    pub vr: String,
    /// Its values; none where it is empty.
    #[serde(rename = "Value", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// Its bytes in base64.
    #[serde(rename = "InlineBinary", skip_serializing_if = "Option::is_none")]
    pub inline_binary: Option<String>,
}

/// Attributes by tag, group before element.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attributes(BTreeMap<u32, Attribute>);

impl Attributes {
    /// The attribute of a tag.
    #[must_use]
    pub fn get(&self, tag: u32) -> Option<&Attribute> {
        self.0.get(&tag)
    }

    /// Sets an attribute.
    pub fn set(&mut self, tag: u32, vr: &str, values: Vec<Value>) {
        self.0.insert(tag, Attribute { vr: vr.to_owned(), values, inline_binary: None });
    }

    /// Sets an attribute of one value of text; a name becomes its alphabetic group (PS3.18 F.2.2).
    pub fn set_text(&mut self, tag: u32, vr: &str, text: &str) {
        let value = if vr == "PN" { serde_json::json!({ "Alphabetic": text }) } else { Value::from(text) };
        self.set(tag, vr, if text.is_empty() { Vec::new() } else { vec![value] });
    }

    /// Sets an attribute where there is none with a value.
    pub fn set_text_if_absent(&mut self, tag: u32, vr: &str, text: Option<&str>) {
        if self.get(tag).is_none_or(|attribute| attribute.values.is_empty()) {
            self.set_text(tag, vr, text.unwrap_or_default());
        }
    }

    /// Adds the attributes that the others have.
    pub fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().map(|(tag, attribute)| (*tag, attribute.clone())));
    }

    /// Those of the tags that pass.
    #[must_use]
    pub fn filtered(&self, is_kept: impl Fn(u32) -> bool) -> Self {
        let kept = self.0.iter().filter(|(tag, _)| is_kept(**tag));
        Self(kept.map(|(tag, attribute)| (*tag, attribute.clone())).collect())
    }

    /// The only or first value, as text.
    #[must_use]
    pub fn text(&self, tag: u32) -> Option<&str> {
        self.get(tag)?.values.first()?.as_str()
    }

    /// Takes the wanted attributes out of the JSON of one object. Where that is cut off, those are taken that come before:
    /// attributes stand in the order of their tags. Attributes whose bytes are elsewhere are left out, within items as well: their
    /// addresses are relative to the series, and an answer to a search is not.
    #[must_use]
    pub fn read(json: &[u8], is_wanted: impl Fn(u32) -> bool) -> Self {
        let mut read = Self::default();
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let _ = Wanted { is_wanted: &is_wanted, read: &mut read }.deserialize(&mut deserializer);
        read
    }
}

struct Wanted<'r, F> {
    is_wanted: &'r F,
    read: &'r mut Attributes,
}

impl<'de, F: Fn(u32) -> bool> DeserializeSeed<'de> for Wanted<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: Fn(u32) -> bool> Visitor<'de> for Wanted<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attributes in the DICOM JSON Model")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(tag)) = map.next_key()? {
            if !tag.is_some_and(self.is_wanted) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let Found { vr, mut values, inline_binary, elsewhere } = map.next_value()?;
            if let (Some(tag), None) = (tag, elsewhere) {
                values.iter_mut().for_each(leave_out_bulk_data);
                self.read.0.insert(tag, Attribute { vr, values, inline_binary });
            }
        }
        Ok(())
    }
}

/// Items are no deeper than a data set that was read.
fn leave_out_bulk_data(value: &mut Value) {
    let Value::Object(item) = value else { return };
    item.retain(|_, attribute| attribute.get("BulkDataURI").is_none());
    for attribute in item.values_mut() {
        let values = attribute.get_mut("Value").and_then(Value::as_array_mut);
        values.into_iter().flatten().for_each(leave_out_bulk_data);
    }
}

#[derive(serde::Deserialize)]
struct Found {
    vr: String,
    #[serde(rename = "Value", default)]
    values: Vec<Value>,
    #[serde(rename = "InlineBinary", default)]
    inline_binary: Option<String>,
    #[serde(rename = "BulkDataURI", default)]
    elsewhere: Option<IgnoredAny>,
}

/// Eight hexadecimal digits.
struct Key(Option<u32>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a tag")
            }

            fn visit_str<E>(self, text: &str) -> Result<Key, E> {
                Ok(Key(u32::from_str_radix(text, 16).ok()))
            }
        }
        deserializer.deserialize_str(Digits)
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (tag, attribute) in &self.0 {
            object.serialize_entry(&format_args!("{tag:08X}").to_string(), attribute)?;
        }
        object.end()
    }
}

/// The answer to a query (PS3.18 10.6.3.1.3): an array, empty where nothing matches.
#[must_use]
pub fn answer(found: &[Attributes]) -> Vec<u8> {
    // Writing to memory does not fail, and every key is a string.
    serde_json::to_vec(found).unwrap_or_else(|_| b"[]".to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00080060":{"vr":"CS","Value":["CT"]},
        "00090010":{"vr":"OB","InlineBinary":"AQI="},"00100010":{"vr":"PN","Value":[{"Alphabetic":"A^B"}]},
        "00281201":{"vr":"OW","BulkDataURI":"instances/1.2/bulkdata/00281201"},"00400275":{"vr":"SQ"},
        "zz":{"vr":"SQ"}}"#;

    #[test]
    fn only_what_is_wanted_and_here_is_taken() {
        let all = Attributes::read(JSON.as_bytes(), |_| true);
        assert_eq!(
            all.0.keys().copied().collect::<Vec<_>>(),
            [0x0008_0005, 0x0008_0060, 0x0009_0010, 0x0010_0010, 0x0040_0275]
        );
        assert_eq!(all.text(0x0008_0060), Some("CT"));
        let one = Attributes::read(JSON.as_bytes(), |tag| tag == 0x0008_0060);
        assert_eq!(answer(&[one]), br#"[{"00080060":{"vr":"CS","Value":["CT"]}}]"#);
        assert_eq!(answer(&[]), b"[]");
    }

    #[test]
    fn bytes_that_are_elsewhere_are_left_out_of_items_as_well() {
        const NESTED: &str = r#"{"54000100":{"vr":"SQ","Value":[{"003A0005":{"vr":"US","Value":[2]},
            "54001010":{"vr":"OW","BulkDataURI":"instances/1.2/bulkdata/54000100/1/54001010"},
            "003A0200":{"vr":"SQ","Value":[{"00291010":{"vr":"OB","BulkDataURI":"instances/1.2/bulkdata/x"}}]}}]}}"#;
        let read = Attributes::read(NESTED.as_bytes(), |_| true);
        let told = r#"[{"54000100":{"vr":"SQ","Value":[{"003A0005":{"Value":[2],"vr":"US"},"003A0200":{"Value":[{}],"vr":"SQ"}}]}}]"#;
        assert_eq!(String::from_utf8(answer(&[read])).unwrap(), told);
    }

    #[test]
    fn of_an_object_that_is_cut_off_the_first_attributes_are_known() {
        let cut = JSON.find("Alphabetic").unwrap();
        let read = Attributes::read(&JSON.as_bytes()[..cut], |_| true);
        assert_eq!((read.text(0x0008_0060), read.get(0x0010_0010)), (Some("CT"), None));
        assert_eq!(Attributes::read(b"", |_| true), Attributes::default());
    }
}
