//! What a slip says.

use filmless_domain::{BirthDate, Hospital, Language, Secret, SignedResult};

/// Everything printed on one slip. Texts may contain anything: they are cleaned before typesetting.
#[derive(Clone)]
pub struct SlipContent<'a> {
    /// The hospital that issues the slip.
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
    /// The requested service, or the study description if no order says more.
    pub study_title: &'a str,
    /// Modalities of the study as DICOM codes (PS3.3 C.7.3.1.1.1).
    pub modalities: &'a [String],
    /// Day of the examination.
    pub study_date: Option<jiff::civil::Date>,
    /// The number that connects order and images.
    pub accession_number: &'a str,
    /// Department that requested the examination.
    pub department: Option<&'a str>,
    /// The signed result, once there is one, on its own pages after the first.
    pub result: Option<&'a SignedResult>,
    /// Account name.
    pub account: &'a str,
    /// Password in plain text, for this slip only.
    pub password: &'a Secret,
    /// The complete link, `https://<host>/x/<token>`.
    pub link: &'a Secret,
    /// Address of the guide.
    pub guide_url: &'a str,
    /// Address of the sign-in page.
    pub portal_url: &'a str,
    /// When the slip was made.
    pub issued_at: jiff::Timestamp,
    /// Last day on which account and link of this slip work.
    pub expires_on: jiff::civil::Date,
    /// 1 for the first slip of a study; each reissue adds one.
    pub version: u32,
}

impl std::fmt::Debug for SlipContent<'_> {
    /// Hides everything, because all of it is about one patient.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlipContent(hidden)")
    }
}
