//! Coded concepts (PS3.3 8.8).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::data_set::Item;

/// A concept from a code sequence. People read only its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Code Value (0008,0100), or its long or URN form; empty when missing.
    pub value: String,
    /// Coding Scheme Designator (0008,0102); empty when missing.
    pub scheme: String,
    /// Code Meaning (0008,0104).
    pub meaning: Option<String>,
}

impl Code {
    /// The first concept of a code sequence.
    pub(crate) fn read(item: Item<'_>, sequence: Tag) -> Option<Self> {
        let item = item.first_item(sequence)?;
        let value = item
            .text(tags::CODE_VALUE)
            .or_else(|| item.text(tags::LONG_CODE_VALUE))
            .or_else(|| item.text(tags::URN_CODE_VALUE));
        let code = Self {
            value: value.unwrap_or_default(),
            scheme: item.text(tags::CODING_SCHEME_DESIGNATOR).unwrap_or_default(),
            meaning: item.text(tags::CODE_MEANING),
        };
        Some(code).filter(|code| code.meaning.is_some() || !code.value.is_empty())
    }

    /// Whether this is a code of the DICOM Controlled Terminology (PS3.16 D).
    pub(crate) fn is_dcm(&self, values: &[&str]) -> bool {
        self.scheme == "DCM" && values.contains(&self.value.as_str())
    }

    /// The meaning, else the value.
    pub(crate) fn readable(&self) -> String {
        self.meaning.clone().unwrap_or_else(|| self.value.clone())
    }
}
