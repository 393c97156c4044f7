//! Reads from untrusted XML which patient an encapsulated CDA document is about (HL7 CDA R2 4.2.2.11).
//!
//! One pass over events, without a tree. Nothing is looked up: the document's own entities stay unread, so a name made
//! of them matches nobody.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use filmless_domain::identity::{DocumentId, DocumentPatient};
use filmless_domain::{BirthDate, PatientId, sex_of};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The latest end of the declaration of an XML document, in bytes.
const DECLARATION_BYTES_MAX: usize = 256;
/// Most patients of one document, and most numbers or names of one patient.
const EACH_MAX: usize = 16;
const TEXT_CHARS_MAX: usize = 256;

/// The patients a document is about.
#[derive(Debug, Default)]
pub(crate) struct RecordTargets {
    pub patients: Vec<DocumentPatient>,
    /// Whether its header ended within the available bytes, or nothing more can be read of it.
    pub is_whole: bool,
}

/// Reads the available part of the header of a CDA document.
pub(crate) fn record_targets(bytes: &[u8]) -> RecordTargets {
    let text = decoded(bytes);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let mut pass = Pass::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => pass.open(&start),
            Ok(Event::Empty(start)) => {
                pass.open(&start);
                pass.close();
            }
            Ok(Event::End(_)) => pass.close(),
            Ok(Event::Text(text)) => pass.text(&text.decode().unwrap_or_default()),
            Ok(Event::CData(text)) => pass.text(&text.decode().unwrap_or_default()),
            Ok(Event::GeneralRef(entity)) => pass.text(&character_of(&entity).to_string()),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            // Cut in the middle of a tag, or no longer XML: no browser shows that.
            Err(_) => break,
        }
    }
    pass.targets
}

/// XML 1.0, appendix F: a byte order mark, else the encoding in the declaration, else UTF-8.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let start = bytes.iter().position(|byte| !matches!(byte, 0 | b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(0);
    let encoding = match bytes {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] | [0, b'<', ..] => UTF_16BE,
        _ => declared_encoding(&bytes[start..]).unwrap_or(UTF_8),
    };
    encoding.decode_with_bom_removal(if encoding.is_ascii_compatible() { &bytes[start..] } else { bytes }).0
}

fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = String::from_utf8_lossy(&head[..head.len().min(DECLARATION_BYTES_MAX)]).into_owned();
    let declaration = head.strip_prefix("<?xml")?.split('>').next()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value[1..].split(quote).next()?;
    Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible())
}

