//! Which attributes a record has (PS3.3 F.5), and what stands in for a required one that the file lacks.

use dicom_core::dictionary::DataDictionary;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use crate::RecordKind;

/// An attribute of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub tag: Tag,
    pub vr: VR,
    pub need: Need,
}

/// What PS3.6 calls an attribute: `StudyDate`.
#[must_use]
pub fn keyword(tag: Tag) -> &'static str {
    StandardDataDictionary.by_tag(tag).map_or("?", |entry| entry.alias)
}

/// How much a record needs an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Type 1: with a value. The file's, or else this.
    Value(StandIn),
    /// Type 2: there, perhaps empty.
    There,
    /// Type 3, or 1C where the value alone says whether.
    IfKnown,
}

/// What stands in for a value that a record needs and a file lacks. It is in the directory alone: no file is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandIn {
    /// The patient code that the caller knows.
    PatientId,
    /// Another date of the file, or one that nobody takes for true.
    Date,
    /// Midnight.
    Midnight,
    /// The place among its siblings, from 1.
    Place,
    /// A word that claims nothing.
    Word(&'static str),
    /// Nothing can: the record lacks it as the file does.
    Nothing,
}

const fn key(tag: Tag, vr: VR, need: Need) -> Key {
    Key { tag, vr, need }
}

const fn date(tag: Tag) -> Key {
    key(tag, VR::DA, Need::Value(StandIn::Date))
}

const fn time(tag: Tag) -> Key {
    key(tag, VR::TM, Need::Value(StandIn::Midnight))
}

const fn place(tag: Tag) -> Key {
    key(tag, VR::IS, Need::Value(StandIn::Place))
}

const fn word(tag: Tag, vr: VR, word: &'static str) -> Key {
    key(tag, vr, Need::Value(StandIn::Word(word)))
}

const fn there(tag: Tag, vr: VR) -> Key {
    key(tag, vr, Need::There)
}

const fn if_known(tag: Tag, vr: VR) -> Key {
    key(tag, vr, Need::IfKnown)
}

const fn sequence(tag: Tag) -> Key {
    key(tag, VR::SQ, Need::Value(StandIn::Nothing))
}

pub(crate) const PATIENT: &[Key] = &[
    there(tags::PATIENT_NAME, VR::PN),
    key(tags::PATIENT_ID, VR::LO, Need::Value(StandIn::PatientId)),
    if_known(tags::PATIENT_BIRTH_DATE, VR::DA),
    if_known(tags::PATIENT_SEX, VR::CS),
];

pub(crate) const STUDY: &[Key] = &[
    date(tags::STUDY_DATE),
    time(tags::STUDY_TIME),
    there(tags::ACCESSION_NUMBER, VR::SH),
    there(tags::STUDY_DESCRIPTION, VR::LO),
    key(tags::STUDY_INSTANCE_UID, VR::UI, Need::Value(StandIn::Nothing)),
    word(tags::STUDY_ID, VR::SH, "1"),
];

pub(crate) const SERIES: &[Key] = &[
    word(tags::MODALITY, VR::CS, "OT"),
    if_known(tags::INSTITUTION_NAME, VR::LO),
    if_known(tags::SERIES_DESCRIPTION, VR::LO),
    key(tags::SERIES_INSTANCE_UID, VR::UI, Need::Value(StandIn::Nothing)),
    place(tags::SERIES_NUMBER),
];

const CONTENT_DATE: Key = date(tags::CONTENT_DATE);
const CONTENT_TIME: Key = time(tags::CONTENT_TIME);
const NUMBER: Key = place(tags::INSTANCE_NUMBER);
/// Content Identification Macro (PS3.3 10.9).
const LABEL: Key = word(tags::CONTENT_LABEL, VR::CS, "UNKNOWN");
const DESCRIPTION: Key = there(tags::CONTENT_DESCRIPTION, VR::LO);
const CREATOR: Key = there(tags::CONTENT_CREATOR_NAME, VR::PN);

const DATED: &[Key] = &[CONTENT_DATE, CONTENT_TIME, NUMBER];
const IDENTIFIED: &[Key] = &[CONTENT_DATE, CONTENT_TIME, NUMBER, LABEL, DESCRIPTION, CREATOR];

