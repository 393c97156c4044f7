//! Limits on claim files, because they come from outside, also by upload.

/// Limits on claim files, enforced before memory is spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLimits {
    /// Largest file, packed or not, in bytes.
    pub file_bytes_max: u64,
    /// Most entries of a ZIP.
    pub zip_entries_max: usize,
    /// Most bytes of all entries of a ZIP, unpacked.
    pub zip_unpacked_bytes_max: u64,
    /// Most `HOSO` in all files together.
    pub dossiers_max: u64,
    /// Most rows in all files together, including those of other groups.
    pub rows_max: u64,
    /// Deepest nesting of XML elements.
    pub depth_max: usize,
    /// Most columns of a table, to tell a wrong file from a table.
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
