//! Where objects are stored. `docs/STORAGE-LAYOUT.md` has the same map, path by path and with retention.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{DownloadKind, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};

/// S3 allows keys of 1 to 1,024 bytes of UTF-8.
pub const KEY_BYTES_MAX: usize = 1024;

/// The key of one object. It may contain a patient's name, because hospitals name files so; `Debug` hides it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectKey(String);

/// The text is not an object key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an object key has 1 to 1,024 bytes")]
pub struct InvalidKey;

/// What an object in the studies bucket is, judging by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// A DICOM file or a ZIP of them.
    Study,
    /// One entry of a ZIP that we unpacked: a DICOM file, never another ZIP.
    Unpacked,
    /// What somebody who may annotate marked in a study, written by us.
    Marks,
    /// An order.
    Order,
    /// Refused earlier, by us; its events are ignored.
    Quarantined,
}

impl ObjectKey {
    /// Accepts any key that S3 accepts.
    ///
    /// # Errors
    /// [`InvalidKey`] if it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        if text.is_empty() || text.len() > KEY_BYTES_MAX {
            Err(InvalidKey)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the object is, judging by its key. Hospitals upload below `incoming/` and `orders/`; any other key counts
    /// as a study, so that nothing is missed.
    #[must_use]
    pub fn upload(&self) -> Upload {
        let below = |prefix: &str| self.0.starts_with(prefix);
        if below("quarantine/") {
            Upload::Quarantined
        } else if below("orders/") || below("incoming/orders/") {
            Upload::Order
        } else if below("unpacked/") {
            Upload::Unpacked
        } else if below("marks/") {
            Upload::Marks
        } else {
            Upload::Study
        }
    }
}

impl TryFrom<String> for ObjectKey {
    type Error = InvalidKey;
    fn try_from(text: String) -> Result<Self, InvalidKey> {
        Self::parse(&text)
    }
}

impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> String {
        key.0
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectKey({} bytes)", self.0.len())
    }
}

/// Whether XML can contain this character of a key (XML 1.0, 2.2): S3 lists its objects in XML.
fn is_nameable(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Cuts a key to the length S3 allows, keeping its end: the file name is what its sender looks for.
fn fitted(prefix: &str, tail: &str, suffix: &str) -> ObjectKey {
    let room = KEY_BYTES_MAX - prefix.len() - suffix.len();
    let mut start = tail.len().saturating_sub(room);
    while !tail.is_char_boundary(start) {
        start += 1;
    }
    let tail: String = tail[start..].chars().map(|c| if is_nameable(c) { c } else { '_' }).collect();
    ObjectKey(format!("{prefix}{tail}{suffix}"))
}

/// The copy of a refused object: `quarantine/<first 16 digits of its digest>/<key as uploaded>`, so that two refusals
/// under one key do not overwrite each other.
#[must_use]
pub fn quarantined(source: &ObjectKey, content_digest: &str) -> ObjectKey {
    fitted(&format!("quarantine/{}/", short(content_digest)), source.as_str(), "")
}

/// The reason, beside the copy: `….reason.json`.
#[must_use]
pub fn quarantine_reason(source: &ObjectKey, content_digest: &str) -> ObjectKey {
    fitted(&format!("quarantine/{}/", short(content_digest)), source.as_str(), ".reason.json")
}

/// A note about an accepted object, where it would be if it had been refused.
#[must_use]
pub fn quarantine_note(source: &ObjectKey, content_digest: &str) -> ObjectKey {
    fitted(&format!("quarantine/{}/", short(content_digest)), source.as_str(), ".note.json")
}

/// One entry of an uploaded ZIP: `unpacked/<first 16 digits of its digest>/<number>-<entry name>`.
#[must_use]
pub fn unpacked(zip_digest: &str, entry: usize, name: &str) -> ObjectKey {
    fitted(&format!("unpacked/{}/{entry:05}-", short(zip_digest)), name, "")
}

/// One object of marks, by the day on which they were saved: `marks/20261130/<SOP Instance UID>.dcm`.
#[must_use]
pub fn marks(day: Date, instance: &SopInstanceUid) -> ObjectKey {
    ObjectKey(format!("marks/{}/{instance}.dcm", day.strftime("%Y%m%d")))
}

/// The name below which the entries of a ZIP are, from its digest.
#[must_use]
pub fn zip_name(zip_digest: &str) -> &str {
    short(zip_digest)
}

/// The name of the ZIP that an object came from, if it came from one.
#[must_use]
pub fn zip_name_of(key: &ObjectKey) -> Option<&str> {
    key.0.strip_prefix("unpacked/")?.split_once('/').map(|(name, _)| name)
}

/// The manifest of a study in the derived bucket.
#[must_use]
pub fn study_manifest(study: &StudyInstanceUid) -> ObjectKey {
    ObjectKey(format!("{study}/study.json"))
}

/// All files of a study in one ZIP, by their contents. Kept under a separate prefix, so that it can expire.
#[must_use]
pub fn study_download(study: &StudyInstanceUid, kind: DownloadKind, content_digest: &str) -> ObjectKey {
    let end = match kind {
        DownloadKind::Uploaded => "zip",
        DownloadKind::Media => "media.zip",
    };
    ObjectKey(format!("downloads/{study}/{}.{end}", short(content_digest)))
}

/// Files of a study as one multipart answer, by what is in it. It expires with the downloads.
#[must_use]
pub fn study_retrieval(study: &StudyInstanceUid, content_digest: &str) -> ObjectKey {
    ObjectKey(format!("downloads/{study}/{}.mime", short(content_digest)))
}

/// The objects of one rendered series in the derived bucket. Each key contains the digest of the series' contents, so
/// a viewer never reads the index of one rendering with the pack of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesKeys {
    /// All frames of the series: `.pack`.
    pub pack: ObjectKey,
    /// The contents of the pack: `.index.json`.
    pub index: ObjectKey,
    /// The series' most telling image: `.poster.jpg`.
    pub poster: ObjectKey,
    /// Contact sheet: `.thumbs.jpg`.
    pub thumbs: ObjectKey,
    /// DICOMweb metadata of all instances (PS3.18 F): `.metadata.json`.
    pub metadata: ObjectKey,
}

