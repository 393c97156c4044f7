//! Who was in the room of a consultation, and from when until when.

use filmless_consult::{ConsultationId, MemberId};
use filmless_domain::audit::Actor;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::consultation::consult_pk;
use super::table::record_of;
use super::{Change, Index, ItemKey, Transaction};
use crate::StoreError;

/// One visit of a member, over however many connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRecord {
    /// Who.
    pub member: MemberId,
    /// As whom: the share of their link.
    pub actor: Actor,
    /// From where.
    pub source: String,
    /// When they came.
    #[serde(with = "millisecond::required")]
    pub came_at: Timestamp,
    /// When their last connection was gone; absent while they are there.
    #[serde(default, with = "millisecond::optional")]
    pub left_at: Option<Timestamp>,
    /// When the audit log was last told that they left.
    #[serde(default, with = "millisecond::optional")]
    pub left_told_at: Option<Timestamp>,
}

impl Transaction {
    /// Writes a visit as it is now.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn put_visit(self, consultation: &ConsultationId, visit: &VisitRecord) -> Result<Self, StoreError> {
        let sk = format!("{}{:015}", visits_of(&visit.member), visit.came_at.as_millisecond());
        self.put(&ItemKey::new(consult_pk(consultation), sk), visit, Change::new())
    }
}

impl Index {
    /// A member's last visit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_visit(
        &self,
        consultation: &ConsultationId,
        member: &MemberId,
    ) -> Result<Option<VisitRecord>, StoreError> {
        Ok(self.visits(consultation, member, 1).await?.pop())
    }

    /// The visits of a member, newest first, at most so many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visits(
        &self,
        consultation: &ConsultationId,
        member: &MemberId,
        max: i32,
    ) -> Result<Vec<VisitRecord>, StoreError> {
        let request = self.query_request(&consult_pk(consultation), &visits_of(member));
        let answer = request.scan_index_forward(false).limit(max).send().await;
        let answer = answer.map_err(|e| StoreError::unavailable("Query")(Box::new(e)))?;
        answer.items.unwrap_or_default().into_iter().map(record_of).collect()
    }
}

fn visits_of(member: &MemberId) -> String {
    format!("VISIT#{member}#")
}
