//! The viewer of a file-set: a page that a browser opens from a disk, without a network. Such a page may fetch nothing, but it may
//! load scripts: the packs lie beside it as scripts that hand over their bytes in base64 (`web/src/media`).

use std::io::Read;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filmless_domain::object_key::SeriesKeys;
use filmless_domain::{ObjectKey, Order};
use filmless_media::{VIEWER, VIEWER_LICENSES};
use filmless_store::index::{OrderRecord, SeriesRecord, StudyRecord};
use filmless_store::{Bucket, ObjectVersion, StoreError};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::DeliveryError;
use crate::prepare::archive::{Archive, Packing};
use crate::prepare::media_facts::media_facts;
use crate::prepare::packing::Teller;
use crate::shown_series::{keys_of, main_series, shown_series};

/// As many bytes of a pack are in one script (`PART_BYTES` of `web/src/media/disc.ts`).
const PART_BYTES: u64 = 1 << 20;
/// The packs of larger studies are left out, but for their quick previews.
const PACKS_BYTES_MAX: u64 = 200_000_000;
/// Largest index, poster or contact sheet that is read.
const SMALL_BYTES_MAX: u64 = 256 << 20;

/// Writes it into the ZIP.
pub(super) async fn write(
    teller: &mut Teller<'_>,
    archive: Archive,
    study: &StudyRecord,
    order: &OrderRecord,
) -> Result<Archive, DeliveryError> {
    let derived = &teller.prepare.derived;
    let mut shown = Vec::new();
    for series in shown_series(&teller.prepare.common.index, study).await? {
        let keys = keys_of(study, &series);
        // What was taken away meanwhile is made again, and not shown here.
        if let Some(bytes) = found(derived.size(version(&keys.pack)).await)? {
            shown.push(Shown { folder: format!("S{:07}", shown.len() + 1), series, keys, bytes });
        }
    }
    let is_preview_only = shown.iter().map(|one| one.bytes).sum::<u64>() > PACKS_BYTES_MAX;
    let hospital = &teller.prepare.common.settings.hospital;
    let names = [hospital.name_vi.as_str(), hospital.name_en.as_str()];
    let about = about(study, &order.order, names, &shown, is_preview_only);
    let mut archive = archive
        .with_bytes("INDEX.HTM".to_owned(), VIEWER.as_bytes().to_vec(), Packing::Deflated)
        .await?
        .with_bytes("IHE_PDI/STUDY.JS".to_owned(), script("filmlessStudy=", &about, ";"), Packing::Deflated)
        .await?
        .with_bytes("IHE_PDI/LICENSES.TXT".to_owned(), VIEWER_LICENSES.as_bytes().to_vec(), Packing::Deflated)
        .await?;
    for one in &shown {
        archive = Box::pin(write_series(teller, archive, one, is_preview_only)).await?;
    }
    Ok(archive)
}

/// A series with a pack.
struct Shown {
    /// Its folder below `IHE_PDI`.
    folder: String,
    series: SeriesRecord,
    keys: SeriesKeys,
    /// Of the pack.
    bytes: u64,
}

fn version(key: &ObjectKey) -> ObjectVersion<'_> {
    ObjectVersion { key, version_id: None }
}

fn found<T>(answer: Result<T, StoreError>) -> Result<Option<T>, DeliveryError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn script(before: &str, value: &Value, after: &str) -> Vec<u8> {
    format!("{before}{value}{after}\n").into_bytes()
}

/// What the page says of the study: the patient as the order names them, as on the portal.
fn about(
    study: &StudyRecord,
    order: &Order,
    [name_vi, name_en]: [&str; 2],
    shown: &[Shown],
    is_preview_only: bool,
) -> Value {
    let records: Vec<SeriesRecord> = shown.iter().map(|one| one.series.clone()).collect();
    let main = main_series(&records);
    let series: Vec<Value> = (0..)
        .zip(shown)
        .map(|(place, one)| {
            let record = &one.series;
            let title = record.title.as_ref().filter(|_| record.frames == 0);
            json!({
                "series_instance_uid": record.series_instance_uid,
                "folder": one.folder,
                "number": record.attributes.number,
                "description": record.attributes.description.as_ref().filter(|text| !text.trim().is_empty()).or(title),
                "modality": record.attributes.modality,
                "frames": record.frames,
                "is_main": main == Some(place),
            })
        })
        .collect();
    let mut about = media_facts(study, order);
    about["hospital"] = json!({ "vi": name_vi, "en": name_en });
    about["is_preview_only"] = json!(is_preview_only);
    about["series"] = json!(series);
    about
}

