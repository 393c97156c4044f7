//! What of a study software gets: the instances of the series that can be looked at.

use filmless_dicom::display_order;
use filmless_store::Index;
use filmless_store::index::{InstanceRecord, SeriesRecord, StudyRecord};

use crate::DeliveryError;
use crate::prepare::slice_key::slice_key;

/// The instances of these series, in the order of the pages: series by series, slice by slice.
pub(crate) async fn shown_instances<'s>(
    index: &Index,
    study: &StudyRecord,
    series: impl Iterator<Item = &'s SeriesRecord> + Clone,
) -> Result<Vec<InstanceRecord>, DeliveryError> {
    let place = |instance: &InstanceRecord| {
        series.clone().position(|series| series.series_instance_uid == instance.series_instance_uid)
    };
    let instances = index.instances(&study.study_instance_uid).await?;
    let mut placed: Vec<(usize, InstanceRecord)> = instances
        .into_iter()
        .filter_map(|instance| place(&instance).map(|place| (place, instance)))
        .collect();
    placed.sort_by(|(at, a), (bt, b)| at.cmp(bt).then_with(|| display_order(&slice_key(a), &slice_key(b))));
    Ok(placed.into_iter().map(|(_, instance)| instance).collect())
}
