//! The hospital as patients see it, and the two languages spoken to them.

use serde::{Deserialize, Serialize};

/// The language of a slip, a message or a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// `vi` or `en`, as in BCP 47; any other tag is `None`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The text of this language out of a pair.
    #[must_use]
    pub const fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

/// Branding and support of one hospital: configuration, the same on every page, slip and message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hospital {
    /// Name in Vietnamese, with diacritics.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Unaccented short name that starts an SMS, at most 20 characters.
    pub name_sms: String,
    /// Postal address, one line.
    pub address: String,
    /// Support mailbox.
    pub support_email: String,
    /// Support telephone as it is dialled.
    pub hotline: String,
    /// Hotline hours in Vietnamese.
    pub hotline_hours_vi: String,
    /// Hotline hours in English.
    pub hotline_hours_en: String,
}

impl Hospital {
    /// The name in the patient's language.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        language.pick(&self.name_vi, &self.name_en)
    }

    /// The hotline's hours in the patient's language.
    #[must_use]
    pub fn hotline_hours(&self, language: Language) -> &str {
        language.pick(&self.hotline_hours_vi, &self.hotline_hours_en)
    }
}

impl Default for Hospital {
    /// A hospital that does not exist, for trials: its addresses lead nowhere (RFC 2606).
    fn default() -> Self {
        Self {
            name_vi: "Bệnh viện Đại học Mẫu".into(),
            name_en: "Sample University Hospital".into(),
            name_sms: "BV Dai hoc Mau".into(),
            address: "1 Đường Mẫu, Phường Ví Dụ, TP. Hồ Chí Minh".into(),
            support_email: "hotro@benhvien.example".into(),
            hotline: "1900 0000".into(),
            hotline_hours_vi: "Thứ 2 – Thứ 6: 7:00–20:00, Thứ 7: 7:00–12:00".into(),
            hotline_hours_en: "Mon–Fri 7:00–20:00, Sat 7:00–12:00".into(),
        }
    }
}
