//! Compares the patient of a document in a file with the patient of the file.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::compare::{compare, is_own, plain, plain_id};
use super::{Agreement, IdentityRules, files_contradict};
use crate::{BirthDate, PatientDemographics, PatientId};

/// A patient's number in a document (HL7 `II`). `Debug` hides it, like everything here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentId {
    /// The number.
    pub id: PatientId,
    /// Who issued it: the OID of its root, and the name of the assigning authority.
    pub issuers: Vec<String>,
}

/// What a document says about one of its patients (HL7 CDA R2 4.2.2.11, `recordTarget`).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentPatient {
    /// All numbers: the hospital's, the insurance's, the state's.
    pub ids: Vec<DocumentId>,
    /// All names: in several scripts, at birth, an alias. Family and given names in DICOM's form, if separated.
    pub names: Vec<String>,
    /// Birth date, or only its year.
    pub birth_date: Option<BirthDate>,
    /// Sex: `M`, `F` or `O`.
    pub sex: Option<String>,
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentId(hidden)")
    }
}

impl fmt::Debug for DocumentPatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentPatient(hidden)")
    }
}

/// Whether a document in a file cannot be about the patient whom the file names.
///
/// Documents contain numbers of several systems. The file's own number proves the patient; another number of the same
/// issuer is somebody else's. A number of an unknown issuer may come from another system: then the name and the whole
/// birth date must match. If there are several names, one must match.
#[must_use]
pub fn document_contradicts(
    file: &PatientDemographics,
    document: &DocumentPatient,
    rules: &IdentityRules,
) -> bool {
    let names: Vec<Option<&String>> = match &document.names[..] {
        [] => vec![None],
        names => names.iter().map(Some).collect(),
    };
    let mut stated = PatientDemographics {
        birth_date: document.birth_date,
        sex: document.sex.clone(),
        ..PatientDemographics::default()
    };
    let ids = compare_document_ids(file, document, rules);
    names.into_iter().all(|name| {
        stated.name = name.cloned();
        let comparison = compare(file, &stated, rules);
        let is_illegible = name.is_some_and(|name| name.contains(char::REPLACEMENT_CHARACTER));
        is_illegible
            || comparison.contradicts()
            || match ids {
                Agreement::Differs => true,
                // The number may be another system's.
                Agreement::Weak => !comparison.is_same_person(),
                Agreement::Agrees => false,
                // The file names nobody, but the document names somebody.
                Agreement::Unknown => stated.name.is_some() && files_contradict(file, &stated, rules),
            }
    })
}

