//! Turns the schedule's event into a run of the use case.

use std::collections::BTreeMap;

use filmless_delivery::DeliveryError;
use filmless_delivery::parts::Reconcile;
use filmless_delivery::upkeep::reconcile::{FindingKind, Scope, reconcile};
use serde::{Deserialize, Serialize};

/// What the schedule asks for: `{"scope": {}}` for the usual scope, or with any of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ReconcileEvent {
    /// What to look at.
    #[serde(default)]
    pub scope: Scope,
}

/// What is reported of a run. Numbers only, because a key may contain a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Versions of objects that were compared with the index.
    pub objects: usize,
    /// Studies that were looked at.
    pub studies: usize,
    /// How many findings of each kind.
    pub found: BTreeMap<FindingKind, usize>,
    /// How many of them were restarted.
    pub mended: usize,
}

/// Runs it once.
///
/// # Errors
/// [`DeliveryError`]: the next hour continues.
pub async fn handle(parts: &Reconcile, event: ReconcileEvent) -> Result<Counts, DeliveryError> {
    let done = reconcile(parts, &event.scope).await?;
    Ok(Counts { objects: done.objects, studies: done.studies, found: done.found, mended: done.mended })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_without_wishes_asks_for_what_is_usual() {
        let event = |text: &str| serde_json::from_str::<ReconcileEvent>(text);
        assert_eq!(event("{}").unwrap().scope, Scope::default());
        assert_eq!(event(r#"{"scope":{"days":31}}"#).unwrap().scope.days, 31);
        assert!(event(r#"{"scope":{"repair":"yes"}}"#).is_err());
    }
}
