//! The part of an instance's header that the rest of the product uses.

use std::fmt;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use filmless_domain::identity::DocumentPatient;
use filmless_domain::{
    AccessionNumber, BirthDate, InvalidId, KeyReference, Limits, PatientDemographics, PatientId,
    SeriesAttributes, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid, sex_of,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::data_set::Item;
use crate::encapsulated::{document_patients, is_document_header_here, readable_content};
use crate::instance_kind::{InstanceKind, ReportKind};
use crate::key_objects::key_object_selection;
use crate::report::{is_record, lacks};
use crate::scan::{Scan, scan_file, scan_prefix};
use crate::{DataSet, HeaderError, PixelEncoding, SliceKey, TransferSyntax, geometry};

/// Longest text kept of one descriptive attribute, in characters: twice what LO allows (PS3.5 6.2).
const TEXT_CHARS_MAX: usize = 128;

const STORAGE_CLASSES: &str = "1.2.840.10008.5.1.4.1.1.";
const KEY_OBJECT_SELECTION: &str = "88.59";

/// Whether the header ended within the available bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum HeaderRead {
    /// It did.
    Complete(Box<InstanceHeader>),
    /// It did not: call again with more bytes of the object.
    NeedMore,
}

/// The header of one instance. `Debug` hides the patient.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceHeader {
    /// Study Instance UID (0020,000D).
    pub study_instance_uid: StudyInstanceUid,
    /// Series Instance UID (0020,000E).
    pub series_instance_uid: SeriesInstanceUid,
    /// SOP Instance UID (0008,0018).
    pub sop_instance_uid: SopInstanceUid,
    /// SOP Class UID (0008,0016); empty when missing.
    pub sop_class_uid: String,
    /// Transfer Syntax UID (0002,0010), or what the bytes look like.
    pub transfer_syntax_uid: String,
    /// What is shown of its series.
    #[serde(flatten)]
    pub series: SeriesAttributes,
    /// The patient: what the file says, and where it says nothing, what a document within it says.
    pub patient: PatientDemographics,
    /// The patients that a document within the file is about, as far as it was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub document_patients: Vec<DocumentPatient>,
    /// Accession Number (0008,0050).
    pub accession_number: Option<AccessionNumber>,
    /// Study Date (0008,0020).
    pub study_date: Option<Date>,
    /// When the image was taken, if the Study Date is absent: Acquisition Date (0008,0022), Acquisition DateTime
    /// (0008,002A) or Series Date (0008,0021).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_date: Option<Date>,
    /// Study Time (0008,0030), as written.
    pub study_time: Option<String>,
    /// Study Description (0008,1030).
    pub study_description: Option<String>,
    /// Instance Number (0020,0013).
    pub instance_number: Option<i64>,
    /// Body Part Examined (0018,0015).
    pub body_part: Option<String>,
    /// Manufacturer (0008,0070).
    pub manufacturer: Option<String>,
    /// Station Name (0008,1010).
    pub station_name: Option<String>,
    /// Rows (0028,0010); 0 without pixels.
    pub rows: u32,
    /// Columns (0028,0011); 0 without pixels.
    pub columns: u32,
    /// Number of Frames (0028,0008), at least 1 with pixels; 0 without.
    pub number_of_frames: u32,
    /// Position along the slice normal in millimetres, else Slice Location (0020,1041).
    pub slice_position: Option<f64>,
    /// Acquisition Time (0008,0032), as written.
    pub acquisition_time: Option<String>,
    /// Whether there is pixel data in any of its three forms.
    pub has_pixel_data: bool,
    /// What can be read in it, whatever its SOP class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readable: Option<ReportKind>,
    /// Whether it may be the signed result: a doctor's report that does not call itself preliminary, partial or
    /// unverified.
    #[serde(default)]
    pub is_result: bool,
    /// What a key object selection marks, unless it marks images as not to be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_references: Vec<KeyReference>,
}

