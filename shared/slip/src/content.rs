//! What a slip says.

use filmless_domain::{BirthDate, Hospital, Language, Secret, SignedResult};

/// Everything printed on one slip. Texts may hold anything: they are cleaned before they are set.
#[derive(Clone)]
pub struct SlipContent<'a> {
    /// The hospital that hands out the slip.
    pub hospital: &'a Hospital,
    /// The main language; the other one follows in small print.
    pub language: Language,
    /// Name as people read it, not as DICOM writes it.
    pub patient_name: &'a str,
    /// Birth date, which is also the second check behind the link.
    pub birth_date: BirthDate,
    /// `M`, `F` or `O` as in Patient's Sex (0010,0040).
    pub sex: Option<&'a str>,
    /// The hospital's patient code.
    pub patient_id: &'a str,
    /// The requested service; without one in the order, the study description.
    pub study_title: &'a str,
    /// Modalities of the study as DICOM codes (PS3.3 C.7.3.1.1.1).
    pub modalities: &'a [String],
    /// Day of the examination.
    pub study_date: Option<jiff::civil::Date>,
    /// The number that connects order and images.
    pub accession_number: &'a str,
    /// Department that requested the examination.
    pub department: Option<&'a str>,
    /// The signed result, if there is one. It gets pages of its own after the first.
    pub result: Option<&'a SignedResult>,
    /// Account name.
    pub account: &'a str,
    /// The password in plain text, for this slip only.
    pub password: &'a Secret,
    /// The complete link, `https://<host>/x/<token>`.
    pub link: &'a Secret,
    /// Address of the guide.
    pub guide_url: &'a str,
    /// Address of the sign-in page.
    pub portal_url: &'a str,
    /// When the slip was made.
    pub issued_at: jiff::Timestamp,
    /// Last day on which this slip's account and link open anything.
    pub expires_on: jiff::civil::Date,
    /// 1 for a study's first slip, one more with every reissue.
    pub version: u32,
}

impl std::fmt::Debug for SlipContent<'_> {
    /// Hides everything, because all of it is about one patient.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlipContent(hidden)")
    }
}
