//! A file-set for other software (PS3.10, IHE PDI): the files of a study under names that every system reads, a DICOMDIR, a viewer
//! that a browser opens, and a text that says what this is.
//!
//! Memory does not grow with the size of a study: one file at a time lies on the disk, beside the ZIP. The directory takes about a
//! kilobyte of memory for each file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use filmless_dicom::{HeaderRead, RangedBytes, Scan, read_header, scan_file, scan_prefix};
use filmless_domain::Limits;
use filmless_media::{DirectoryFile, DirectoryOptions, FileHeader, FileId, Profile, write_directory};
use filmless_store::index::{InstanceRecord, OrderRecord, StudyRecord};
use sha2::{Digest, Sha256};

use crate::DeliveryError;
use crate::prepare::archive::{Archive, Packing};
use crate::prepare::media_read_me::{ReadMe, read_me};
use crate::prepare::media_viewer;
use crate::prepare::pack::{Place, Teller, fetch, places};
use crate::source_file::SourceFile;

/// Writes the set into the ZIP.
pub(super) async fn write(
    teller: &mut Teller<'_>,
    archive: Archive,
    folder: &Path,
    instances: &[InstanceRecord],
    study: &StudyRecord,
    order: &OrderRecord,
) -> Result<Archive, DeliveryError> {
    let media = DeliveryError::internal::<filmless_media::MediaError>;
    let mut set = FileSet::default();
    let mut archive = archive;
    for (instance, place) in instances.iter().zip(places(instances)) {
        let Place { series, number } = place;
        let id = FileId::of_instance(series, number).map_err(media("a file id"))?;
        let file = fetch(teller.prepare, folder, instance).await?;
        set.take(&id, &file, &teller.prepare.common.settings.limits).await?;
        archive = archive.with_file(id.path().to_owned(), file).await?;
        teller.file_done().await?;
    }
    let patient_id = order.order.patient.id.as_str();
    let options = DirectoryOptions { sop_instance_uid: &directory_uid(instances), patient_id };
    let directory = write_directory(&set.files, &options).map_err(media("a directory"))?;
    let text = read_me(&ReadMe {
        hospital: &teller.prepare.common.settings.hospital,
        profile: set.profile,
        kept: &set.kept,
        unlisted: &set.unlisted,
        invented: &directory.invented,
    });
    archive = archive.with_bytes("DICOMDIR".to_owned(), directory.bytes, Packing::Stored).await?;
    archive = archive.with_bytes("README.TXT".to_owned(), text.into_bytes(), Packing::Stored).await?;
    archive = media_viewer::write(teller, archive, study, order).await?;
    tokio::task::spawn_blocking(move || archive.add_sums("SHA256SUMS").map(|()| archive))
        .await
        .map_err(DeliveryError::internal("a ZIP"))?
        .map_err(DeliveryError::internal("a ZIP"))
}

/// Another UID for other contents: of the digest of what the directory lists (PS3.5 B.2).
fn directory_uid(instances: &[InstanceRecord]) -> String {
    let mut digest = Sha256::new();
    for instance in instances {
        digest.update(format!("{} {}\n", instance.sop_instance_uid, instance.etag));
    }
    let mut number = [0; 16];
    number.copy_from_slice(&digest.finalize()[..16]);
    format!("2.25.{}", u128::from_be_bytes(number))
}

/// What the directory and the text are made of.
#[derive(Default)]
struct FileSet {
    files: Vec<DirectoryFile>,
    profile: Profile,
    /// Files that the profile does not allow and that stay as they are.
    kept: Vec<FileId>,
    /// Files that the directory cannot list.
    unlisted: Vec<FileId>,
}

impl FileSet {
    async fn take(&mut self, id: &FileId, file: &Path, limits: &Limits) -> Result<(), DeliveryError> {
        let (path, limits) = (file.to_owned(), limits.clone());
        let read = tokio::task::spawn_blocking(move || header_of(&path, &limits)).await;
        let header = read
            .map_err(DeliveryError::internal("a header"))?
            .map_err(DeliveryError::internal("a temporary file"))?;
        let Some(header) = header else {
            self.unlisted.push(id.clone());
            return Ok(());
        };
        if !self.profile.admits(header.transfer_syntax_uid()) {
            self.kept.push(id.clone());
        }
        self.files.push(DirectoryFile { id: id.clone(), header });
        Ok(())
    }
}

/// What a directory says of a file, read as intake reads it: little first, and more only if that is not enough. Nothing for what is
/// no DICOM any more.
fn header_of(path: &PathBuf, limits: &Limits) -> io::Result<Option<FileHeader>> {
    let file = File::open(path)?;
    let total = file.metadata()?.len();
    let source = SourceFile::Disk { file, bytes: total };
    for most in [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max] {
        let read = most.min(total);
        let prefix = source.range(0..read).ok_or(io::ErrorKind::UnexpectedEof)?;
        match read_header(&prefix, total, limits) {
            Ok(HeaderRead::Complete(_)) => {}
            Ok(HeaderRead::NeedMore) if read < total => continue,
            _ => return Ok(None),
        }
        // Read whole, what was deflated is there too.
        let scanned = if read == total {
            scan_file(&prefix, limits).ok()
        } else {
            match scan_prefix(&prefix, total, limits) {
                Ok(Scan::Complete(data_set)) => Some(data_set),
                _ => None,
            }
        };
        return Ok(scanned.map(|data_set| FileHeader::read(&data_set)));
    }
    Ok(None)
}