/// Reads the header of an object of `total_bytes` from its first bytes.
///
/// # Errors
/// [`HeaderError`] if the object is not DICOM, is broken or cut off, exceeds a limit, or has no usable UIDs.
pub fn read_header(prefix: &[u8], total_bytes: u64, limits: &Limits) -> Result<HeaderRead, HeaderError> {
    match scan_prefix(prefix, total_bytes, limits)? {
        Scan::NeedMore => Ok(HeaderRead::NeedMore),
        Scan::Complete(data_set) if is_document_header_here(&data_set) => {
            Ok(HeaderRead::Complete(Box::new(InstanceHeader::from_data_set(&data_set)?)))
        }
        Scan::Complete(_) if (prefix.len() as u64) < total_bytes => Ok(HeaderRead::NeedMore),
        // A deflated data set is here completely, and was inflated up to the end of its header.
        Scan::Complete(_) => {
            let whole = scan_file(prefix, limits)?;
            Ok(HeaderRead::Complete(Box::new(InstanceHeader::from_data_set(&whole)?)))
        }
    }
}

impl InstanceHeader {
    /// Reads the header from a scanned data set.
    ///
    /// # Errors
    /// [`HeaderError`] if one of the three UIDs is missing or unusable.
    pub fn from_data_set(data_set: &DataSet<'_>) -> Result<Self, HeaderError> {
        let root = data_set.root();
        let text = |tag| bounded_text(root, tag);
        let side = |tag| root.int(tag).and_then(|v| u32::try_from(v).ok()).unwrap_or(0);
        let has_pixel_data = data_set.pixels().is_some();
        let frames = root.int(tags::NUMBER_OF_FRAMES).and_then(|v| u32::try_from(v).ok()).unwrap_or(1).max(1);
        let uid = |tag: Tag| root.text(tag).unwrap_or_default();
        // Do not call an invalid UID missing: the sender would look in the wrong place.
        let unusable = |tag: Tag, missing| if uid(tag).is_empty() { missing } else { HeaderError::BadUid };
        // Files that lost the attribute in the data set still name the instance in their file meta information.
        let sop_instance_uid = SopInstanceUid::parse(&uid(tags::SOP_INSTANCE_UID))
            .or_else(|_| SopInstanceUid::parse(&uid(tags::MEDIA_STORAGE_SOP_INSTANCE_UID)));
        let sop_class_uid =
            text(tags::SOP_CLASS_UID).or_else(|| text(tags::MEDIA_STORAGE_SOP_CLASS_UID)).unwrap_or_default();
        let document_patients = document_patients(data_set);
        let mut header = Self {
            study_instance_uid: StudyInstanceUid::parse(&uid(tags::STUDY_INSTANCE_UID))
                .map_err(|_| unusable(tags::STUDY_INSTANCE_UID, HeaderError::MissingStudyInstanceUid))?,
            series_instance_uid: SeriesInstanceUid::parse(&uid(tags::SERIES_INSTANCE_UID))
                .map_err(|_| unusable(tags::SERIES_INSTANCE_UID, HeaderError::MissingSeriesInstanceUid))?,
            sop_instance_uid: sop_instance_uid
                .map_err(|_| unusable(tags::SOP_INSTANCE_UID, HeaderError::MissingSopInstanceUid))?,
            transfer_syntax_uid: data_set.transfer_syntax_uid().to_owned(),
            series: SeriesAttributes {
                number: root.int(tags::SERIES_NUMBER),
                description: text(tags::SERIES_DESCRIPTION),
                modality: text(tags::MODALITY).unwrap_or_else(|| "OT".to_owned()),
            },
            patient: completed(patient(root), &document_patients),
            document_patients,
            accession_number: accession_number(root),
            study_date: root.text(tags::STUDY_DATE).and_then(|t| parse_date(&t)),
            image_date: image_date(root).filter(|_| has_pixel_data),
            study_time: text(tags::STUDY_TIME),
            study_description: text(tags::STUDY_DESCRIPTION),
            instance_number: root.int(tags::INSTANCE_NUMBER),
            body_part: text(tags::BODY_PART_EXAMINED),
            manufacturer: text(tags::MANUFACTURER),
            station_name: text(tags::STATION_NAME),
            rows: if has_pixel_data { side(tags::ROWS) } else { 0 },
            columns: if has_pixel_data { side(tags::COLUMNS) } else { 0 },
            number_of_frames: if has_pixel_data { frames } else { 0 },
            slice_position: slice_position(root),
            acquisition_time: text(tags::ACQUISITION_TIME),
            has_pixel_data,
            readable: readable_content(data_set),
            key_references: key_references(data_set, &sop_class_uid),
            is_result: false,
            sop_class_uid,
        };
        // Plain text may be a machine's notes: it is shown, but nobody vouches for it.
        let is_form = header.readable != Some(ReportKind::Text);
        header.is_result =
            header.kind() == InstanceKind::Report && is_form && !is_record(root) && lacks(root).is_none();
        Ok(header)
    }

