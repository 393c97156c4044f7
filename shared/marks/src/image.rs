//! What is read of the stored images: the patient and the study once, and of each image its size and what its values mean.

use std::fmt;

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use filmless_dicom::{DataSet, Item};

use crate::bad_marks::{BadMarks, MarksFault};
use crate::code::sequence;
use crate::request::NamedImage;
use crate::shape::Point;

/// What objects of one study have in common (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2). All but the last three are of type 1 or 2.
const PATIENT_AND_STUDY: [(Tag, VR); 15] = [
    (tags::PATIENT_NAME, VR::PN),
    (tags::PATIENT_ID, VR::LO),
    (tags::PATIENT_BIRTH_DATE, VR::DA),
    (tags::PATIENT_SEX, VR::CS),
    (tags::STUDY_INSTANCE_UID, VR::UI),
    (tags::STUDY_DATE, VR::DA),
    (tags::STUDY_TIME, VR::TM),
    (tags::REFERRING_PHYSICIAN_NAME, VR::PN),
    (tags::STUDY_ID, VR::SH),
    (tags::ACCESSION_NUMBER, VR::SH),
    (tags::ISSUER_OF_PATIENT_ID, VR::LO),
    (tags::STUDY_DESCRIPTION, VR::LO),
    (tags::PATIENT_AGE, VR::AS),
    (tags::PATIENT_SIZE, VR::DS),
    (tags::PATIENT_WEIGHT, VR::DS),
];
/// How many of them have to be there, perhaps empty.
const THERE: usize = 10;

/// What a stored image says of its patient and study. `Debug` hides it.
#[derive(Clone)]
pub struct StudyHeader(pub(crate) InMemDicomObject);

impl fmt::Debug for StudyHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StudyHeader")
    }
}

impl StudyHeader {
    /// Reads it out of the header of an image. Text becomes UTF-8.
    #[must_use]
    pub fn read(data_set: &DataSet<'_>) -> Self {
        let root = data_set.root();
        let mut object = InMemDicomObject::new_empty();
        for (place, (tag, vr)) in PATIENT_AND_STUDY.into_iter().enumerate() {
            let value = root.text(tag);
            if place < THERE || value.is_some() {
                let value = value.map_or(PrimitiveValue::Empty, PrimitiveValue::from);
                object.put(DataElement::new(tag, vr, value));
            }
        }
        if let Some(issuer) = root.first_item(tags::ISSUER_OF_ACCESSION_NUMBER_SEQUENCE) {
            let mut item = InMemDicomObject::new_empty();
            for (tag, vr) in [
                (tags::LOCAL_NAMESPACE_ENTITY_ID, VR::UT),
                (tags::UNIVERSAL_ENTITY_ID, VR::UT),
                (tags::UNIVERSAL_ENTITY_ID_TYPE, VR::CS),
            ] {
                if let Some(value) = issuer.text(tag) {
                    item.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
                }
            }
            object.put(sequence(tags::ISSUER_OF_ACCESSION_NUMBER_SEQUENCE, vec![item]));
        }
        Self(object)
    }
}

/// A reference to an image (PS3.3 table 10-3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageRef {
    pub(crate) series_instance_uid: String,
    pub(crate) sop_class_uid: String,
    pub(crate) sop_instance_uid: String,
    /// Absent for an instance with a single frame.
    pub(crate) frame: Option<u32>,
}

/// An image that is marked, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkedImage {
    pub(crate) reference: ImageRef,
    pub(crate) modality: String,
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    pub(crate) is_colour: bool,
    /// The lowest value is white.
    pub(crate) is_monochrome_1: bool,
    pub(crate) scale: Scale,
    pub(crate) pixel_shape: PixelShape,
}

/// What stored values mean (PS3.3 C.11.1).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scale {
    /// As stored.
    Stored,
    /// Slope, intercept, type.
    Rescaled(String, String, String),
    /// Through a table, which is not repeated here.
    Table,
}

/// The shape of a pixel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PixelShape {
    /// Between rows and between columns, in mm.
    Spacing(String),
    /// Height to width.
    Aspect(String),
}

