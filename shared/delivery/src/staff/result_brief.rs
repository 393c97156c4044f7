//! Whether a study has a result, and its state, for callers to the hotline. Only the patient may read the conclusion.

use filmless_domain::Order;
use filmless_domain::invisible::one_line;
use filmless_store::index::{OrderRecord, StudyRecord};
use jiff::Timestamp;
use serde::Serialize;

use super::{Desk, StaffError};
use crate::sight;
use crate::viewing::result::whole_result;

/// The state of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultState {
    /// The order has no result yet.
    Awaited,
    /// There is one, but nobody has signed it.
    Unsigned,
    /// It is signed.
    Signed,
    /// Signed; replaces an earlier one.
    Corrected,
    /// It was signed once but is no longer.
    TakenBack,
    /// The order was cancelled; its result is not shown.
    Cancelled,
}

/// The result of a study's order, without the text. `Debug` hides who signed it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ResultBrief {
    /// Its state.
    pub state: ResultState,
    /// `result.status` as the hospital wrote it.
    pub status: Option<String>,
    /// Whether there is a conclusion, which the patient reads wherever the study is shown.
    pub has_conclusion: bool,
    /// Who signed it; only for a signed one.
    pub signed_by: Option<String>,
    /// When it was signed; only for a signed one.
    pub signed_at: Option<Timestamp>,
}

impl std::fmt::Debug for ResultBrief {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResultBrief").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Desk {
    /// The result of the order that a study was released under, else of the order to use; `None` if there is none, or
    /// several are possible.
    pub(super) async fn result_brief(&self, study: &StudyRecord) -> Result<Option<ResultBrief>, StaffError> {
        let order = match &study.order_accession {
            Some(accession) => self.common.index.order(accession).await?,
            None => sight::orders_for(&self.common, study).await?.meant().cloned(),
        };
        let Some(order) = order else { return Ok(None) };
        let has_conclusion =
            whole_result(&self.studies, &self.common.settings.limits, &order).await?.is_some();
        Ok(Some(ResultBrief { has_conclusion, ..brief_of(&order) }))
    }
}

fn brief_of(record: &OrderRecord) -> ResultBrief {
    let order = &record.order;
    let state = state_of(order, record.result_changed_at.is_some());
    let is_signed = matches!(state, ResultState::Signed | ResultState::Corrected);
    let result = order.result.as_ref();
    let text = |text: Option<&str>| text.map(one_line).filter(|text| !text.is_empty());
    ResultBrief {
        state,
        status: text(result.and_then(|result| result.status.as_deref())),
        has_conclusion: false,
        signed_by: text(result.and_then(|result| result.reported_by.as_deref())).filter(|_| is_signed),
        signed_at: result.and_then(|result| result.reported_at).filter(|_| is_signed),
    }
}

fn state_of(order: &Order, was_changed: bool) -> ResultState {
    let status = order.result.as_ref().and_then(|result| result.status.as_deref());
    if order.is_cancelled() {
        ResultState::Cancelled
    } else if order.is_signed() {
        match status {
            Some(status) if !status.eq_ignore_ascii_case("final") => ResultState::Corrected,
            _ => ResultState::Signed,
        }
    } else if was_changed {
        ResultState::TakenBack
    } else if order.result.as_ref().is_some_and(|r| r.status.is_some() || r.conclusion.is_some()) {
        ResultState::Unsigned
    } else {
        ResultState::Awaited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(result: serde_json::Value, changed: bool) -> ResultBrief {
        let order = serde_json::json!({
            "accession_number": "A1",
            "patient": { "id": "P1", "name": "Trần Thị Hoà", "birth_date": "1958-03-02" },
            "result": result,
        });
        brief_of(&OrderRecord {
            order: Order::parse(order.to_string().as_bytes()).unwrap(),
            whole: None,
            written_at: Timestamp::UNIX_EPOCH,
            upload: None,
            study_instance_uid: None,
            result_changed_at: changed.then_some(Timestamp::UNIX_EPOCH),
        })
    }

    #[test]
    fn a_result_is_awaited_unsigned_signed_corrected_or_taken_back() {
        use serde_json::json;
        for (result, changed, state) in [
            (json!(null), false, ResultState::Awaited),
            (json!({}), false, ResultState::Awaited),
            (json!({ "status": "preliminary" }), false, ResultState::Unsigned),
            (json!({ "conclusion": "Bình thường." }), false, ResultState::Unsigned),
            (json!({ "status": "FINAL" }), false, ResultState::Signed),
            (json!({ "status": "amended" }), true, ResultState::Corrected),
            (json!({ "status": "preliminary" }), true, ResultState::TakenBack),
        ] {
            assert_eq!(brief(result.clone(), changed).state, state, "{result}");
        }
    }

    #[test]
    fn who_signs_is_told_of_a_signed_result_alone_and_its_words_never() {
        let result = |status: &str| {
            serde_json::json!({
                "status": status,
                "conclusion": "Phổi sáng.",
                "reported_by": " BS. Trần\nVăn An ",
                "reported_at": "2026-11-27T08:30:00+07:00",
            })
        };
        let signed = brief(result("final"), false);
        assert_eq!(signed.signed_by.as_deref(), Some("BS. Trần Văn An"));
        assert_eq!(signed.signed_at.unwrap().to_string(), "2026-11-27T01:30:00Z");
        assert!(!format!("{signed:?}").contains("An"));
        assert!(!serde_json::to_string(&signed).unwrap().contains("Phổi"));
        let draft = brief(result("preliminary"), false);
        assert_eq!((draft.signed_by, draft.signed_at), (None, None));
        assert_eq!(draft.status.as_deref(), Some("preliminary"));
    }
}