    /// The kind of instance.
    #[must_use]
    pub fn kind(&self) -> InstanceKind {
        match self.storage_class() {
            KEY_OBJECT_SELECTION => InstanceKind::KeyObjects,
            _ if self.report_kind().is_some() => InstanceKind::Report,
            // Segmentations, RT dose: their pixels mean nothing without the images they belong to.
            "66.4" | "66.7" | "481.2" => InstanceKind::Other,
            _ if !self.has_pixel_data => InstanceKind::Other,
            _ if TransferSyntax::from_uid(&self.transfer_syntax_uid).pixels == PixelEncoding::Video => {
                InstanceKind::Video
            }
            _ => InstanceKind::Image,
        }
    }

    /// The form of the report, if it is one. Its content takes precedence over its SOP class.
    #[must_use]
    pub fn report_kind(&self) -> Option<ReportKind> {
        let by_class = match self.storage_class() {
            // A structured report that only refers to images.
            KEY_OBJECT_SELECTION => return None,
            "104.1" => Some(ReportKind::Pdf),
            "104.2" => Some(ReportKind::Cda),
            class => class.starts_with("88.").then_some(ReportKind::Structured),
        };
        self.readable.or(by_class.filter(|_| !self.has_pixel_data))
    }

    /// The last components of the SOP class, if PS3.4 B.5 lists it.
    fn storage_class(&self) -> &str {
        self.sop_class_uid.strip_prefix(STORAGE_CLASSES).unwrap_or("")
    }

    /// What determines the place of this instance in its series.
    #[must_use]
    pub fn slice_key(&self) -> SliceKey {
        SliceKey {
            slice_position: self.slice_position,
            acquisition_time: self.acquisition_time.clone(),
            instance_number: self.instance_number,
            sop_instance_uid: self.sop_instance_uid.as_str().to_owned(),
        }
    }
}

impl fmt::Debug for InstanceHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceHeader")
            .field("sop_instance_uid", &self.sop_instance_uid)
            .field("sop_class_uid", &self.sop_class_uid)
            .field("transfer_syntax_uid", &self.transfer_syntax_uid)
            .field("modality", &self.series.modality)
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

pub(crate) fn patient(root: Item<'_>) -> PatientDemographics {
    let name = bounded_text(root, tags::PATIENT_NAME)
        .map(|name| name.trim_end_matches(['^', '=', ' ']).to_owned())
        .filter(|name| name.chars().any(char::is_alphanumeric));
    let typed_id = root.text(tags::PATIENT_ID).unwrap_or_default();
    let id = PatientId::parse(&typed_id);
    let typed_birth_date = root.text(tags::PATIENT_BIRTH_DATE).unwrap_or_default();
    let birth_date = BirthDate::parse(&typed_birth_date);
    // Some write zeros and dashes for "none".
    let is_stated = |text: &str| text.chars().any(|c| c.is_alphanumeric() && c != '0');
    PatientDemographics {
        // An invalid id is not the same as none: somebody was meant.
        is_id_unreadable: matches!(id, Err(InvalidId::TooLong | InvalidId::BadCharacter)),
        id: id.ok(),
        issuer: bounded_text(root, tags::ISSUER_OF_PATIENT_ID)
            .or_else(|| {
                let qualifiers = root.first_item(tags::ISSUER_OF_PATIENT_ID_QUALIFIERS_SEQUENCE)?;
                bounded_text(qualifiers, tags::UNIVERSAL_ENTITY_ID)
            })
            .map(|issuer| issuer.trim().to_owned())
            .filter(|issuer| !issuer.is_empty()),
        name,
        is_birth_date_unreadable: birth_date.is_err() && is_stated(&typed_birth_date),
        birth_date: birth_date.ok(),
        sex: root.text(tags::PATIENT_SEX).as_deref().and_then(sex_of).map(str::to_owned),
    }
}

