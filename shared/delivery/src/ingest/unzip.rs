//! ZIP uploads: unpacked under limits into objects of their own, whose events bring them in like any upload.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use filmless_domain::{Limits, Rejection, object_key};
use filmless_store::index::UnpackedRecord;
use filmless_store::{Served, StoreError};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::ZipArchive;

use super::CreatedObject;
use super::quarantine::quarantine;
use crate::{DeliveryError, Services};

struct Entry {
    number: usize,
    name: String,
    file: PathBuf,
}

/// Names a ZIP: its entries lie below that.
pub(crate) fn name_of(object: &CreatedObject) -> String {
    let digest = hex::encode(Sha256::digest(format!("{}\n{}", object.key.as_str(), object.etag)));
    object_key::zip_name(&digest).to_owned()
}

/// Unpacks a ZIP. Running it again writes the same objects under the same keys.
pub(super) async fn unpack(services: &Services, object: &CreatedObject) -> Result<(), DeliveryError> {
    let limits = services.settings.limits.clone();
    let folder = TempDir::new().map_err(DeliveryError::internal("a temporary folder"))?;
    let packed = folder.path().join("upload.zip");
    match services.studies.download(object.version(), &packed, limits.object_bytes_max).await {
        Ok(()) => {}
        Err(StoreError::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let name = name_of(object);
    let count = match count_entries(&packed, &limits) {
        Ok(count) => count,
        Err(rejection) => return quarantine(services, object, &rejection).await,
    };
    let mut left_bytes = limits.zip_unpacked_bytes_max;
    for number in 0..count {
        let (packed, target) = (packed.clone(), folder.path().join(format!("{number}")));
        let limits = limits.clone();
        let extracted =
            tokio::task::spawn_blocking(move || extract(&packed, number, &target, &limits, left_bytes));
        let extracted = extracted.await.map_err(DeliveryError::internal("an unpacked entry"))?;
        let entry = match extracted {
            Ok(Some((entry, bytes))) => {
                left_bytes -= bytes;
                entry
            }
            Ok(None) => continue,
            Err(rejection) => return quarantine(services, object, &rejection).await,
        };
        let key = object_key::unpacked(&name, entry.number, &entry.name);
        let served = Served::immutable("application/octet-stream");
        services.studies.put_file(&key, &entry.file, served).await?;
        std::fs::remove_file(&entry.file).map_err(DeliveryError::internal("a temporary file"))?;
    }
    // Last: whoever looks for what was lost takes it from here that every entry is an object.
    let entries = u32::try_from(count).unwrap_or(u32::MAX);
    let zip = UnpackedRecord { entries, upload: object.upload(Vec::new()) };
    Ok(services.index.mark_unpacked(&name, &zip).await?)
}

fn open(packed: &Path) -> Result<ZipArchive<File>, Rejection> {
    let bad = || Rejection::new("bad-zip", "The ZIP cannot be read: it is cut off or damaged.");
    ZipArchive::new(File::open(packed).map_err(|_| bad())?).map_err(|_| bad())
}

fn count_entries(packed: &Path, limits: &Limits) -> Result<usize, Rejection> {
    let count = open(packed)?.len();
    if count > limits.zip_entries_max {
        let message = format!("The ZIP has more than {} entries.", limits.zip_entries_max);
        return Err(Rejection::new("zip-too-many-entries", message));
    }
    Ok(count)
}

/// Writes one entry to a file; `None` for what carries no image by its nature.
fn extract(
    packed: &Path,
    number: usize,
    target: &Path,
    limits: &Limits,
    left_bytes: u64,
) -> Result<Option<(Entry, u64)>, Rejection> {
    let bad = || Rejection::new("bad-zip", format!("Entry {} of the ZIP cannot be read.", number + 1));
    let mut archive = open(packed)?;
    let mut entry = archive.by_index(number).map_err(|_| bad())?;
    // A name in no known encoding still names an entry.
    let name = entry.name().map_or_else(|_| number.to_string(), |name| name.into_owned());
    if entry.is_dir() || is_litter(&name) {
        return Ok(None);
    }
    let by_ratio = entry.compressed_size().max(1024).saturating_mul(limits.zip_ratio_max);
    let allowed = by_ratio.min(left_bytes);
    let mut file = File::create(target).map_err(|_| bad())?;
    // The declared size is the sender's word; the reader counts.
    let bytes = std::io::copy(&mut (&mut entry).take(allowed + 1), &mut file).map_err(|_| bad())?;
    if bytes > allowed {
        let message = "The ZIP unpacks to more than is allowed.";
        return Err(Rejection::new("zip-too-large", message));
    }
    Ok(Some((Entry { number, name, file: target.to_owned() }, bytes)))
}

/// What operating systems and disc burners add to archives.
fn is_litter(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/")
        || matches!(file, ".DS_Store" | "Thumbs.db" | "desktop.ini" | "autorun.inf" | "AUTORUN.INF")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

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
    fn an_entry_is_unpacked_and_litter_is_passed_over() {
        let (folder, path) = zip_of(&[("a/ảnh 1.dcm", b"DICM"), ("__MACOSX/a", b"x"), (".DS_Store", b"x")]);
        let limits = Limits::default();
        let (entry, bytes) = extract(&path, 0, &folder.path().join("0"), &limits, 100).unwrap().unwrap();
        assert_eq!((entry.name.as_str(), bytes), ("a/ảnh 1.dcm", 4));
        assert!(extract(&path, 1, &folder.path().join("1"), &limits, 100).unwrap().is_none());
        assert!(extract(&path, 2, &folder.path().join("2"), &limits, 100).unwrap().is_none());
    }

    #[test]
    fn every_limit_has_its_reason() {
        let zeros = vec![0; 3 << 20];
        let (folder, path) = zip_of(&[("bomb", &zeros), ("b", b"12345")]);
        let code = |limits: &Limits, number, left| {
            extract(&path, number, &folder.path().join("x"), limits, left).err().map(|r| r.code)
        };
        let limits = Limits::default();
        assert_eq!(code(&limits, 0, u64::MAX - 1).as_deref(), Some("zip-too-large"));
        assert_eq!(code(&limits, 1, 4).as_deref(), Some("zip-too-large"));
        assert_eq!(code(&limits, 1, 5), None);
        let few = Limits { zip_entries_max: 1, ..Limits::default() };
        assert_eq!(count_entries(&path, &few).unwrap_err().code, "zip-too-many-entries");
        std::fs::write(&path, b"PK\x03\x04 cut off").unwrap();
        assert_eq!(count_entries(&path, &limits).unwrap_err().code, "bad-zip");
    }
}