fn character_of(entity: &BytesRef<'_>) -> char {
    let named = || match entity.as_ref() {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        _ => None,
    };
    entity.resolve_char_ref().ok().flatten().or_else(named).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[derive(Default)]
struct Pass {
    path: Vec<String>,
    /// Depth below the last element of `path`; nothing there is read.
    beyond: usize,
    name: Name,
    targets: RecordTargets,
}

/// Parts of a name (HL7 `PN`), in the order of the document.
#[derive(Default)]
struct Name {
    family: String,
    given: String,
    prefix: String,
    suffix: String,
}

const NAME: &[&str] = &["ClinicalDocument", "recordTarget", "patientRole", "patient", "name"];
/// Qualifiers for parts of a birth name, or of a name somebody is called by, beside the name itself.
const BESIDE: &[&str] = &["BR", "CL", "SP", "AC"];

impl Pass {
    fn open(&mut self, start: &BytesStart<'_>) {
        if self.path.len() > NAME.len() {
            self.beyond += 1;
            return;
        }
        let local = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        let is_beside = || {
            let qualifier = attribute(start, "qualifier");
            qualifier.split_whitespace().any(|one| BESIDE.contains(&one))
        };
        let part = if self.path == NAME && is_beside() { "beside".to_owned() } else { local };
        self.path.push(part);
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match path[..] {
            ["ClinicalDocument", "recordTarget"] if self.targets.patients.len() < EACH_MAX => {
                self.targets.patients.push(DocumentPatient::default());
            }
            // Its author, and everything after.
            ["ClinicalDocument", "author" | "custodian" | "component"] => self.targets.is_whole = true,
            ["ClinicalDocument", "recordTarget", "patientRole", "id"] => self.id(start),
            ["ClinicalDocument", "recordTarget", "patientRole", "patient", "birthTime"] => {
                let value = attribute(start, "value");
                let date = value.get(..8).or_else(|| value.get(..4)).unwrap_or_default();
                if let Some(patient) = self.targets.patients.last_mut() {
                    patient.birth_date = patient.birth_date.or(BirthDate::parse(date).ok());
                }
            }
            ["ClinicalDocument", "recordTarget", "patientRole", "patient", "administrativeGenderCode"] => {
                let sex = sex_of(&attribute(start, "code")).map(str::to_owned);
                if let Some(patient) = self.targets.patients.last_mut() {
                    patient.sex = patient.sex.take().or(sex);
                }
            }
            _ => {}
        }
    }

    fn id(&mut self, start: &BytesStart<'_>) {
        let Some(patient) = self.targets.patients.last_mut().filter(|one| one.ids.len() < EACH_MAX) else {
            return;
        };
        // Without an extension the root is the number itself: a UUID, not a number of any hospital.
        let Ok(id) = PatientId::parse(&attribute(start, "extension")) else { return };
        let issuers = [attribute(start, "root"), attribute(start, "assigningAuthorityName")];
        let issuers = issuers.into_iter().filter(|issuer| !issuer.trim().is_empty()).collect();
        patient.ids.push(DocumentId { id, issuers });
    }

    fn text(&mut self, text: &str) {
        if self.path.len() < NAME.len() || self.path[..NAME.len()] != *NAME {
            return;
        }
        let (name, part) = (&mut self.name, self.path.get(NAME.len()).map(String::as_str));
        let held = match part {
            Some("family") => &mut name.family,
            Some("prefix") => &mut name.prefix,
            Some("suffix") => &mut name.suffix,
            Some("beside" | "validTime") => return,
            _ => &mut name.given,
        };
        let room = TEXT_CHARS_MAX.saturating_sub(held.chars().count());
        held.extend(text.chars().filter(|c| !matches!(c, '^' | '=')).take(room));
    }

    fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let is_name = self.path == NAME;
        // The parts of a name are siblings.
        if self.path.len() == NAME.len() + 1 {
            self.text(" ");
        }
        self.path.pop();
        if self.path.is_empty() {
            self.targets.is_whole = true;
        }
        if is_name {
            let name = std::mem::take(&mut self.name).as_dicom();
            if let Some(patient) = self.targets.patients.last_mut()
                && patient.names.len() < EACH_MAX
                && name.chars().any(|c| c.is_alphanumeric() || c == char::REPLACEMENT_CHARACTER)
            {
                patient.names.push(name);
            }
        }
    }
}

