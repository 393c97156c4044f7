//! Every limit on untrusted input, in one documented struct that is passed in.

use serde::{Deserialize, Serialize};

/// Limits on what one upload may ask of us. They are enforced before memory is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Largest uploaded object that is read, in bytes.
    pub object_bytes_max: u64,
    /// Largest header (all before Pixel Data) that is read, in bytes.
    pub header_bytes_max: u64,
    /// First ranged GET of a header, in bytes.
    pub header_first_read_bytes: u64,
    /// Second ranged GET of a header, in bytes; the third is [`Self::header_bytes_max`].
    pub header_second_read_bytes: u64,
    /// Most data elements of one header, nested ones included.
    pub elements_max: usize,
    /// Deepest nesting of sequences.
    pub depth_max: usize,
    /// Longest single value outside pixel data, in bytes.
    pub value_bytes_max: u64,
    /// Most frames of one instance.
    pub frames_max: u32,
    /// Most rows, and most columns, of one frame.
    pub side_pixels_max: u32,
    /// Most rows × columns × samples of one frame.
    pub frame_samples_max: u64,
    /// Largest report, document or video that is put before a reader, in bytes; a larger one is downloaded.
    pub document_bytes_max: u64,
    /// Most entries of one ZIP.
    pub zip_entries_max: usize,
    /// Most bytes of all entries of one ZIP, unpacked.
    pub zip_unpacked_bytes_max: u64,
    /// Largest ratio of unpacked to packed bytes of one ZIP entry.
    pub zip_ratio_max: u64,
    /// Largest order, in bytes.
    pub order_bytes_max: u64,
    /// Wrong second checks (birth date or password) in the life of one link.
    pub link_failures_max: u32,
    /// Wrong passwords of one account, from one source address, within [`Self::sign_in_window_seconds`].
    pub sign_in_failures_max: u32,
    /// Wrong passwords from one source address, of whatever accounts, within [`Self::sign_in_window_seconds`]: with
    /// more, each account has [`Self::sign_in_failures_under_attack_max`] from there. Not none: a whole hospital and
    /// half a town can share one address, and its guesser must not lock them out.
    pub source_failures_max: u32,
    /// Wrong passwords from one source address after which nothing more from there is looked at in the window.
    pub source_flood_max: u32,
    /// Wrong passwords of one account, from wherever, within [`Self::sign_in_window_seconds`]: with more, each source
    /// has [`Self::sign_in_failures_under_attack_max`].
    pub account_failures_max: u32,
    /// As [`Self::sign_in_failures_max`], while the account is being guessed at from many sources.
    pub sign_in_failures_under_attack_max: u32,
    /// Window in which wrong passwords are counted, in seconds.
    pub sign_in_window_seconds: u32,
    /// Most messages to one phone number or email address within [`Self::messages_window_seconds`]: whatever goes
    /// wrong, nobody is flooded.
    pub messages_per_receiver_max: u32,
    /// Window in which messages are counted, in seconds.
    pub messages_window_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            object_bytes_max: 4096 * MIB,
            header_bytes_max: 64 * MIB,
            header_first_read_bytes: 64 << 10,
            header_second_read_bytes: 512 << 10,
            elements_max: 200_000,
            depth_max: 32,
            value_bytes_max: 16 * MIB,
            frames_max: 20_000,
            side_pixels_max: 32_768,
            frame_samples_max: 400_000_000,
            document_bytes_max: 256 * MIB,
            zip_entries_max: 20_000,
            zip_unpacked_bytes_max: 8192 * MIB,
            zip_ratio_max: 200,
            order_bytes_max: MIB,
            link_failures_max: 10,
            sign_in_failures_max: 10,
            source_failures_max: 100,
            source_flood_max: 2000,
            account_failures_max: 100,
            sign_in_failures_under_attack_max: 3,
            sign_in_window_seconds: 900,
            messages_per_receiver_max: 30,
            messages_window_seconds: 24 * 3600,
        }
    }
}
