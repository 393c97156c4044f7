//! A file-set for other software (PS3.10, IHE PDI): the files of a study under names that every system reads, a DICOMDIR, a viewer
//! that a browser opens, and a text that says what this is.
//!
//! What the profile does not allow is decoded, without loss, to Explicit VR Little Endian; what cannot be decoded stays as it is and is
//! named in the text. Memory does not grow with the size of a study: one file at a time lies on the disk, decoded as well, beside the
//! ZIP. The directory takes about a kilobyte of memory for each file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use filmless_dicom::{HeaderRead, PixelElement, RangedBytes, Scan, read_header, scan_file, scan_prefix};
use filmless_domain::Limits;
use filmless_media::{
    DirectoryFile, DirectoryOptions, EXPLICIT_VR_LITTLE_ENDIAN, FileHeader, FileId, Profile, write_directory,
};
use filmless_store::index::{InstanceRecord, OrderRecord, StudyRecord};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::DeliveryError;
use crate::explicit_file::ExplicitFile;
use crate::prepare::archive::{Archive, Packing};
use crate::prepare::media_read_me::{ReadMe, read_me};
use crate::prepare::media_viewer;
use crate::prepare::packing::{Place, Teller, fetch, places};
use crate::renderer::{FileOwner, InstanceRenderer};
use crate::source_file::SourceFile;

/// Writes the set into the ZIP.
pub(super) async fn write(
    teller: &mut Teller<'_>,
    renderer: &dyn InstanceRenderer,
    archive: Archive,
    folder: &Path,
    instances: &[InstanceRecord],
    (study, order): (&StudyRecord, &OrderRecord),
) -> Result<Archive, DeliveryError> {
    let media = DeliveryError::internal::<filmless_media::MediaError>;
    let mut set = FileSet::default();
    let mut archive = archive;
    for (instance, place) in instances.iter().zip(places(instances)) {
        let Place { series, number } = place;
        let id = FileId::of_instance(series, number).map_err(media("a file id"))?;
        let file = fetch(teller.prepare, folder, instance).await?;
        let owner = FileOwner { study: study.study_instance_uid.clone(), patient: instance.patient.clone() };
        let decoder = Decoder { renderer, owner, limits: &teller.prepare.common.settings.limits };
        // Boxed, as all that is deep: the stack of a worker holds the futures within futures of everything that it polls.
        let file = Box::pin(set.take(&id, file, &decoder)).await?;
        archive = archive.with_file(id.path().to_owned(), file).await?;
        teller.file_done().await?;
    }
    let patient_id = order.order.patient.id.as_str();
    let options = DirectoryOptions { sop_instance_uid: &directory_uid(instances), patient_id };
    let directory = write_directory(&set.files, &options).map_err(media("a directory"))?;
    let text = read_me(&ReadMe {
        hospital: &teller.prepare.common.settings.hospital,
        profile: set.profile,
        decoded: set.decoded,
        kept: &set.kept,
        cut: &set.cut,
        unlisted: &set.unlisted,
        invented: &directory.invented,
    });
    archive = archive.with_bytes("DICOMDIR".to_owned(), directory.bytes, Packing::Stored).await?;
    archive = archive.with_bytes("README.TXT".to_owned(), text.into_bytes(), Packing::Stored).await?;
    archive = Box::pin(media_viewer::write(teller, archive, study, order)).await?;
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

/// What writes a file anew that the profile does not allow.
struct Decoder<'d> {
    renderer: &'d dyn InstanceRenderer,
    owner: FileOwner,
    limits: &'d Limits,
}

impl Decoder<'_> {
    /// Writes it beside itself in Explicit VR Little Endian, with the same SOP Instance UID and the same sample values; nothing where
    /// it cannot be decoded whole.
    async fn explicit(&self, source: &Path) -> io::Result<Option<PathBuf>> {
        let file = File::open(source)?;
        let bytes = file.metadata()?.len();
        let source_file = SourceFile::Disk { file, bytes };
        let Ok(mut explicit) = ExplicitFile::open(self.renderer, &self.owner, source_file, self.limits).await
        else {
            return Ok(None);
        };
        let path = source.with_extension("explicit");
        let mut written = tokio::fs::File::create(&path).await?;
        loop {
            match explicit.next().await {
                Ok(Some(part)) => written.write_all(&part).await?,
                Ok(None) => break,
                Err(_) => return Ok(None),
            }
        }
        written.flush().await?;
        Ok(Some(path))
    }
}

/// What the directory and the text are made of.
#[derive(Default)]
struct FileSet {
    files: Vec<DirectoryFile>,
    profile: Profile,
    /// How many files were decoded.
    decoded: usize,
    /// Files that the profile does not allow and that stay as they are.
    kept: Vec<FileId>,
    /// Files that end before their pixels do.
    cut: Vec<FileId>,
    /// Files that the directory cannot list.
    unlisted: Vec<FileId>,
}

/// What is known of a file.
struct ReadFile {
    header: FileHeader,
    /// Whether it has a preamble and file meta information.
    has_meta: bool,
    /// Whether it ends before its pixels do.
    is_cut: bool,
}

impl FileSet {
    /// Takes a file up; returns what goes into the set in its place.
    async fn take(
        &mut self,
        id: &FileId,
        file: PathBuf,
        decoder: &Decoder<'_>,
    ) -> Result<PathBuf, DeliveryError> {
        let (path, limits) = (file.clone(), decoder.limits.clone());
        let local = || DeliveryError::internal::<io::Error>("a temporary file");
        let read = tokio::task::spawn_blocking(move || header_of(&path, &limits)).await;
        let read = read.map_err(DeliveryError::internal("a header"))?.map_err(local())?;
        let Some(ReadFile { mut header, has_meta, is_cut }) = read else {
            self.unlisted.push(id.clone());
            return Ok(file);
        };
        if is_cut {
            self.cut.push(id.clone());
        }
        let mut taken = file;
        if !(has_meta && self.profile.admits(header.transfer_syntax_uid())) {
            match decoder.explicit(&taken).await.map_err(local())? {
                Some(explicit) => {
                    taken = explicit;
                    header = header.in_transfer_syntax(EXPLICIT_VR_LITTLE_ENDIAN);
                    self.decoded += 1;
                }
                None => self.kept.push(id.clone()),
            }
        }
        self.files.push(DirectoryFile { id: id.clone(), header });
        Ok(taken)
    }
}

/// Where the letters stand that a file begins with, and they (PS3.10 7.1).
const MAGIC: (usize, &[u8]) = (128, b"DICM");

/// Reads a file as intake reads it: little first, and more only if that is not enough. Nothing for what is no DICOM any more.
fn header_of(path: &Path, limits: &Limits) -> io::Result<Option<ReadFile>> {
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
        let has_meta = prefix.get(MAGIC.0..).is_some_and(|rest| rest.starts_with(MAGIC.1));
        return Ok(scanned.map(|data_set| ReadFile {
            header: FileHeader::read(&data_set),
            has_meta,
            is_cut: data_set.pixels().is_some_and(PixelElement::is_cut),
        }));
    }
    Ok(None)
}