async fn write_series(
    teller: &mut Teller<'_>,
    mut archive: Archive,
    one: &Shown,
    is_preview_only: bool,
) -> Result<Archive, DeliveryError> {
    let derived = &teller.prepare.derived;
    let mut index = read_index(derived, &one.keys.index).await?;
    let wanted =
        if is_preview_only { previews_alone(&mut index) } else { std::iter::once(0..one.bytes).collect() };
    let folder = format!("IHE_PDI/{}", one.folder);
    let text = script(&format!("filmlessIndex(\"{}\",", one.folder), &index, ");");
    archive = archive.with_bytes(format!("{folder}/INDEX.JS"), text, Packing::Deflated).await?;
    for (key, name) in [(&one.keys.poster, "POSTER.JPG"), (&one.keys.thumbs, "THUMBS.JPG")] {
        if let Some(bytes) = found(derived.get(version(key), SMALL_BYTES_MAX).await)? {
            archive = archive.with_bytes(format!("{folder}/{name}"), bytes.to_vec(), Packing::Stored).await?;
        }
    }
    for part in 0..one.bytes.div_ceil(PART_BYTES) {
        let range = part * PART_BYTES..((part + 1) * PART_BYTES).min(one.bytes);
        if wanted.iter().all(|wanted| wanted.end <= range.start || range.end <= wanted.start) {
            continue;
        }
        let read = derived.get_range(version(&one.keys.pack), range).await?;
        let number = part + 1;
        let text =
            format!("filmlessPart(\"{}\",{number},\"{}\");\n", one.folder, STANDARD.encode(&read.bytes));
        let name = format!("{folder}/P{number:07}.JS");
        archive = archive.with_bytes(name, text.into_bytes(), Packing::Deflated).await?;
        teller.go_on().await?;
    }
    Ok(archive)
}

async fn read_index(derived: &Bucket, key: &ObjectKey) -> Result<Value, DeliveryError> {
    let packed = derived.get(version(key), SMALL_BYTES_MAX).await?;
    let mut text = Vec::new();
    GzDecoder::new(&packed[..])
        .take(SMALL_BYTES_MAX)
        .read_to_end(&mut text)
        .map_err(DeliveryError::internal("the index of a pack"))?;
    serde_json::from_slice(&text).map_err(DeliveryError::internal("the index of a pack"))
}

/// Leaves the quick previews and the documents in an index, and says which bytes of the pack they are.
fn previews_alone(index: &mut Value) -> Vec<Range<u64>> {
    for frame in index["frames"].as_array_mut().into_iter().flatten() {
        frame["diagnostic"] = Value::Null;
    }
    let span = |at: &Value| {
        let (start, length) = (at["offset"].as_u64()?, at["length"].as_u64()?);
        Some(start..start.checked_add(length)?)
    };
    let documents = index["documents"].as_array().into_iter().flatten();
    span(&index["preview_layer"]).into_iter().chain(documents.filter_map(span)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_that_is_too_large_keeps_its_previews_and_documents() {
        let mut index = json!({
            "preview_layer": { "offset": 900, "length": 100 },
            "frames": [{ "diagnostic": { "offset": 0, "length": 500 }, "preview": { "offset": 900, "length": 9 } }],
            "documents": [{ "offset": 500, "length": 40 }],
        });
        assert_eq!(previews_alone(&mut index), [900..1000, 500..540]);
        assert_eq!(index["frames"][0]["diagnostic"], Value::Null);
        assert_eq!(index["frames"][0]["preview"]["length"], 9);
    }
}