/// `Weak` if the file's number is missing and no number is known to be from its issuer.
fn compare_document_ids(
    file: &PatientDemographics,
    document: &DocumentPatient,
    rules: &IdentityRules,
) -> Agreement {
    if document.ids.is_empty() || (file.id.is_none() && !file.is_id_unreadable) {
        return Agreement::Unknown;
    }
    let issuer = file.issuer.as_deref().map(plain);
    let is_ours = |issuer: Option<&str>| issuer.is_none_or(|issuer| is_own(issuer, rules));
    let is_of_issuer = |stated: &&DocumentId| {
        let mut issuers = stated.issuers.iter().map(String::as_str).map(plain);
        stated.issuers.is_empty()
            || issuers
                .any(|one| Some(&one) == issuer.as_ref() || is_own(&one, rules) && is_ours(issuer.as_deref()))
    };
    let is_his = |stated: &DocumentId| {
        file.id.as_ref().is_some_and(|id| plain_id(id, rules) == plain_id(&stated.id, rules))
    };
    let mut same_issuer = document.ids.iter().filter(is_of_issuer).peekable();
    if same_issuer.peek().is_some() {
        return if same_issuer.any(is_his) { Agreement::Agrees } else { Agreement::Differs };
    }
    if document.ids.iter().any(is_his) { Agreement::Agrees } else { Agreement::Weak }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, issuer: &str, name: &str, birth_date: &str) -> PatientDemographics {
        let stated = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        PatientDemographics {
            id: PatientId::parse(id).ok(),
            issuer: stated(issuer),
            name: stated(name),
            birth_date: BirthDate::parse(birth_date).ok(),
            ..PatientDemographics::default()
        }
    }

    /// `id@issuer,id@issuer|name,name|birth date`.
    fn document(text: &str) -> DocumentPatient {
        let parts: Vec<&str> = text.split('|').collect();
        let list = |n: usize| parts[n].split(',').filter(|part| !part.is_empty());
        let id = |text: &str| {
            let (id, issuer) = text.split_once('@').unwrap_or((text, ""));
            let issuers = Some(issuer.to_owned()).filter(|issuer| !issuer.is_empty());
            DocumentId { id: PatientId::parse(id).unwrap(), issuers: issuers.into_iter().collect() }
        };
        DocumentPatient {
            ids: list(0).map(id).collect(),
            names: list(1).map(str::to_owned).collect(),
            birth_date: BirthDate::parse(parts[2]).ok(),
            sex: None,
        }
    }

    fn check(file: &PatientDemographics, rules: &IdentityRules, documents: &[&str], expected: bool) {
        for text in documents {
            assert_eq!(document_contradicts(file, &document(text), rules), expected, "{text}");
        }
    }

    #[test]
    fn a_document_of_the_same_patient_is_known_by_any_of_its_numbers_and_names() {
        let hers = file("R1", "", "LE THI HOA", "19580302");
        check(
            &hers,
            &IdentityRules::default(),
            &[
                "R1@1.2|Lê^Thị Hoà|1958-03-02",
                "079158000001@2.16.840.1,R1@1.2|Lê Thị Hoà|",
                "r1|Le Thi Hoa|1958",
                "079158000001@2.16.840.1|Lê^Thị Hoà|1958-03-02",
                "|Hoa,Lê^Thị Hoà|1958-03-02",
                "R1@1.2||",
                "||",
            ],
            false,
        );
    }

    #[test]
    fn a_document_of_another_patient_contradicts() {
        let hers = file("R1", "", "LE THI HOA", "19580302");
        check(
            &hers,
            &IdentityRules::default(),
            &[
                "ZZ9@1.2|Lê^Văn Khác|1970-01-01",
                "R1@1.2|Lê^Văn Khác|1958-03-02",
                "R1@1.2|Lê^Thị Hoà|1970-05-05",
                "ZZ9|Lê^Thị Hoà|1958-03-02",
                "ZZ9@1.2|Lê^Thị Hoà|1958",
                "ZZ9@1.2|Lê^Thị Hoà|",
                "ZZ9@1.2||1958-03-02",
                "|Lê^Văn Khác|",
                "R1|\u{FFFD}|1958-03-02",
                "||1970-05-05",
            ],
            true,
        );
        let nobodys = PatientDemographics::default();
        check(&nobodys, &IdentityRules::default(), &["|Lê^Thị Hoà|"], true);
    }

    #[test]
    fn of_the_same_issuer_another_number_is_another_patient() {
        let rules = IdentityRules { own_issuers: vec!["HIS".into(), "1.2".into()], ..Default::default() };
        for issuer in ["HIS", ""] {
            let hers = file("R1", issuer, "LE THI HOA", "19580302");
            check(&hers, &rules, &["ZZ9@1.2|Lê^Thị Hoà|1958-03-02", "R1@9.9,R2@his||"], true);
            check(&hers, &rules, &["ZZ9@9.9|Lê^Thị Hoà|1958-03-02", "R1@1.2||", "R1@9.9||"], false);
        }
        let elsewhere = file("R1", "LAB", "LE THI HOA", "19580302");
        check(&elsewhere, &rules, &["R2@LAB|Lê^Thị Hoà|1958-03-02"], true);
        check(&elsewhere, &rules, &["R2@1.2|Lê^Thị Hoà|1958-03-02", "R1@lab||"], false);
    }
}
