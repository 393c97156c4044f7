//! ZIP uploads: unpacked within limits into separate objects, whose events bring them in like any upload.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use filmless_domain::{Limits, Rejection, RejectionCode, object_key};
use filmless_store::index::UnpackedRecord;
use filmless_store::{Served, StoreError};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tracing::info;
use zip::ZipReadOptions;
use zip::read::{Config, OwnedZipFileEntry};
use zip::unstable::read::ZipIterable;

use super::CreatedObject;
use crate::DeliveryError;
use crate::intake::companions;
use crate::intake::quarantine::{note, quarantine};
use crate::parts::Intake;

/// How many bytes of an entry are enough to tell what it is.
const START_BYTES: u64 = 256;

/// An entry that is, or will be, an object.
struct Entry {
    number: usize,
    name: String,
    file: PathBuf,
}

/// What one entry is.
enum Extracted {
    File(Entry),
    /// A folder.
    Folder,
    /// Something an operating system added: nobody put it there.
    Litter,
    /// What comes with the images on a disc (a viewer, its pictures, a README), by kind of file.
    Companion(String),
}

/// An open archive, and how many bytes it may still unpack to.
struct Archive {
    file: File,
    /// A list, because several may have one name: some programs write all their images without the folders.
    entries: Vec<OwnedZipFileEntry>,
    left_bytes: u64,
}

/// The name of a ZIP; its entries are stored below it.
pub(crate) fn name_of(object: &CreatedObject) -> String {
    let digest = hex::encode(Sha256::digest(format!("{}\n{}", object.key.as_str(), object.etag)));
    object_key::zip_name(&digest).to_owned()
}

