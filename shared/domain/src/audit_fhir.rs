//! Audit events as FHIR R4 `AuditEvent` resources, with DICOM's codes for the kind of event
//! (<https://hl7.org/fhir/R4/auditevent.html>).

use serde_json::{Value, json};

use crate::audit::{Actor, AuditEvent, AuditOutcome};

const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";

/// The resource of one event. `observer` names the system that recorded it.
#[must_use]
pub fn audit_event(event: &AuditEvent, observer: &str) -> Value {
    let (word, code, meaning, action) = event.action.facts();
    let mut resource = json!({
        "resourceType": "AuditEvent",
        "id": event.id,
        "type": { "system": DICOM, "code": code, "display": meaning },
        "subtype": [{ "system": "urn:filmless:audit-action", "code": word }],
        "action": action,
        "recorded": event.at.to_string(),
        "outcome": match event.outcome {
            AuditOutcome::Success => "0",
            AuditOutcome::Refused => "4",
            AuditOutcome::Failed => "8",
        },
        "agent": [agent(event)],
        "source": { "observer": { "display": observer } },
    });
    if let Some(detail) = &event.detail {
        resource["outcomeDesc"] = json!(detail);
    }
    let entities = entities(event);
    if !entities.is_empty() {
        resource["entity"] = Value::Array(entities);
    }
    resource
}

fn agent(event: &AuditEvent) -> Value {
    let (system, name, role) = match &event.actor {
        Actor::Account { account } => ("urn:filmless:account", account.as_str(), "IRCP"),
        Actor::Share { share } => ("urn:filmless:share", share.as_str(), "IRCP"),
        Actor::Staff { subject } => ("urn:filmless:staff", subject.as_str(), "AUT"),
        Actor::System => ("urn:filmless:system", "filmless", "CST"),
    };
    let mut agent = json!({
        "type": { "coding": [{ "system": PARTICIPATION, "code": role }] },
        "who": { "identifier": { "system": system, "value": name } },
        "requestor": event.actor != Actor::System,
    });
    if let Some(source) = &event.source {
        // 2: IP address.
        agent["network"] = json!({ "address": source, "type": "2" });
    }
    agent
}

fn entities(event: &AuditEvent) -> Vec<Value> {
    let entity = |system: &str, value: &str, kind: &str, role: &str| {
        json!({
            "what": { "identifier": { "system": system, "value": value } },
            "type": { "system": ENTITY_TYPE, "code": kind },
            "role": { "system": ENTITY_ROLE, "code": role },
        })
    };
    let account = event.account.as_ref().map(|account| entity("urn:filmless:account", account, "1", "1"));
    let study = event
        .study_instance_uid
        .as_ref()
        .map(|uid| entity("urn:dicom:uid", &format!("urn:oid:{uid}"), "2", "3"));
    account.into_iter().chain(study).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StudyInstanceUid;
    use crate::audit::AuditAction;

    #[test]
    fn an_opened_study_names_actor_patient_and_study() {
        let event = AuditEvent {
            id: "e1".into(),
            at: "2026-03-01T02:03:04.567Z".parse().unwrap(),
            action: AuditAction::OpenStudy,
            outcome: AuditOutcome::Success,
            actor: Actor::Share { share: "s1".into() },
            source: Some("203.0.113.9".into()),
            study_instance_uid: StudyInstanceUid::parse("1.2.3").ok(),
            account: Some("N200317542".into()),
            detail: None,
        };
        let fhir = audit_event(&event, "Bệnh viện A");
        assert_eq!(fhir["type"]["code"], "110103");
        assert_eq!(fhir["recorded"], "2026-03-01T02:03:04.567Z");
        assert_eq!(fhir["outcome"], "0");
        assert_eq!(fhir["agent"][0]["who"]["identifier"]["value"], "s1");
        assert_eq!(fhir["agent"][0]["network"]["address"], "203.0.113.9");
        assert_eq!(fhir["entity"][0]["what"]["identifier"]["value"], "N200317542");
        assert_eq!(fhir["entity"][1]["what"]["identifier"]["value"], "urn:oid:1.2.3");
        assert!(fhir.get("outcomeDesc").is_none());
    }
}
