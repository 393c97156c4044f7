//! Look-up tables as a viewer gets them.

use serde::{Deserialize, Serialize};

/// A look-up table. A value below the first or above the last entry takes that entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUpTable {
    /// What the entries are.
    pub kind: TableKind,
    /// The value that the first entry belongs to.
    pub first: i32,
    /// Bits of an entry.
    pub bits: u32,
    /// The entries, base64.
    pub data: String,
}

/// What the entries of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableKind {
    /// Sixteen bits each, little endian.
    Grey,
    /// Three bytes each: red, green, blue.
    Palette,
}
