//! Look-up tables, in the form a viewer gets.

use serde::{Deserialize, Serialize};

/// A look-up table. Values outside the table take its first or last entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUpTable {
    /// What the entries are.
    pub kind: TableKind,
    /// The value of the first entry.
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