impl MarkedImage {
    /// Reads what is needed of an image from the header of its instance, which is the one that is named.
    ///
    /// # Errors
    /// [`BadMarks`] if it has no pixels, no such frame, or its frame is not told.
    pub fn read(data_set: &DataSet<'_>, named: &NamedImage, field: &str) -> Result<Self, BadMarks> {
        let root = data_set.root();
        let size = |tag| root.int(tag).and_then(|size| u16::try_from(size).ok()).filter(|size| *size > 0);
        let (Some(rows), Some(columns)) = (size(tags::ROWS), size(tags::COLUMNS)) else {
            return Err(BadMarks::new(field, MarksFault::NotAnImage));
        };
        let frames = root.int(tags::NUMBER_OF_FRAMES).and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
        let frame_field = || format!("{field}.frame");
        let frame = match named.frame {
            None if frames > 1 => return Err(BadMarks::new(frame_field(), MarksFault::Missing)),
            Some(frame) if frame == 0 || frame > frames => {
                return Err(BadMarks::new(frame_field(), MarksFault::Outside));
            }
            // A single frame of a multi-frame class is named without its number, like any other single image.
            named => named.filter(|_| frames > 1),
        };
        let photometric = root.text(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
        let is_colour = root.int(tags::SAMPLES_PER_PIXEL).unwrap_or(1) > 1 || photometric == "PALETTE COLOR";
        let groups = Groups { root, frame: frame.unwrap_or(1) };
        Ok(Self {
            reference: ImageRef {
                series_instance_uid: named.series_instance_uid.as_str().to_owned(),
                sop_class_uid: root.text(tags::SOP_CLASS_UID).unwrap_or_default(),
                sop_instance_uid: named.sop_instance_uid.as_str().to_owned(),
                frame,
            },
            modality: root.text(tags::MODALITY).unwrap_or_default(),
            rows,
            columns,
            is_colour,
            is_monochrome_1: photometric == "MONOCHROME1",
            scale: groups.scale(),
            pixel_shape: groups.pixel_shape(),
        })
    }

    /// Columns and rows.
    #[must_use]
    pub const fn size(&self) -> (u16, u16) {
        (self.columns, self.rows)
    }

    /// Whether a point is within the image.
    #[must_use]
    pub fn contains(&self, [column, row]: Point) -> bool {
        (0.0..=f64::from(self.columns)).contains(&column) && (0.0..=f64::from(self.rows)).contains(&row)
    }
}

/// The attributes of one frame: of the image itself, or of its functional groups (PS3.3 C.7.6.16).
struct Groups<'d> {
    root: Item<'d>,
    frame: u32,
}

impl<'d> Groups<'d> {
    fn find(&self, group: Tag) -> Option<Item<'d>> {
        let place = usize::try_from(self.frame - 1).ok()?;
        let of_frame = self.root.get(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        let of_frame = of_frame.and_then(|groups| groups.items().nth(place)?.first_item(group));
        let shared = || self.root.first_item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?.first_item(group);
        of_frame.or_else(shared)
    }

    fn scale(&self) -> Scale {
        let grouped = self.find(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
        let of = |item: Item<'_>| {
            let (slope, intercept) = (item.text(tags::RESCALE_SLOPE)?, item.text(tags::RESCALE_INTERCEPT)?);
            let what = item.text(tags::RESCALE_TYPE).unwrap_or_else(|| "US".to_owned());
            Some(Scale::Rescaled(slope, intercept, what))
        };
        if self.root.first_item(tags::MODALITY_LUT_SEQUENCE).is_some() {
            return Scale::Table;
        }
        grouped.and_then(of).or_else(|| of(self.root)).unwrap_or(Scale::Stored)
    }

    fn pixel_shape(&self) -> PixelShape {
        let grouped = self.find(tags::PIXEL_MEASURES_SEQUENCE);
        let spacing = grouped.and_then(|group| pair(group, tags::PIXEL_SPACING));
        let spacing = spacing
            .or_else(|| pair(self.root, tags::PIXEL_SPACING))
            .or_else(|| pair(self.root, tags::IMAGER_PIXEL_SPACING));
        match spacing {
            Some(spacing) => PixelShape::Spacing(spacing),
            None => PixelShape::Aspect(
                pair(self.root, tags::PIXEL_ASPECT_RATIO).unwrap_or_else(|| "1\\1".to_owned()),
            ),
        }
    }
}

/// Two numbers above zero, as they are written.
fn pair(item: Item<'_>, tag: Tag) -> Option<String> {
    let [a, b] = item.floats::<2>(tag)?;
    (a > 0.0 && b > 0.0).then(|| item.text(tag)).flatten()
}