/// Unpacks a ZIP. Doing it again writes the same objects under the same keys.
pub(super) async fn unpack(intake: &Intake, object: &CreatedObject) -> Result<(), DeliveryError> {
    let limits = &intake.common.settings.limits;
    let folder = TempDir::new().map_err(DeliveryError::internal("a temporary folder"))?;
    let packed = folder.path().join("upload.zip");
    match intake.studies.download(object.version(), &packed, limits.object_bytes_max).await {
        Ok(()) => {}
        Err(StoreError::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let name = name_of(object);
    let mut archive = match Archive::open(&packed, limits) {
        Ok(archive) => archive,
        Err(rejection) => return quarantine(intake, object, &rejection).await,
    };
    let count = archive.entries.len();
    let (mut stored, mut folders) = (0, 0);
    let mut companions: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..count {
        let target = folder.path().join(format!("{number}"));
        let extracted = tokio::task::spawn_blocking(move || {
            let extracted = archive.extract(number, &target);
            (archive, extracted)
        });
        let extracted = extracted.await.map_err(DeliveryError::internal("an unpacked entry"))?;
        archive = extracted.0;
        let entry = match extracted.1 {
            Ok(Extracted::File(entry)) => entry,
            Ok(Extracted::Folder) => {
                folders += 1;
                continue;
            }
            Ok(Extracted::Litter) => continue,
            Ok(Extracted::Companion(kind)) => {
                *companions.entry(kind).or_default() += 1;
                continue;
            }
            Err(rejection) => return quarantine(intake, object, &rejection).await,
        };
        let key = object_key::unpacked(&name, entry.number, &entry.name);
        let served = Served::immutable("application/octet-stream");
        intake.studies.put_file(&key, &entry.file, served).await?;
        std::fs::remove_file(&entry.file).map_err(DeliveryError::internal("a temporary file"))?;
        stored += 1;
    }
    if stored == 0 {
        let message = format!("The ZIP holds no DICOM file: {}.", summary(&companions));
        let rejection = Rejection::new(RejectionCode::ZipWithoutImages, message);
        return quarantine(intake, object, &rejection).await;
    }
    let mut quarantined = Vec::new();
    if !companions.is_empty() {
        let litter = count - folders - stored - companions.values().sum::<usize>();
        let message = format!(
            "Of the ZIP's {} files {stored} were taken; {}{}.",
            count - folders,
            summary(&companions),
            if litter > 0 { format!(", and {litter} that an operating system added") } else { String::new() },
        );
        quarantined
            .push(note(intake, object, &Rejection::new(RejectionCode::CompanionsPassedOver, message)).await?);
    }
    info!(entries = count, stored, passed_over = companions.values().sum::<usize>(), "ZIP unpacked");
    // Last: the search for lost uploads reads this as "every entry is an object".
    let entries = u32::try_from(count).unwrap_or(u32::MAX);
    let zip = UnpackedRecord { entries, upload: object.upload(quarantined) };
    Ok(intake.common.index.mark_unpacked(&name, &zip).await?)
}

/// How many files of each kind were skipped; never their names.
fn summary(companions: &BTreeMap<String, usize>) -> String {
    let kinds: Vec<String> = companions.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let total: usize = companions.values().sum();
    match kinds.is_empty() {
        true => "it has no files".to_owned(),
        false => format!("{total} that belong to no image were passed over ({})", kinds.join(", ")),
    }
}

impl Archive {
    /// Opens an archive if its declared sizes are within the limits; nothing is stored otherwise.
    fn open(packed: &Path, limits: &Limits) -> Result<Self, Rejection> {
        let bad =
            || Rejection::new(RejectionCode::BadZip, "The ZIP cannot be read: it is cut off or damaged.");
        let file = File::open(packed).map_err(|_| bad())?;
        let bytes = file.metadata().map_err(|_| bad())?.len();
        let mut zip = ZipIterable::try_new(&file, Config::default()).map_err(|_| bad())?;
        if zip.len() > limits.zip_entries_max {
            let message = format!("The ZIP has more than {} entries.", limits.zip_entries_max);
            return Err(Rejection::new(RejectionCode::ZipTooManyEntries, message));
        }
        let entries =
            zip.files().and_then(|files| files.map(|entry| entry.map(OwnedZipFileEntry::from)).collect());
        let entries: Vec<_> = entries.map_err(|_| bad())?;
        // Relative to the archive, not to each entry: many entries that overlap in the archive are as small as one.
        let by_ratio = bytes.max(limits.zip_ratio_from_bytes).saturating_mul(limits.zip_ratio_max);
        let left_bytes = by_ratio.min(limits.zip_unpacked_bytes_max);
        if entries.iter().map(|entry| u128::from(entry.size())).sum::<u128>() > u128::from(left_bytes) {
            return Err(too_large(left_bytes));
        }
        Ok(Self { file, entries, left_bytes })
    }

    /// Writes an entry to a file if it may be an image.
    fn extract(&mut self, number: usize, target: &Path) -> Result<Extracted, Rejection> {
        let bad = || {
            Rejection::new(RejectionCode::BadZip, format!("Entry {} of the ZIP cannot be read.", number + 1))
        };
        let listed = self.entries.get(number).ok_or_else(bad)?.as_ref();
        // A name in an unknown encoding still names an entry.
        let name = listed.name().map_or_else(|_| number.to_string(), |name| name.into_owned());
        if listed.is_dir() {
            return Ok(Extracted::Folder);
        }
        if companions::is_litter(&name) {
            return Ok(Extracted::Litter);
        }
        let mut reader = &self.file;
        let options = ZipReadOptions::default();
        let mut entry = listed.with_reader(&mut reader, options).map_err(|_| bad())?;
        let mut file = File::create(target).map_err(|_| bad())?;
        let mut start = Vec::new();
        entry
            .by_ref()
            .take(START_BYTES.min(self.left_bytes + 1))
            .read_to_end(&mut start)
            .map_err(|_| bad())?;
        if let Some(kind) = companions::kind_of(&name, &start) {
            return Ok(Extracted::Companion(kind));
        }
        file.write_all(&start).map_err(|_| bad())?;
        let read = start.len() as u64;
        // The declared size is only the sender's claim, so count while reading.
        let allowed = (self.left_bytes + 1).saturating_sub(read);
        let rest = std::io::copy(&mut entry.take(allowed), &mut file).map_err(|_| bad())?;
        if read + rest > self.left_bytes {
            return Err(too_large(self.left_bytes));
        }
        self.left_bytes -= read + rest;
        Ok(Extracted::File(Entry { number, name, file: target.to_owned() }))
    }
}

fn too_large(allowed: u64) -> Rejection {
    let message = format!("The ZIP unpacks to more than is allowed for its size ({allowed} bytes are left).");
    Rejection::new(RejectionCode::ZipTooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip_of(entries: &[(&str, &[u8])]) -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in entries {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        (folder, path)
    }

    #[test]
    fn an_entry_is_unpacked_and_what_comes_with_it_is_passed_over() {
        let entries: [(&str, &[u8]); 5] = [
            ("a/ảnh 1.dcm", b"DICM"),
            ("__MACOSX/a", b"x"),
            (".DS_Store", b"x"),
            ("viewer.exe", b"MZ"),
            ("bad.dcm", b"no image"),
        ];
        let (folder, path) = zip_of(&entries);
        let mut archive = Archive::open(&path, &Limits::default()).unwrap();
        let mut extract = |number| archive.extract(number, &folder.path().join("x")).unwrap();
        let Extracted::File(entry) = extract(0) else { panic!() };
        assert_eq!(
            (entry.name.as_str(), std::fs::read(&entry.file).unwrap().as_slice()),
            ("a/ảnh 1.dcm", &b"DICM"[..])
        );
        assert!(matches!(extract(1), Extracted::Litter) && matches!(extract(2), Extracted::Litter));
        assert!(matches!(extract(3), Extracted::Companion(kind) if kind == "exe"));
        assert!(matches!(extract(4), Extracted::File(_)), "it is refused later, with its own reason");
    }

    #[test]
    fn entries_of_one_name_are_all_unpacked() {
        let (folder, path) = zip_of(&[("a.dcm", b"DICM1"), ("b.dcm", b"DICM2")]);
        // Rename the second entry, in local header and directory: the writer refuses to write a name twice.
        let mut bytes = std::fs::read(&path).unwrap();
        while let Some(at) = bytes.windows(5).position(|w| w == b"b.dcm") {
            bytes[at] = b'a';
        }
        std::fs::write(&path, bytes).unwrap();
        let mut archive = Archive::open(&path, &Limits::default()).unwrap();
        let contents = [0, 1].map(|number| {
            let Extracted::File(entry) = archive.extract(number, &folder.path().join("x")).unwrap() else {
                panic!()
            };
            (entry.name, std::fs::read(entry.file).unwrap())
        });
        assert_eq!(contents, [b"DICM1", b"DICM2"].map(|bytes| ("a.dcm".to_owned(), bytes.to_vec())));
    }

    #[test]
    fn every_limit_has_its_reason() {
        let (folder, path) = zip_of(&[("a", b"12345"), ("b", b"12345")]);
        let code = |limits: &Limits| {
            let mut archive = Archive::open(&path, limits)?;
            (0..2).try_for_each(|number| archive.extract(number, &folder.path().join("x")).map(|_| ()))
        };
        let code = |limits: &Limits| code(limits).err().map(|rejection| rejection.code);
        assert_eq!(code(&Limits::default()), None);
        let limits = |bytes| Limits { zip_unpacked_bytes_max: bytes, ..Limits::default() };
        assert_eq!(code(&limits(10)), None);
        assert_eq!(code(&limits(9)), Some(RejectionCode::ZipTooLarge));
        let few = Limits { zip_entries_max: 1, ..Limits::default() };
        assert_eq!(code(&few), Some(RejectionCode::ZipTooManyEntries));
        std::fs::write(&path, b"PK\x03\x04 cut off").unwrap();
        assert_eq!(code(&Limits::default()), Some(RejectionCode::BadZip));
    }

    #[test]
    fn many_small_entries_count_as_one_archive() {
        // None is large by itself; together they are a thousand times the size of their archive.
        let zeros = vec![0; 190 << 10];
        let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &zeros[..])).collect();
        let (_folder, path) = zip_of(&entries);
        assert!(std::fs::metadata(&path).unwrap().len() < 64 << 10);
        assert_eq!(Archive::open(&path, &Limits::default()).err().unwrap().code, RejectionCode::ZipTooLarge);
    }

    #[test]
    fn what_an_archive_says_of_its_size_is_not_believed() {
        let (folder, path) = zip_of(&[("a", &[7; 5000])]);
        // The declared sizes, in the local header and in the directory (APPNOTE 4.3.7, 4.3.12).
        let mut bytes = std::fs::read(&path).unwrap();
        let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        for at in [22, directory + 24] {
            bytes[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
        std::fs::write(&path, bytes).unwrap();
        let limits = Limits { zip_unpacked_bytes_max: 100, ..Limits::default() };
        let mut archive = Archive::open(&path, &limits).unwrap();
        let refused = archive.extract(0, &folder.path().join("x")).err().unwrap();
        assert!(matches!(refused.code, RejectionCode::ZipTooLarge | RejectionCode::BadZip), "{refused:?}");
    }
}
