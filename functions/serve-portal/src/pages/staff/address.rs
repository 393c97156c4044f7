//! Addresses of patients and studies, written and read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use filmless_delivery::staff::StaffError;
use filmless_domain::{PatientId, StudyInstanceUid};

use super::console::Console;
use super::trouble::Trouble;

/// The address of a patient's page, with the code in base64url. A code may contain anything, even slashes and dots,
/// which gateways decode, cut or normalise before we see them.
pub(crate) fn patient_url(patient: &PatientId) -> String {
    format!("/staff/patients/{}", URL_SAFE_NO_PAD.encode(patient.as_str()))
}

/// The patient an address names.
pub(crate) fn patient_of(segment: &str, console: &Console) -> Result<PatientId, Trouble> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).ok();
    let code = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let patient = code.and_then(|code| PatientId::parse(&code).ok());
    patient.ok_or_else(|| console.trouble()(StaffError::NotFound))
}

/// The address of a study's page.
pub(crate) fn study_url(study: &StudyInstanceUid) -> String {
    format!("/staff/studies/{}", study.as_str())
}

/// The study an address names.
pub(crate) fn study_of(uid: &str, console: &Console) -> Result<StudyInstanceUid, Trouble> {
    StudyInstanceUid::parse(uid).map_err(|_| console.trouble()(StaffError::NotFound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_patient_holds_no_character_that_a_gateway_could_change() {
        for code in ["N20-0317542", "BN 12/34..", "Mã số 5", "a%2Fb", "../../x"] {
            let url = patient_url(&PatientId::parse(code).unwrap());
            let segment = url.strip_prefix("/staff/patients/").unwrap();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            assert!(segment.bytes().all(is_plain), "{url}");
            let decoded = URL_SAFE_NO_PAD.decode(segment).unwrap();
            assert_eq!(decoded, code.as_bytes());
        }
    }
}
