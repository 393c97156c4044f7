//! Writes the stored objects of a series: to temporary files while rendering, then to the bucket.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use filmless_domain::object_key::SeriesKeys;
use filmless_domain::{KeyFrames, SopInstanceUid, StudyInstanceUid};
use filmless_imaging::{
    DocumentKind, NoteCode, NoteEntry, RenderedPart, SeriesDescription, SeriesPackBuilder,
};
use filmless_store::index::SeriesRecord;
use filmless_store::{Bucket, Served};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use tracing::warn;

use super::RenderedParts;
use crate::DeliveryError;

/// The growing objects of one series. Of a pack, only previews and the index are in memory.
pub(super) struct SeriesWriter {
    folder: TempDir,
    pack: SeriesPackBuilder<BufWriter<File>>,
    metadata: MetadataWriter,
}

impl SeriesWriter {
    pub fn create(study: &StudyInstanceUid, series: &SeriesRecord) -> Result<Self, DeliveryError> {
        let folder = tempfile::tempdir().map_err(DeliveryError::internal("a temporary folder"))?;
        let create = |name| File::create_new(folder.path().join(name)).map(BufWriter::new);
        let pack = create("pack").map_err(DeliveryError::internal("a temporary file"))?;
        let metadata = create("metadata").and_then(MetadataWriter::new);
        let description = SeriesDescription {
            study_instance_uid: study.to_string(),
            series_instance_uid: series.series_instance_uid.to_string(),
            modality: series.attributes.modality.clone(),
            series_number: series.attributes.number,
            series_description: series.attributes.description.clone(),
        };
        Ok(Self {
            pack: SeriesPackBuilder::new(description, pack),
            metadata: metadata.map_err(DeliveryError::internal("a temporary file"))?,
            folder,
        })
    }

    pub async fn write_instance(
        &mut self,
        sop_instance_uid: &SopInstanceUid,
        key_frames: KeyFrames,
        mut parts: RenderedParts,
    ) -> Result<(), DeliveryError> {
        self.pack.start_instance(sop_instance_uid.as_str(), key_frames);
        while let Some(part) = parts.recv().await {
            match part {
                RenderedPart::Metadata(json) => {
                    self.metadata.push(&json).map_err(DeliveryError::internal("the metadata of a series"))?;
                }
                part => {
                    if let RenderedPart::NoPicture { code } = &part {
                        warn!(code, "instance without picture");
                    }
                    self.pack.push(part);
                }
            }
        }
        Ok(())
    }

    /// Uploads everything and notes the counts in the record. The index comes last, so all that it names is there.
    pub async fn finish(
        self,
        derived: &Bucket,
        study: &StudyInstanceUid,
        record: &mut SeriesRecord,
    ) -> Result<(), DeliveryError> {
        let artifacts = self.pack.finish().map_err(DeliveryError::internal("a series pack"))?;
        self.metadata.finish().map_err(DeliveryError::internal("the metadata of a series"))?;
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let index = &artifacts.index;
        record.frames = count(index.frames.len());
        record.key_frames = count(index.frames.iter().filter(|frame| frame.is_key).count());
        record.documents = count(index.documents.len());
        record.reports = count(index.documents.iter().filter(|document| document.kind.is_report()).count());
        let doses = index.documents.iter().filter(|document| document.kind == DocumentKind::Dose);
        record.doses = count(doses.count());
        record.report_lacks = index.documents.iter().filter_map(|document| document.lacks).max();
        record.title = match &index.documents[..] {
            [only] => only.title.clone(),
            _ => None,
        };
        record.without_picture = count(index.without_picture.len());
        (record.cut_instances, record.missing_frames) = gaps(&index.notes);

        let keys = SeriesKeys::new(study, &record.series_instance_uid, &record.content_digest);
        let index = gzip_json(index).map_err(DeliveryError::internal("a series index"))?;
        let file = |name| self.folder.path().join(name);
        let pictures = [&artifacts.poster_jpeg, &artifacts.thumbs_jpeg].into_iter().flatten();
        let in_memory = pictures.map(Vec::len).sum::<usize>() + index.len();
        record.derived_bytes += in_memory as u64;
        for name in ["pack", "metadata"] {
            let written = file(name).metadata().map_err(DeliveryError::internal("a temporary file"))?;
            record.derived_bytes += written.len();
        }
        derived.put_file(&keys.pack, &file("pack"), Served::immutable("application/octet-stream")).await?;
        let metadata = Served::immutable("application/dicom+json").gzip();
        derived.put_file(&keys.metadata, &file("metadata"), metadata).await?;
        if let Some(poster) = artifacts.poster_jpeg {
            derived.put(&keys.poster, poster, Served::immutable("image/jpeg")).await?;
        }
        if let Some(thumbs) = artifacts.thumbs_jpeg {
            derived.put(&keys.thumbs, thumbs, Served::immutable("image/jpeg")).await?;
        }
        derived.put(&keys.index, index, Served::immutable("application/json").gzip()).await?;
        Ok(())
    }
}

fn gzip_json(value: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut encoder, value)?;
    encoder.finish()
}

/// A JSON array of the instances' attributes (PS3.18 10.4.1.1.2), gzipped.
struct MetadataWriter {
    encoder: GzEncoder<BufWriter<File>>,
    separator: &'static [u8],
}

impl MetadataWriter {
    fn new(file: BufWriter<File>) -> io::Result<Self> {
        Ok(Self { encoder: GzEncoder::new(file, Compression::default()), separator: b"[" })
    }

    fn push(&mut self, instance: &[u8]) -> io::Result<()> {
        self.encoder.write_all(self.separator)?;
        self.separator = b",\n";
        self.encoder.write_all(instance)
    }

    fn finish(mut self) -> io::Result<()> {
        if self.separator == b"[" {
            self.encoder.write_all(b"[")?;
        }
        self.encoder.write_all(b"]")?;
        self.encoder.finish()?.flush()
    }
}

/// How many instances are shown incompletely, and how many announced frames are missing.
fn gaps(notes: &[NoteEntry]) -> (u32, u32) {
    let cut = |note: &&NoteEntry| matches!(note.code, NoteCode::CutPixelData | NoteCode::CutOverlay);
    let instances: BTreeSet<_> = notes.iter().filter(cut).map(|note| &note.sop_instance_uid).collect();
    let missing = notes.iter().filter(|note| note.code == NoteCode::FewerFrames);
    let missing = missing.fold(0_u64, |sum, note| sum.saturating_add(note.count));
    (u32::try_from(instances.len()).unwrap_or(u32::MAX), u32::try_from(missing).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_with_two_gaps_counts_once_and_missing_frames_are_added_up() {
        let note = |uid: &str, code, count| NoteEntry { sop_instance_uid: uid.into(), code, count };
        let notes = [
            note("1.1", NoteCode::CutPixelData, 700),
            note("1.1", NoteCode::CutOverlay, 9),
            note("1.2", NoteCode::CutOverlay, 1),
            note("1.3", NoteCode::FewerFrames, 3),
            note("1.4", NoteCode::FewerFrames, 2),
            note("1.5", NoteCode::MoreFrames, 8),
            note("1.6", NoteCode::SizeOfCodestream, 1),
        ];
        assert_eq!(gaps(&notes), (2, 5));
        assert_eq!(gaps(&[]), (0, 0));
        assert_eq!(
            gaps(&[note("1", NoteCode::FewerFrames, u64::MAX), note("2", NoteCode::FewerFrames, 1)]),
            (0, u32::MAX)
        );
    }
}