impl Name {
    /// As a PN (PS3.5 6.2.1); as written if no family name is marked.
    fn as_dicom(&self) -> String {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let [family, given] = [&self.family, &self.given].map(|text| plain(text));
        if family.is_empty() {
            return given;
        }
        let all = format!("{family}^{given}^^{}^{}", plain(&self.prefix), plain(&self.suffix));
        all.trim_end_matches('^').to_owned()
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> String {
    let mut attributes = start.attributes();
    let found = attributes.with_checks(false).flatten().find(|one| one.key.as_ref() == name.as_bytes());
    let value = found.map(|one| match one.normalized_value(quick_xml::XmlVersion::Explicit1_0) {
        Ok(value) => value.into_owned(),
        // An unknown entity.
        Err(_) => char::REPLACEMENT_CHARACTER.to_string(),
    });
    value.unwrap_or_default().chars().take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"<h:ClinicalDocument xmlns:h="urn:hl7-org:v3"><h:title>&unknown;</h:title>
        <h:recordTarget><h:patientRole><h:id root="1.2" assigningAuthorityName="HIS" extension="R&#49;"/><h:id root="1.2.9"/>
        <h:patient><h:name>
          <h:prefix>BN</h:prefix><h:given>Thị</h:given><h:given>Hoà</h:given><h:given qualifier="CL">Bé</h:given>
          <h:family>Lê</h:family></h:name><h:name use="ABC">Le Thi <!-- -->Hoa</h:name>
        <h:administrativeGenderCode code="F"/><h:birthTime value="19580302093000+0700"/>
        <h:guardian><h:guardianPerson><h:name>Somebody</h:name></h:guardianPerson></h:guardian></h:patient>
        <h:providerOrganization><h:id extension="BV1"/><h:name>Hospital</h:name></h:providerOrganization>
        </h:patientRole></h:recordTarget>"#;

    fn check(bytes: &[u8]) {
        let targets = record_targets(bytes);
        assert!(targets.is_whole);
        let [patient] = &targets.patients[..] else { panic!("{} patients", targets.patients.len()) };
        let ids: Vec<(&str, usize)> =
            patient.ids.iter().map(|id| (id.id.as_str(), id.issuers.len())).collect();
        assert_eq!(ids, [("R1", 2)]);
        assert_eq!(patient.names, ["Lê^Thị Hoà^^BN", "Le Thi Hoa"]);
        assert_eq!(patient.birth_date, BirthDate::parse("19580302").ok());
        assert_eq!(patient.sex.as_deref(), Some("F"));
    }

    #[test]
    fn the_patient_of_a_document_is_read_in_every_encoding() {
        let whole = format!("{HEAD}<h:author><h:name>Doctor</h:name></h:author></h:ClinicalDocument>");
        check(whole.as_bytes());
        check(format!("\u{FEFF}<?xml version=\"1.0\" encoding='utf-8'?>{whole}").as_bytes());
        check(format!("\0\n<?xml version=\"1.0\" encoding=\"UTF-16\"?>{whole}").as_bytes());
        let utf_16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&utf_16);
        let utf_16: Vec<u8> = format!("\u{FEFF}{whole}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&utf_16);
        let latin = whole.replace('ị', "&#7883;");
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&latin);
        check(&[b"<?xml version='1.0' encoding='ISO-8859-1'?>", bytes.as_ref()].concat());
        // What follows the header may be cut.
        check(format!("{HEAD}<h:component><h:cut").as_bytes());
    }

    #[test]
    fn what_is_cut_before_its_author_is_not_whole() {
        let whole = format!("{HEAD}<h:author/></h:ClinicalDocument>");
        for end in [0, 10, 200, HEAD.len() - 4] {
            let cut = whole.char_indices().map(|(at, _)| at).rfind(|at| *at <= end).unwrap();
            assert!(!record_targets(&whole.as_bytes()[..cut]).is_whole, "{end}");
        }
        assert!(record_targets(b"<ClinicalDocument/>").is_whole);
    }

    #[test]
    fn a_name_made_of_entities_is_nobodys() {
        let text = r#"<!DOCTYPE a [<!ENTITY n "Khoa">]><ClinicalDocument><recordTarget><patientRole><id extension="&n;1"/>
            <patient><name>&n;</name></patient></patientRole></recordTarget><author/></ClinicalDocument>"#;
        let targets = record_targets(text.as_bytes());
        assert_eq!(targets.patients[0].names, ["\u{FFFD}"]);
        assert_eq!(targets.patients[0].ids[0].id.as_str(), "\u{FFFD}");
    }

    #[test]
    fn every_patient_of_a_document_is_named() {
        let one = "<recordTarget><patientRole><patient><name>A</name></patient></patientRole></recordTarget>";
        let text = format!("<ClinicalDocument>{}<author/></ClinicalDocument>", one.repeat(3));
        assert_eq!(record_targets(text.as_bytes()).patients.len(), 3);
        let deep = format!("<ClinicalDocument>{one}{}", "<a>".repeat(100_000));
        assert_eq!(record_targets(deep.as_bytes()).patients.len(), 1);
    }
}
