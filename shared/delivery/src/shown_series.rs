//! What of a study can be looked at, and where its objects are.

use filmless_domain::object_key::SeriesKeys;
use filmless_store::Index;
use filmless_store::index::{SeriesRecord, StudyRecord};

use crate::DeliveryError;

/// The series that have a pack, in their order: pictures, then documents, then what is nothing to look
/// at. A series whose late instances are not rendered yet shows what it showed before.
pub(crate) async fn shown_series(
    index: &Index,
    study: &StudyRecord,
) -> Result<Vec<SeriesRecord>, DeliveryError> {
    let mut series = index.series(&study.study_instance_uid).await?;
    series.retain(|s| s.rendered_digest.is_some());
    series.sort_by(|a, b| {
        let kind = |s: &SeriesRecord| {
            (s.frames == 0, s.frames == 0 && s.documents == 0, s.frames == 0 && s.reports == 0)
        };
        let key = |s: &SeriesRecord| {
            (kind(s), s.attributes.number.is_none(), s.attributes.number, s.series_instance_uid.clone())
        };
        key(a).cmp(&key(b))
    });
    Ok(series)
}

/// Which series stands for its study, on the poster and as the first one that is opened: the one with key images, else the one
/// with the most frames, the first of several; in a study without a picture its first.
pub(crate) fn main_series(series: &[SeriesRecord]) -> Option<usize> {
    let all = series.iter().enumerate().rev();
    all.max_by_key(|(_, s)| (s.frames > 0, s.key_frames > 0, s.frames)).map(|(index, _)| index)
}

/// The keys of the pack that a series shows, and of what belongs to it.
pub(crate) fn keys_of(study: &StudyRecord, series: &SeriesRecord) -> SeriesKeys {
    let digest = series.rendered_digest.as_deref().unwrap_or_default();
    SeriesKeys::new(&study.study_instance_uid, &series.series_instance_uid, digest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_main_series_has_key_images_else_the_most_frames_and_is_the_first_of_several() {
        for (series, expected) in [
            (&[][..], None),
            (&[(0, 0), (0, 0)], Some(0)),
            (&[(0, 0), (3, 0), (9, 0), (9, 0)], Some(2)),
            (&[(90, 0), (3, 1), (4, 0)], Some(1)),
        ] {
            let record = |(frames, key_frames): &(u32, u32)| {
                let record = json!({ "series_instance_uid": "1.2", "content_digest": "", "frames": frames, "key_frames": key_frames });
                serde_json::from_value(record).unwrap()
            };
            let records: Vec<SeriesRecord> = series.iter().map(record).collect();
            assert_eq!(main_series(&records), expected, "{series:?}");
        }
    }
}
