//! The signed result, as shown to a patient.

use std::fmt;

use jiff::Timestamp;

use super::Order;
use crate::invisible::{lines, one_line};

/// The hospital's result of a study: the conclusion, who signed it and when. `Debug` hides everything.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedResult {
    /// The conclusion: lines of visible characters.
    pub conclusion: String,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
    /// Whether it replaces an earlier one.
    pub is_correction: bool,
}

impl fmt::Debug for SignedResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedResult(hidden)")
    }
}

impl Order {
    /// The signed result; `None` if it is not signed yet, or was taken back: then nobody may read it.
    #[must_use]
    pub fn signed_result(&self) -> Option<SignedResult> {
        if !self.is_signed() || self.is_cancelled() {
            return None;
        }
        let result = self.result.as_ref()?;
        let conclusion = lines(result.conclusion.as_deref()?);
        let signed_by = result.reported_by.as_deref().map(one_line).filter(|name| !name.is_empty());
        let is_correction =
            result.status.as_deref().is_some_and(|status| !status.eq_ignore_ascii_case("final"));
        (!conclusion.is_empty()).then_some(SignedResult {
            conclusion,
            signed_by,
            signed_at: result.reported_at,
            is_correction,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(result: serde_json::Value) -> Order {
        let order = json!({
            "accession_number": "A1",
            "patient": { "id": "N1", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02" },
            "result": result,
        });
        Order::parse(order.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_signed_conclusion_is_read_with_who_and_when() {
        let result = order(json!({
            "status": "final", "conclusion": " Phổi\u{202e} sáng.\r\n\r\n\r\nKhông tràn dịch.\u{7} ",
            "reported_by": "BS. Trần\nVăn An", "reported_at": "2026-11-27T08:30:00+07:00",
        }));
        let result = result.signed_result().unwrap();
        assert_eq!(result.conclusion, "Phổi sáng.\n\nKhông tràn dịch.");
        assert_eq!(result.signed_by.as_deref(), Some("BS. Trần Văn An"));
        assert_eq!(result.signed_at.unwrap().to_string(), "2026-11-27T01:30:00Z");
        assert!(!result.is_correction);
        assert_eq!(format!("{result:?}"), "SignedResult(hidden)");
    }

    #[test]
    fn what_is_not_signed_empty_or_taken_back_is_nobodys_to_read() {
        for result in [
            json!({ "status": "preliminary", "conclusion": "U phổi?" }),
            json!({ "conclusion": "U phổi?" }),
            json!({ "status": "entered-in-error", "conclusion": "U phổi?" }),
            json!({ "status": "final", "conclusion": " \n\u{200b} " }),
            json!({ "status": "final" }),
        ] {
            assert_eq!(order(result.clone()).signed_result(), None, "{result}");
        }
        let mut cancelled = order(json!({ "status": "final", "conclusion": "Bình thường." }));
        cancelled.other.insert("status".into(), json!("cancelled"));
        assert_eq!(cancelled.signed_result(), None);
    }

    #[test]
    fn a_correction_says_that_it_is_one() {
        for status in ["amended", "Corrected"] {
            let result = order(json!({ "status": status, "conclusion": "Bình thường." }));
            assert!(result.signed_result().unwrap().is_correction, "{status}");
        }
    }
}
