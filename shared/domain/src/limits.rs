//! Every limit on untrusted input, in one documented struct that is passed in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Limits on what one upload can make us do, enforced before memory is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Largest uploaded object that is read, in bytes.
    pub object_bytes_max: u64,
    /// Largest header (everything before Pixel Data) that is read, in bytes.
    pub header_bytes_max: u64,
    /// First ranged GET of a header, in bytes.
    pub header_first_read_bytes: u64,
    /// Second ranged GET of a header, in bytes; the third is [`Self::header_bytes_max`].
    pub header_second_read_bytes: u64,
    /// Most data elements in one header, including nested ones; more for large objects, see [`Self::elements_max_of`].
    pub elements_max: usize,
    /// Deepest nesting of sequences.
    pub depth_max: usize,
    /// Longest single value outside pixel data, in bytes; longer for bytes that nobody interprets, see
    /// [`Self::opaque_bytes_max_of`].
    pub value_bytes_max: u64,
    /// Most frames in one instance.
    pub frames_max: u32,
    /// Most rows, and most columns, in one frame.
    pub side_pixels_max: u32,
    /// Most rows × columns × samples of one frame.
    pub frame_samples_max: u64,
    /// Seconds granted for decoding any file, whatever its size.
    pub decode_seconds_min: u64,
    /// Bytes of a larger file that grant one more second.
    pub decode_bytes_per_second: u64,
    /// Most seconds that decoding one file may take.
    pub decode_seconds_max: u64,
    /// Most memory (address space) of a decoder process, in bytes.
    pub decoder_memory_bytes_max: u64,
    /// Largest report, document or video shown to a reader, in bytes; larger ones are downloaded.
    pub document_bytes_max: u64,
    /// Most entries in one ZIP.
    pub zip_entries_max: usize,
    /// Most unpacked bytes of all entries of one ZIP.
    pub zip_unpacked_bytes_max: u64,
    /// Largest ratio of unpacked to packed bytes of one ZIP, all entries together.
    pub zip_ratio_max: u64,
    /// A smaller ZIP counts as this large, in bytes: a few blank images pack to nearly nothing.
    pub zip_ratio_from_bytes: u64,
    /// Largest order, in bytes.
    pub order_bytes_max: u64,
    /// Wrong second checks (birth date or password) during the life of one link.
    pub link_failures_max: u32,
    /// Wrong passwords for one account, from one source address, within [`Self::sign_in_window_seconds`].
    pub sign_in_failures_max: u32,
    /// Wrong passwords from one source address, for any account, within [`Self::sign_in_window_seconds`]. After more,
    /// each account has [`Self::sign_in_failures_under_attack_max`] from there. Not zero: a whole hospital and half a
    /// town can share an address, and one guesser must not lock them out.
    pub source_failures_max: u32,
    /// Wrong passwords from one source address after which everything from there is ignored for the window.
    pub source_flood_max: u32,
    /// Wrong passwords for one account, from anywhere, within [`Self::sign_in_window_seconds`]. After more, each
    /// source has [`Self::sign_in_failures_under_attack_max`].
    pub account_failures_max: u32,
    /// Like [`Self::sign_in_failures_max`], while many sources guess at the account.
    pub sign_in_failures_under_attack_max: u32,
    /// Window for counting wrong passwords, in seconds.
    pub sign_in_window_seconds: u32,
    /// Most messages to one phone number or email address within [`Self::messages_window_seconds`]: whatever goes
    /// wrong, nobody is flooded.
    pub messages_per_receiver_max: u32,
    /// Window for counting messages, in seconds.
    pub messages_window_seconds: u32,
}

/// An honest object has at most one element per this many bytes; a report of ten thousand coded lines comes close.
const BYTES_PER_ELEMENT: u64 = 12;
/// The limit never exceeds [`Limits::elements_max`] times this, however large the object is.
const ELEMENTS_GROWTH_MAX: usize = 5;

impl Limits {
    /// Most data elements in the header of an object of this many bytes: a 3 MB radiation dose report has more than a
    /// thousand CT slices.
    #[must_use]
    pub fn elements_max_of(&self, object_bytes: u64) -> usize {
        let by_size = usize::try_from(object_bytes / BYTES_PER_ELEMENT).unwrap_or(usize::MAX);
        by_size.min(self.elements_max.saturating_mul(ELEMENTS_GROWTH_MAX)).max(self.elements_max)
    }

    /// Longest single byte-string value outside pixel data, in an object of this many bytes: private values may make
    /// up most of it.
    #[must_use]
    pub fn opaque_bytes_max_of(&self, object_bytes: u64) -> u64 {
        object_bytes.min(self.header_bytes_max).max(self.value_bytes_max)
    }
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
            decode_seconds_min: 120,
            decode_bytes_per_second: MIB,
            decode_seconds_max: 600,
            decoder_memory_bytes_max: 4096 * MIB,
            document_bytes_max: 256 * MIB,
            zip_entries_max: 20_000,
            zip_unpacked_bytes_max: 8192 * MIB,
            zip_ratio_max: 200,
            zip_ratio_from_bytes: 64 << 10,
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

impl Limits {
    /// How long decoding a file of this many bytes may take, all frames together.
    #[must_use]
    pub fn decode_budget(&self, file_bytes: u64) -> Duration {
        let more = file_bytes / self.decode_bytes_per_second.max(1);
        Duration::from_secs(self.decode_seconds_min.saturating_add(more).min(self.decode_seconds_max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_of_a_file_grows_with_its_bytes_and_ends() {
        let limits = Limits::default();
        assert_eq!(limits.decode_budget(94_000), Duration::from_secs(120));
        assert_eq!(limits.decode_budget(100 << 20), Duration::from_secs(220));
        assert_eq!(limits.decode_budget(u64::MAX), Duration::from_secs(600));
    }

    #[test]
    fn large_objects_may_hold_more_up_to_a_point() {
        let limits = Limits::default();
        for (bytes, elements, opaque) in [
            (0, 200_000, 16 << 20),
            (3_300_000, 275_000, 16 << 20),
            (18 << 20, 1_000_000, 18 << 20),
            (u64::MAX, 1_000_000, 64 << 20),
        ] {
            let allowed = (limits.elements_max_of(bytes), limits.opaque_bytes_max_of(bytes));
            assert_eq!(allowed, (elements, opaque), "{bytes}");
        }
    }
}