/// Fills in what the file omits about the patient from a document that names exactly one.
fn completed(mut patient: PatientDemographics, documents: &[DocumentPatient]) -> PatientDemographics {
    if let [document] = documents {
        patient.name = patient.name.or_else(|| document.names.first().cloned());
        if !patient.is_birth_date_unreadable {
            patient.birth_date = patient.birth_date.or(document.birth_date);
        }
        patient.sex = patient.sex.or_else(|| document.sex.clone());
    }
    patient
}

fn key_references(data_set: &DataSet<'_>, sop_class_uid: &str) -> Vec<KeyReference> {
    if sop_class_uid.strip_prefix(STORAGE_CLASSES) != Some(KEY_OBJECT_SELECTION) {
        return Vec::new();
    }
    let selection = key_object_selection(data_set);
    if selection.rejects { Vec::new() } else { selection.references }
}

pub(crate) fn accession_number(root: Item<'_>) -> Option<AccessionNumber> {
    root.text(tags::ACCESSION_NUMBER).and_then(|text| AccessionNumber::parse(&text).ok())
}

/// Text without control characters, cut to a length that no honest value reaches.
fn bounded_text(root: Item<'_>, tag: Tag) -> Option<String> {
    let text: String = root.text(tag)?.chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect();
    Some(text).filter(|text| !text.is_empty())
}

/// The date of the image, if its study has none.
fn image_date(root: Item<'_>) -> Option<Date> {
    // A DateTime begins with a date.
    let date = |tag| root.text(tag).and_then(|text| parse_date(&text).or_else(|| parse_date(text.get(..8)?)));
    if root.text(tags::STUDY_DATE).and_then(|text| parse_date(&text)).is_some() {
        return None;
    }
    [tags::ACQUISITION_DATE, tags::ACQUISITION_DATE_TIME, tags::SERIES_DATE].into_iter().find_map(date)
}

/// DA, `YYYYMMDD` (PS3.5 6.2), or its ACR-NEMA form, `YYYY.MM.DD`.
fn parse_date(text: &str) -> Option<Date> {
    let digits: String = text.chars().filter(|c| !matches!(c, '.' | '-' | '/')).collect();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits[range].parse::<i16>().ok();
    Date::new(part(0..4)?, i8::try_from(part(4..6)?).ok()?, i8::try_from(part(6..8)?).ok()?).ok()
}

/// Image Position and Orientation (Patient), from the image or its first frame (PS3.3 C.7.6.16.2.3), else Slice
/// Location.
fn slice_position(root: Item<'_>) -> Option<f64> {
    let direct = position_of(root, root);
    let shared = root.first_item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    let first = root.first_item(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    direct
        .or_else(|| {
            let group = |tag| first.and_then(|i| i.first_item(tag)).or_else(|| shared?.first_item(tag));
            position_of(group(tags::PLANE_POSITION_SEQUENCE)?, group(tags::PLANE_ORIENTATION_SEQUENCE)?)
        })
        .or_else(|| root.float(tags::SLICE_LOCATION))
}

fn position_of(position: Item<'_>, orientation: Item<'_>) -> Option<f64> {
    geometry::slice_position(
        position.floats(tags::IMAGE_POSITION_PATIENT)?,
        orientation.floats(tags::IMAGE_ORIENTATION_PATIENT)?,
    )
}
