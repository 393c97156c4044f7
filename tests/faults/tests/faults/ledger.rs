//! What finance sees of a study that is taken back after the month ended.

use std::collections::BTreeSet;
use std::time::Duration;

use export_usage::handler::{ExportEvent, handle};
use filmless_delivery::Services;
use filmless_delivery::record::log::seal;
use filmless_delivery::staff::Desk;
use filmless_domain::staff::{Role, StaffMember};
use filmless_domain::{ObjectKey, StudyInstanceUid};
use filmless_store::ObjectVersion;
use filmless_store::index::LogName;
use serde_json::{Value, json};

use crate::run::Run;
use crate::sample::Study;
use crate::scenario::{Scenario, Upload};
use crate::servers;
use crate::weather::Plan;
use crate::world::Setup;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Exports a month; returns its manifest.
async fn exported(services: &Services, month: &str) -> Value {
    seal(&services.index, &services.usage, LogName::Usage, services.clock.now(), true).await.unwrap();
    handle(&services.into(), ExportEvent { months: vec![month.parse().unwrap()], ..ExportEvent::default() })
        .await
        .unwrap();
    let key = ObjectKey::parse(&format!("exports/months/{month}/manifest.json")).unwrap();
    let bytes = services.usage.get(ObjectVersion { key: &key, version_id: None }, 1 << 20).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn figures(manifest: &Value) -> [i64; 4] {
    let of = |name: &str| manifest["summary"]["total"][name].as_i64().unwrap();
    ["studies_released", "charged_vnd", "films_avoided", "film_saved_vnd"].map(of)
}

/// A CT at 512,000 dong without film, uploaded and released.
fn delivered() -> (Run, StudyInstanceUid) {
    let setup =
        Setup { seed: 7, plan: Plan::Calm, with_mischief: false, is_idempotent: false, with_reports: true };
    let mut run = Run::start(&servers(), &setup, &Scenario::default()).unwrap();
    let study = Study::numbered(1);
    let mut order = study.order();
    order["visit"] = json!({ "department": "K01", "episode": "LK-1", "insurance_card": "DN4790312345678" });
    order["service"] = json!({ "code": "18.1", "price_variant": "pacs", "unit_price_vnd": 512_000 });
    for (key, bytes) in
        [("incoming/1", study.slice(1, 1)), ("orders/1.json", serde_json::to_vec(&order).unwrap())]
    {
        run.uploads.push(Upload { after: Duration::ZERO, key: key.into(), bytes });
    }
    run.until_delivered().unwrap();
    (run, StudyInstanceUid::parse(&study.uid).unwrap())
}

#[test]
fn a_recall_after_the_months_end_stands_in_the_later_month_and_the_closed_one_stays() {
    let (mut run, uid) = delivered();
    let january = run.hospital(async |services| exported(services, "2030-01").await);
    assert_eq!(figures(&january), [1, 512_000, 3, 105_000]);

    run.world.clock.advance(DAY * 30);
    let (closed, february) = run.hospital(async |services| {
        // Film prices have risen since; the films taken back keep the price at which they were counted.
        let key = ObjectKey::parse("prices/prices.csv").unwrap();
        let price = ObjectVersion { key: &key, version_id: None };
        let prices = services.usage.get(price, 1 << 20).await.unwrap();
        let prices = [&prices[..], b"film,CT,2030-02-01,99000,1,film,dearer\n"].concat();
        let served = filmless_store::Served::uncached("text/csv");
        services.usage.put(&key, prices, served).await.unwrap();

        let roles = BTreeSet::from([Role::Records]);
        let member = StaffMember { subject: "clerk".into(), name: "Clerk".into(), roles };
        let desk = Desk::new(services.clone(), member, "10.0.0.1".into());
        for _ in 0..2 {
            desk.recall(&uid, "wrong patient").await.unwrap();
        }
        (exported(services, "2030-01").await, exported(services, "2030-02").await)
    });
    assert_eq!(figures(&february), [-1, -512_000, -3, -105_000]);
    assert_eq!(figures(&closed), figures(&january));
    assert_eq!((&closed["rows"], &closed["files"]), (&january["rows"], &january["files"]));
    let [group] = &february["summary"]["groups"].as_array().unwrap()[..] else { panic!("{february}") };
    assert_eq!((&group["department"], &group["payer"]), (&json!("K01"), &json!("insured")));
    assert_eq!(february["kinds"]["release-corrected"]["events"], 1, "a repeated recall books nothing");
}
