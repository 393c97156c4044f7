//! Limits on claim files: they come from outside, by upload too.

/// Limits on claim files. They are enforced before memory is spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLimits {
    /// Largest file, packed or not, in bytes.
    pub file_bytes_max: u64,
    /// Most entries of a ZIP.
    pub zip_entries_max: usize,
    /// Most bytes of all entries of a ZIP, unpacked.
    pub zip_unpacked_bytes_max: u64,
    /// Most `HOSO` of all files together.
    pub dossiers_max: u64,
    /// Most rows of all files together, those of other groups included.
    pub rows_max: u64,
    /// Deepest nesting of XML elements.
    pub depth_max: usize,
    /// Most columns of a table: a wrong file is told from a table.
    pub columns_max: usize,
}

impl Default for ClaimLimits {
    fn default() -> Self {
        Self {
            file_bytes_max: 1 << 30,
            zip_entries_max: 200_000,
            zip_unpacked_bytes_max: 4 << 30,
            dossiers_max: 1_000_000,
            rows_max: 20_000_000,
            depth_max: 32,
            columns_max: 200,
        }
    }
}
