//! Small valid DICOM files, and orders to match.

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use serde_json::{Value, json};

pub const CT_IMAGE_STORAGE: &str = "1.2.840.10008.5.1.4.1.1.2";
const EXPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
const SIDE: u16 = 64;

pub type Element = DataElement<InMemDicomObject>;

fn text(tag: Tag, vr: VR, value: &str) -> Element {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

fn sequence(tag: Tag, items: Vec<Vec<Element>>) -> Element {
    let items: Vec<_> = items.into_iter().map(InMemDicomObject::from_element_iter).collect();
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

fn concept(code: &str, meaning: &str) -> Element {
    let code = vec![
        text(tags::CODE_VALUE, VR::SH, code),
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM"),
        text(tags::CODE_MEANING, VR::LO, meaning),
    ];
    sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![code])
}

/// A study of one patient, which makes instances.
#[derive(Clone)]
pub struct Study {
    pub uid: String,
    pub patient_id: String,
    pub patient_name: String,
    pub birth_date: String,
    pub accession: String,
    pub phone: String,
    pub email: String,
}

impl Study {
    /// A study whose identifiers follow from a number, so that tests do not share any.
    pub fn numbered(number: u32) -> Self {
        Self {
            uid: format!("1.2.826.0.1.3680043.10.999.{number}"),
            patient_id: format!("N20-{number:07}"),
            patient_name: "NGUYEN^THI HOA".into(),
            birth_date: "19580302".into(),
            accession: format!("A{number:07}"),
            phone: "0903 123 456".into(),
            email: "hoa@example.vn".into(),
        }
    }

    /// The same, with identifiers and a receiver of this run alone, for a system that keeps data of earlier runs.
    pub fn numbered_in_run(number: u32, run: u32) -> Self {
        assert!(number < 1000 && run < 100_000);
        Self {
            uid: format!("1.2.826.0.1.3680043.10.999.{run}.{number}"),
            patient_id: format!("N{run:05}-{number:03}"),
            accession: format!("A{run:05}{number:03}"),
            phone: format!("09{run:05}{number:03}"),
            email: format!("hoa.{run}.{number}@example.vn"),
            ..Self::numbered(number)
        }
    }

    pub fn series_uid(&self, series: u32) -> String {
        format!("{}.{series}", self.uid)
    }

    /// A slice with a bright square whose position tells its number.
    pub fn slice(&self, series: u32, number: u32) -> Vec<u8> {
        self.slice_with(series, number, 600)
    }

    pub fn slice_with(&self, series: u32, number: u32, value: u16) -> Vec<u8> {
        let mut pixels = vec![0u16; usize::from(SIDE) * usize::from(SIDE)];
        let left = (number as usize * 4) % 48;
        for row in 20..36 {
            for column in left..left + 16 {
                pixels[row * usize::from(SIDE) + column] = value;
            }
        }
        let number_of = |tag, value: u16| DataElement::new(tag, VR::US, PrimitiveValue::from(value));
        let elements = [
            text(tags::SERIES_DESCRIPTION, VR::LO, "Axial"),
            text(tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("0\\0\\{number}")),
            text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0"),
            number_of(tags::SAMPLES_PER_PIXEL, 1),
            text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            number_of(tags::ROWS, SIDE),
            number_of(tags::COLUMNS, SIDE),
            number_of(tags::BITS_ALLOCATED, 16),
            number_of(tags::BITS_STORED, 12),
            number_of(tags::HIGH_BIT, 11),
            number_of(tags::PIXEL_REPRESENTATION, 0),
            text(tags::WINDOW_CENTER, VR::DS, "300"),
            text(tags::WINDOW_WIDTH, VR::DS, "600"),
            DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(pixels.into())),
        ];
        self.instance(series, number, CT_IMAGE_STORAGE, "CT", elements)
    }

    /// Any other object of the study.
    pub fn instance(
        &self,
        series: u32,
        number: u32,
        sop_class: &str,
        modality: &str,
        elements: impl IntoIterator<Item = Element>,
    ) -> Vec<u8> {
        let sop = self.sop_uid(series, number);
        let mut object = InMemDicomObject::from_element_iter([
            text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
            text(tags::SOP_CLASS_UID, VR::UI, sop_class),
            text(tags::SOP_INSTANCE_UID, VR::UI, &sop),
            text(tags::STUDY_DATE, VR::DA, "20260105"),
            text(tags::ACCESSION_NUMBER, VR::SH, &self.accession),
            text(tags::MODALITY, VR::CS, modality),
            text(tags::STUDY_DESCRIPTION, VR::LO, "CT nguc"),
            text(tags::PATIENT_NAME, VR::PN, &self.patient_name),
            text(tags::PATIENT_ID, VR::LO, &self.patient_id),
            text(tags::PATIENT_BIRTH_DATE, VR::DA, &self.birth_date),
            text(tags::STUDY_INSTANCE_UID, VR::UI, &self.uid),
            text(tags::SERIES_INSTANCE_UID, VR::UI, &self.series_uid(series)),
            text(tags::SERIES_NUMBER, VR::IS, &series.to_string()),
            text(tags::INSTANCE_NUMBER, VR::IS, &number.to_string()),
        ]);
        for element in elements {
            object.put(element);
        }
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(EXPLICIT_VR_LITTLE_ENDIAN)
            .media_storage_sop_class_uid(sop_class)
            .media_storage_sop_instance_uid(&sop);
        let mut bytes = Vec::new();
        object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
        bytes
    }

    /// An encapsulated CDA document with this patient as record target, after a comment longer than one read.
    pub fn cda(&self, series: u32, number: u32, patient_id: &str, name: &str) -> Vec<u8> {
        let comment = " ".repeat(100_000);
        let mut xml = format!(
            "<?xml version=\"1.0\"?><!--{comment}--><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole>\
             <id root=\"1.2\" extension=\"{patient_id}\"/><patient><name>{name}</name></patient></patientRole></recordTarget>\
             <author/><component><structuredBody><component><section><text>{number}</text></section></component>\
             </structuredBody></component></ClinicalDocument>"
        )
        .into_bytes();
        xml.resize(xml.len().next_multiple_of(2), b' ');
        let document = DataElement::new(tags::ENCAPSULATED_DOCUMENT, VR::OB, PrimitiveValue::from(xml));
        self.instance(series, number, "1.2.840.10008.5.1.4.1.1.104.2", "DOC", [document])
    }

    /// A key object selection that marks these slices of a series.
    pub fn key_objects(&self, series: u32, marked_series: u32, marked: &[u32]) -> Vec<u8> {
        let reference = |number: &u32| {
            let sop = sequence(
                tags::REFERENCED_SOP_SEQUENCE,
                vec![vec![
                    text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, CT_IMAGE_STORAGE),
                    text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &self.sop_uid(marked_series, *number)),
                ]],
            );
            vec![text(tags::VALUE_TYPE, VR::CS, "IMAGE"), sop]
        };
        let elements = [
            text(tags::VALUE_TYPE, VR::CS, "CONTAINER"),
            concept("113000", "Of Interest"),
            sequence(tags::CONTENT_SEQUENCE, marked.iter().map(reference).collect()),
        ];
        self.instance(series, 1, "1.2.840.10008.5.1.4.1.1.88.59", "KO", elements)
    }

    /// A structured report with one sentence, and its Completion Flag.
    pub fn report(&self, series: u32, finding: &str, completion: &str) -> Vec<u8> {
        let line = vec![
            text(tags::VALUE_TYPE, VR::CS, "TEXT"),
            concept("121071", "Finding"),
            text(tags::TEXT_VALUE, VR::UT, finding),
        ];
        let elements = [
            text(tags::VALUE_TYPE, VR::CS, "CONTAINER"),
            concept("18748-4", "Diagnostic imaging report"),
            text(tags::COMPLETION_FLAG, VR::CS, completion),
            sequence(tags::CONTENT_SEQUENCE, vec![line]),
        ];
        self.instance(series, 1, "1.2.840.10008.5.1.4.1.1.88.11", "SR", elements)
    }

    fn sop_uid(&self, series: u32, number: u32) -> String {
        format!("{}.{number}", self.series_uid(series))
    }

    pub fn order(&self) -> Value {
        json!({
            "accession_number": self.accession,
            "patient": {
                "id": self.patient_id, "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02", "sex": "F",
                "phone": self.phone, "email": self.email, "language": "vi",
            },
            "service": { "name": "Chụp CLVT ngực [Không in phim]" },
        })
    }
}