impl SeriesKeys {
    /// The keys for one version of a series' contents.
    #[must_use]
    pub fn new(study: &StudyInstanceUid, series: &SeriesInstanceUid, content_digest: &str) -> Self {
        let stem = format!("{study}/{series}/{}", short(content_digest));
        Self {
            pack: ObjectKey(format!("{stem}.pack")),
            index: ObjectKey(format!("{stem}.index.json")),
            poster: ObjectKey(format!("{stem}.poster.jpg")),
            thumbs: ObjectKey(format!("{stem}.thumbs.jpg")),
            metadata: ObjectKey(format!("{stem}.metadata.json")),
        }
    }
}

/// The slip of one link version in the slips bucket.
#[must_use]
pub fn slip_pdf(study: &StudyInstanceUid, link_version: u32) -> ObjectKey {
    ObjectKey(format!("{study}/v{link_version}/slip.pdf"))
}

/// The QR code of one link version, for a HIS that prints its own slips.
#[must_use]
pub fn slip_qr(study: &StudyInstanceUid, link_version: u32) -> ObjectKey {
    ObjectKey(format!("{study}/v{link_version}/qr.png"))
}

fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_keys_hold_nothing_that_a_list_cannot_name() {
        let odd = "a\0b\u{1}\r\u{ffff} ế.dcm";
        assert_eq!(
            unpacked("0123456789abcdef00", 1, odd).as_str(),
            "unpacked/0123456789abcdef/00001-a_b___ ế.dcm"
        );
        let source = ObjectKey::parse(odd).unwrap();
        assert_eq!(
            quarantined(&source, "0123456789abcdef").as_str(),
            "quarantine/0123456789abcdef/a_b___ ế.dcm"
        );
    }

    #[test]
    fn the_prefix_says_what_an_upload_is() {
        for (key, upload) in [
            ("incoming/a b+%ế.dcm", Upload::Study),
            ("x/IM0001", Upload::Study),
            ("orders/A1.json", Upload::Order),
            ("incoming/orders/A1.json", Upload::Order),
            ("unpacked/00/00001-a", Upload::Unpacked),
            ("marks/20261130/2.25.1.dcm", Upload::Marks),
            ("incoming/marks/1.dcm", Upload::Study),
            ("quarantine/00/incoming/a", Upload::Quarantined),
        ] {
            assert_eq!(ObjectKey::parse(key).unwrap().upload(), upload, "{key}");
        }
    }

    #[test]
    fn quarantine_keys_stay_within_the_limit_and_keep_the_file_name() {
        let source = ObjectKey::parse(&format!("incoming/{}/ảnh.dcm", "ế".repeat(330))).unwrap();
        let reason = quarantine_reason(&source, &"ab".repeat(32));
        assert!(reason.as_str().len() <= KEY_BYTES_MAX);
        assert!(reason.as_str().starts_with("quarantine/abababababababab/"));
        assert!(reason.as_str().ends_with("/ảnh.dcm.reason.json"));
    }

    #[test]
    fn empty_and_overlong_keys_are_refused() {
        assert_eq!(ObjectKey::parse(""), Err(InvalidKey));
        assert_eq!(ObjectKey::parse(&"k".repeat(1025)), Err(InvalidKey));
    }
}