/// The attributes of the record of one file.
pub(crate) fn keys_of(kind: RecordKind) -> &'static [Key] {
    use RecordKind as R;
    match kind {
        R::Image | R::Private | R::Radiotherapy => const { &[NUMBER] },
        R::RtDose => {
            const {
                &[
                    NUMBER,
                    word(tags::DOSE_SUMMATION_TYPE, VR::CS, "RECORD"),
                    if_known(tags::DOSE_COMMENT, VR::LO),
                ]
            }
        }
        R::RtStructureSet => {
            const {
                &[
                    NUMBER,
                    word(tags::STRUCTURE_SET_LABEL, VR::SH, "UNKNOWN"),
                    there(tags::STRUCTURE_SET_DATE, VR::DA),
                    there(tags::STRUCTURE_SET_TIME, VR::TM),
                ]
            }
        }
        R::RtPlan => {
            const {
                &[
                    NUMBER,
                    word(tags::RT_PLAN_LABEL, VR::SH, "UNKNOWN"),
                    there(tags::RT_PLAN_DATE, VR::DA),
                    there(tags::RT_PLAN_TIME, VR::TM),
                ]
            }
        }
        R::RtTreatRecord => {
            const { &[NUMBER, there(tags::TREATMENT_DATE, VR::DA), there(tags::TREATMENT_TIME, VR::TM)] }
        }
        R::Presentation => {
            const {
                &[
                    date(tags::PRESENTATION_CREATION_DATE),
                    time(tags::PRESENTATION_CREATION_TIME),
                    NUMBER,
                    LABEL,
                    DESCRIPTION,
                    CREATOR,
                    if_known(tags::REFERENCED_SERIES_SEQUENCE, VR::SQ),
                    if_known(tags::BLENDING_SEQUENCE, VR::SQ),
                ]
            }
        }
        R::SrDocument => {
            const {
                &[
                    NUMBER,
                    word(tags::COMPLETION_FLAG, VR::CS, "PARTIAL"),
                    word(tags::VERIFICATION_FLAG, VR::CS, "UNVERIFIED"),
                    CONTENT_DATE,
                    CONTENT_TIME,
                    if_known(tags::VERIFICATION_DATE_TIME, VR::DT),
                    sequence(tags::CONCEPT_NAME_CODE_SEQUENCE),
                    if_known(tags::CONTENT_SEQUENCE, VR::SQ),
                ]
            }
        }
        R::KeyObjectDoc => {
            const {
                &[
                    NUMBER,
                    CONTENT_DATE,
                    CONTENT_TIME,
                    sequence(tags::CONCEPT_NAME_CODE_SEQUENCE),
                    if_known(tags::CONTENT_SEQUENCE, VR::SQ),
                ]
            }
        }
        R::EncapDoc => {
            const {
                &[
                    there(tags::CONTENT_DATE, VR::DA),
                    there(tags::CONTENT_TIME, VR::TM),
                    NUMBER,
                    there(tags::CONCEPT_NAME_CODE_SEQUENCE, VR::SQ),
                    there(tags::DOCUMENT_TITLE, VR::ST),
                    if_known(tags::HL7_INSTANCE_IDENTIFIER, VR::ST),
                    word(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, VR::LO, "application/octet-stream"),
                ]
            }
        }
        R::Spectroscopy => {
            const {
                &[
                    word(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY"),
                    CONTENT_DATE,
                    CONTENT_TIME,
                    NUMBER,
                    if_known(tags::REFERENCED_IMAGE_EVIDENCE_SEQUENCE, VR::SQ),
                    if_known(tags::NUMBER_OF_FRAMES, VR::IS),
                    if_known(tags::ROWS, VR::US),
                    if_known(tags::COLUMNS, VR::US),
                    if_known(tags::DATA_POINT_ROWS, VR::UL),
                    if_known(tags::DATA_POINT_COLUMNS, VR::UL),
                ]
            }
        }
        R::RawData => const { &[CONTENT_DATE, CONTENT_TIME, there(tags::INSTANCE_NUMBER, VR::IS)] },
        R::Waveform | R::SurfaceScan | R::Measurement | R::Protocol => DATED,
        R::Assessment => {
            const { &[NUMBER, date(tags::INSTANCE_CREATION_DATE), if_known(tags::INSTANCE_CREATION_TIME, VR::TM)] }
        }
        R::Stereometric => const { &[NUMBER, LABEL, DESCRIPTION, CREATOR] },
        R::Registration | R::Fiducial | R::ValueMap | R::Surface | R::Tract | R::Annotation => IDENTIFIED,
    }
}
