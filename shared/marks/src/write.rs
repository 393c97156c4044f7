//! From a request and its images to files.

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use dicom_object::meta::FileMetaTableBuilder;

use crate::bad_marks::{BadMarks, MarksFault};
use crate::context::MarksContext;
use crate::document::Kind;
use crate::{key_objects, measurements, presentations};

/// Explicit VR Little Endian.
const TRANSFER_SYNTAX: &str = "1.2.840.10008.1.2.1";

/// A file.
#[derive(Clone, PartialEq, Eq)]
pub struct WrittenInstance {
    /// KO, PR or SR.
    pub modality: &'static str,
    /// Its series.
    pub series_instance_uid: String,
    /// Its instance.
    pub sop_instance_uid: String,
    /// The file (PS3.10), Explicit VR Little Endian.
    pub bytes: Vec<u8>,
}

/// Hides the patient.
impl std::fmt::Debug for WrittenInstance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WrittenInstance")
            .field("modality", &self.modality)
            .field("sop_instance_uid", &self.sop_instance_uid)
            .finish_non_exhaustive()
    }
}

/// Writes the objects of a save. The same input gives the same bytes.
///
/// # Errors
/// [`BadMarks`]: a point outside its image, or a look that its image cannot have.
pub fn write_marks(context: &MarksContext<'_>) -> Result<Vec<WrittenInstance>, BadMarks> {
    let keys = key_objects::key_objects(context).map(|object| (key_objects::KIND, object));
    let states = presentations::presentation_states(context)?;
    let report = measurements::measurement_report(context)?.map(|object| (measurements::KIND, object));
    keys.into_iter().chain(states).chain(report).map(|(kind, object)| written(kind, object)).collect()
}

pub(crate) fn written(kind: Kind, object: InMemDicomObject) -> Result<WrittenInstance, BadMarks> {
    let failed = || BadMarks::new(".", MarksFault::Unreadable);
    let uid = |tag| object.get(tag).and_then(|uid| uid.to_str().ok()).map(|uid| uid.into_owned());
    let (Some(series_instance_uid), Some(sop_instance_uid)) =
        (uid(tags::SERIES_INSTANCE_UID), uid(tags::SOP_INSTANCE_UID))
    else {
        return Err(failed());
    };
    let meta = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(kind.sop_class_uid)
        .transfer_syntax(TRANSFER_SYNTAX);
    let file = object.with_meta(meta).map_err(|_| failed())?;
    let mut bytes = Vec::new();
    file.write_all(&mut bytes).map_err(|_| failed())?;
    Ok(WrittenInstance { modality: kind.modality, series_instance_uid, sop_instance_uid, bytes })
}
