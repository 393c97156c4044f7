//! What Weasis reads to find files (`http://www.weasis.org/xsd/2.5`).

use std::io;

use filmless_dicomweb::Attributes;
use filmless_store::index::InstanceRecord;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

use filmless_delivery::viewing::software::{SoftwareSeries, SoftwareStudy};

const NAMESPACE: &str = "http://www.weasis.org/xsd/2.5";

/// What is told of a patient and of a study, by tag: as the files say it, because Weasis groups by it what it has fetched.
const OF_PATIENT: [(&str, u32); 4] = [
    ("PatientID", 0x0010_0020),
    ("PatientName", 0x0010_0010),
    ("PatientBirthDate", 0x0010_0030),
    ("PatientSex", 0x0010_0040),
];
const OF_STUDY: [(&str, u32); 5] = [
    ("StudyDate", 0x0008_0020),
    ("StudyTime", 0x0008_0030),
    ("AccessionNumber", 0x0008_0050),
    ("StudyDescription", 0x0008_1030),
    ("StudyID", 0x0020_0010),
];

/// A manifest that grows study by study.
pub(crate) struct Manifest {
    writer: Writer<Vec<u8>>,
    failed: Option<io::Error>,
}

impl Manifest {
    /// With files below that address.
    pub fn new(files: &str) -> Self {
        let mut manifest = Self { writer: Writer::new(Vec::new()), failed: None };
        manifest.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        manifest.start("manifest", &[("xmlns", NAMESPACE)]);
        let query = [("arcId", "filmless"), ("baseUrl", files), ("additionnalParameters", "")];
        manifest.start("arcQuery", &query);
        manifest
    }

    /// Begins a study, with what the first file of it says.
    pub fn begin_study(&mut self, study: &SoftwareStudy, head: &Attributes) {
        let told = |of: &[(&'static str, u32)]| -> Vec<(&'static str, String)> {
            of.iter().filter_map(|(name, tag)| Some((*name, text(head, *tag)?))).collect()
        };
        let (patient, of_study) = (told(&OF_PATIENT), told(&OF_STUDY));
        self.start("Patient", &borrowed(&patient));
        let mut attributes = vec![("StudyInstanceUID", study.record.study_instance_uid.as_str())];
        attributes.extend(borrowed(&of_study));
        self.start("Study", &attributes);
    }

    /// Adds a series with its instances.
    pub fn series<'a>(
        &mut self,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
        instances: impl Iterator<Item = &'a InstanceRecord>,
    ) {
        let record = &series.record;
        let number = record.attributes.number.map(|number| number.to_string());
        let mut attributes = vec![
            ("SeriesInstanceUID", record.series_instance_uid.as_str()),
            ("Modality", record.attributes.modality.as_str()),
        ];
        attributes.extend(number.as_deref().map(|number| ("SeriesNumber", number)));
        attributes.extend(record.attributes.description.as_deref().map(|text| ("SeriesDescription", text)));
        self.start("Series", &attributes);
        for instance in instances {
            let uid = instance.sop_instance_uid.as_str();
            let number = instance.instance_number.map(|number| number.to_string());
            let file = format!("{}/{uid}", study.record.study_instance_uid);
            let mut attributes = vec![("SOPInstanceUID", uid), ("DirectDownloadFile", file.as_str())];
            attributes.extend(number.as_deref().map(|number| ("InstanceNumber", number)));
            let element = element("Instance", &attributes);
            self.write(Event::Empty(element));
        }
        self.end("Series");
    }

    pub fn end_study(&mut self) {
        self.end("Study");
        self.end("Patient");
    }

    /// The whole of it.
    pub fn into_xml(mut self) -> io::Result<Vec<u8>> {
        self.end("arcQuery");
        self.end("manifest");
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.writer.into_inner()),
        }
    }

    fn start(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.write(Event::Start(element(name, attributes)));
    }

    fn end(&mut self, name: &'static str) {
        self.write(Event::End(BytesEnd::new(name)));
    }

    fn write(&mut self, event: Event<'_>) {
        if let Err(error) = self.writer.write_event(event) {
            self.failed.get_or_insert(error);
        }
    }
}

/// Values are escaped by their writer; what no XML can say (XML 1.0, 2.2) is left out.
fn element(name: &'static str, attributes: &[(&str, &str)]) -> BytesStart<'static> {
    let mut element = BytesStart::new(name);
    for (name, value) in attributes {
        let value: String = value.chars().filter(|c| !c.is_control() && !is_no_character(*c)).collect();
        element.push_attribute((*name, value.as_str()));
    }
    element
}

const fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn borrowed<'a>(told: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    told.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The first value; of a name its alphabetic group.
fn text(head: &Attributes, tag: u32) -> Option<String> {
    let value = head.get(tag)?.values.first()?;
    let text = value.get("Alphabetic").unwrap_or(value).as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}
