//! Decides what to make of each instance of a series, before any is read.

use filmless_dicom::display_order;
use filmless_domain::{KeyFrames, SeriesInstanceUid};
use filmless_imaging::{Layers, PreviewSize, RenderOptions};
use filmless_store::index::InstanceRecord;

use crate::prepare::key_marks::KeyMarks;
use crate::prepare::slice_key::slice_key;

/// Longest side of a preview, in pixels. Radiographs are viewed one by one. For slices and cines the preview only
/// bridges the time until the lossless frame loads, and all of them must come quickly.
const RADIOGRAPH_SIDE_MAX: u32 = 1600;
const CINE_SIDE_MAX: u32 = 512;
const SLICE_SIDE_MAX: u32 = 256;
/// A series with at most this many frames is viewed like radiographs.
const FEW_FRAMES_MAX: u32 = 4;

/// One instance, and what is made of it.
#[derive(Debug, Clone)]
pub(crate) struct PlannedInstance {
    pub record: InstanceRecord,
    pub key_frames: KeyFrames,
    pub options: RenderOptions,
}

/// The instances of one series in display order.
pub(crate) fn plan_series(
    modality: &str,
    study: &[InstanceRecord],
    series: &SeriesInstanceUid,
    threads: usize,
) -> Vec<PlannedInstance> {
    let marks = KeyMarks::of_study(study);
    let mut members: Vec<&InstanceRecord> =
        study.iter().filter(|i| i.series_instance_uid == *series).collect();
    members.sort_by(|a, b| display_order(&slice_key(a), &slice_key(b)));
    let frames = members.iter().map(|i| i.frames).fold(0, u32::saturating_add);
    let preview = preview_size(modality, frames);
    let mut plan: Vec<_> = members
        .into_iter()
        .map(|record| PlannedInstance {
            record: record.clone(),
            key_frames: marks.of_instance(record),
            options: RenderOptions {
                preview,
                layers: Layers::PreviewAndDiagnostic,
                poster_frame: None,
                threads: if record.frames > 1 { u32::try_from(threads).unwrap_or(1) } else { 1 },
            },
        })
        .collect();
    choose_poster(&mut plan, frames);
    plan
}

/// The most telling image: the first marked one, else the middle one.
fn choose_poster(plan: &mut [PlannedInstance], frames: u32) {
    let marked = plan.iter_mut().filter(|planned| planned.record.frames > 0).find_map(|planned| {
        let frame = match &planned.key_frames {
            KeyFrames::None => return None,
            KeyFrames::All => planned.record.frames / 2 + 1,
            KeyFrames::Numbers(numbers) => *numbers.first()?,
        };
        planned.options.poster_frame = Some(frame);
        Some(())
    });
    if marked.is_some() {
        return;
    }
    let mut remaining = frames / 2;
    for planned in plan {
        if remaining < planned.record.frames {
            planned.options.poster_frame = Some(remaining + 1);
            return;
        }
        remaining -= planned.record.frames;
    }
}

fn preview_size(modality: &str, frames: u32) -> PreviewSize {
    let side_max = match modality {
        "US" | "XA" | "RF" | "ES" | "IVUS" | "IVOCT" => CINE_SIDE_MAX,
        "CT" | "MR" | "PT" | "NM" => SLICE_SIDE_MAX,
        _ if frames <= FEW_FRAMES_MAX => RADIOGRAPH_SIDE_MAX,
        _ => CINE_SIDE_MAX,
    };
    PreviewSize { side_max }
}

#[cfg(test)]
mod tests {
    use filmless_domain::{KeyReference, ObjectKey, SeriesAttributes, SopInstanceUid};

    use super::*;

    fn instance(uid: &str, position: f64, frames: u32, key_references: Vec<KeyReference>) -> InstanceRecord {
        InstanceRecord {
            sop_instance_uid: SopInstanceUid::parse(uid).unwrap(),
            sop_class_uid: String::new(),
            series_instance_uid: SeriesInstanceUid::parse("1.2").unwrap(),
            series: SeriesAttributes { modality: "CT".to_owned(), ..SeriesAttributes::default() },
            instance_number: None,
            slice_position: Some(position),
            acquisition_time: None,
            frames,
            key_references,
            patient: None,
            accession_number: None,
            written_at: None,
            is_report: false,
            key: ObjectKey::parse("incoming/a").unwrap(),
            version_id: None,
            etag: String::new(),
            bytes: 1,
        }
    }

    fn key(uid: &str, frames: &[u32]) -> KeyReference {
        KeyReference { sop_instance_uid: SopInstanceUid::parse(uid).unwrap(), frames: frames.to_vec() }
    }

    /// The instance and frame used for the poster.
    fn poster(instances: &[InstanceRecord]) -> Vec<(String, u32)> {
        let series = SeriesInstanceUid::parse("1.2").unwrap();
        let plan = plan_series("CT", instances, &series, 2);
        let chosen = plan
            .iter()
            .filter_map(|p| Some((p.record.sop_instance_uid.to_string(), p.options.poster_frame?)));
        chosen.collect()
    }

    #[test]
    fn poster_is_the_first_marked_image_else_the_middle_one() {
        let slices = |marks| {
            let mut all: Vec<_> =
                (0..5).map(|n| instance(&format!("1.{n}"), f64::from(n), 1, vec![])).collect();
            all.push(instance("1.9", 9.0, 0, marks));
            all.reverse();
            all
        };
        assert_eq!(poster(&slices(vec![])), [("1.2".to_owned(), 1)]);
        assert_eq!(poster(&slices(vec![key("1.4", &[]), key("1.3", &[])])), [("1.3".to_owned(), 1)]);
        assert_eq!(poster(&slices(vec![key("1.77", &[])])), [("1.2".to_owned(), 1)]);
        let run = |marks| [instance("1.1", 0.0, 30, vec![]), instance("1.2", 1.0, 0, marks)];
        assert_eq!(poster(&run(vec![])), [("1.1".to_owned(), 16)]);
        assert_eq!(poster(&run(vec![key("1.1", &[9, 3]), key("1.1", &[4])])), [("1.1".to_owned(), 3)]);
        assert_eq!(poster(&run(vec![key("1.1", &[9]), key("1.1", &[])])), [("1.1".to_owned(), 16)]);
        assert_eq!(poster(&[instance("1.1", 0.0, 0, vec![])]), []);
    }
}
