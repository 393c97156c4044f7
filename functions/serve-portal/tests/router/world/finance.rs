//! What finance finds: exported months, the ledger behind them, compared claims, and requests that wait.

use filmless_delivery::Services;
use filmless_delivery::record::log;
use filmless_delivery::staff::{
    ExportFailure, ExportState, ReceivableGroup, ReconcileAttempt, Reconciled, RiskLine, claims_list_key,
};
use filmless_domain::staff::Role;
use filmless_domain::usage::{Payer, USAGE_SCHEMA, UsageContext, UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{AccessionNumber, ObjectKey};
use filmless_store::Served;
use filmless_store::index::{LogEntry, LogName};
use serde_json::{Value, json};

use super::desk::desk;
use super::names::{STUDY, at};
use super::study::uid;

/// One line more than fits on a page.
const LINES: i64 = 51;

pub async fn fill(services: &Services) {
    for (month, sign) in [("2020-11", 1), ("2020-10", -1)] {
        put(services, &format!("exports/months/{month}/manifest.json"), manifest(month, sign).to_string())
            .await;
    }
    put(services, "exports/months/2020-11/khong-in-phim-2020-11.xlsx", "a workbook").await;
    put(services, &claims_list_key("2020-11"), "a workbook").await;
    ledger(services).await;
    reconciled().keep(&services.usage).await.unwrap();
    let at = at("10:00");
    ReconcileAttempt { at, failed: None }.keep(&services.usage, "2020-11").await.unwrap();
    let why = "dòng 3: <b> không phải bảng CSV".to_owned();
    ReconcileAttempt { at, failed: Some(why) }.keep(&services.usage, "2020-10").await.unwrap();
    let failed = Some(ExportFailure::Ledger.into());
    ExportState { at, months: vec!["2020-11".into()], rows: 0, failed }.keep(&services.usage).await.unwrap();
    let finance = desk(services, "u-19", [Role::Finance]);
    finance.ask_export("2020-10").await.unwrap();
    finance.ask_reconcile("2020-10", b"a file of claims".to_vec()).await.unwrap();
    finance.set_film_budget("2020", Some(1_200)).await.unwrap();
    finance.set_film_budget("2020-11", Some(100)).await.unwrap();
}

async fn put(services: &Services, key: &str, body: impl Into<String>) {
    let key = ObjectKey::parse(key).unwrap();
    let body = body.into().into_bytes();
    services.usage.put(&key, body, Served::uncached("application/octet-stream")).await.unwrap();
}

/// In October, all charges were reversed.
fn manifest(month: &str, sign: i64) -> Value {
    let group = |department: &str, modality: &str, payer: &str, films: i64| {
        json!({
            "department": department, "modality": modality, "payer": payer,
            "studies_released": 2, "released_and_notified": 0, "released_and_opened": 0,
            "films_avoided": films, "films_printed": 0, "film_saved_vnd": 45_000 * films,
            "charged_vnd": sign * 1_000 * films, "sms_parts": 0, "emails": 0, "messages_failed": 0,
            "message_cost_vnd": 0, "original_bytes": 0, "derived_bytes": 0,
        })
    };
    json!({
        "rows": 99, "chain": { "sequence": 1234 },
        "summary": { "groups": [
            group("K<01>", "CT", "insured", 1200), group("", "MR", "self", 34), group("K02", "CT", "self", 6),
        ]},
        "files": [{ "key": format!("exports/months/{month}/khong-in-phim-{month}.xlsx"), "bytes": 12_345 }],
    })
}

/// A page full of releases, followed by one that was taken back.
async fn ledger(services: &Services) {
    for number in 1..=LINES {
        let is_last = number == LINES;
        let context = UsageContext {
            department: Some("K<01>".into()),
            service_code: Some("18.0220.0041".into()),
            unit_price_vnd: Some(512_000),
            accession_number: AccessionNumber::parse("CD<2020>").ok(),
            payer: Payer::Insured,
            ..UsageContext::new(&uid(STUDY), &["CT".into()], None)
        };
        let event = UsageEvent {
            schema: USAGE_SCHEMA,
            id: format!("line-{number:04}"),
            at: at("09:29"),
            kind: if is_last { UsageKind::ReleaseCorrected } else { UsageKind::StudyReleased },
            context,
            quantity: if is_last { -1 } else { 1 },
            unit: UsageUnit::Study,
            channel: None,
            link_version: None,
            storage_class: None,
            reason: is_last.then(|| "recalled".into()),
            corrects: None,
            concerns: None,
        };
        let id = event.id.clone();
        let entry = LogEntry { id, at: at("09:29"), event: serde_json::to_string(&event).unwrap() };
        services.index.log(LogName::Usage, &entry).await.unwrap();
    }
    log::seal(&services.index, &services.usage, LogName::Usage, at("09:30"), true).await.unwrap();
}

fn reconciled() -> Reconciled {
    let risk = |name: &str, rows, amount_vnd| RiskLine {
        name: name.into(),
        rows,
        amount_vnd,
        ..RiskLine::default()
    };
    let group = ReceivableGroup {
        department: "K<01>".into(),
        payer: "insured".into(),
        claimed_vnd: 900_000,
        accepted_vnd: 800_000,
        settled_vnd: 1_000_000,
    };
    Reconciled {
        month: "2020-11".into(),
        at: at("10:00"),
        dossiers: 3,
        claims: 5,
        matched_claims: 4,
        bad_rows: 1,
        other_rows: 2,
        other_files: 0,
        groups: vec![group],
        findings: vec![risk("no-delivery-evidence", 1, 100_000), risk("study-without-claim", 1, 77_000)],
        departments: vec![risk("K<01>", 1, 100_000)],
        payers: vec![risk("insured", 1, 100_000)],
        total: risk("", 1, 100_000),
        unclaimed: risk("", 1, 77_000),
    }
}
