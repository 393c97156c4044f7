use serde_json::json;

use crate::sample::Study;
use crate::system::{System, on_both_systems};

on_both_systems! {
    a_study_without_an_order_is_held_until_the_order_comes
    an_order_for_somebody_else_holds_the_study_until_it_is_corrected
    an_order_is_found_by_patient_where_the_images_have_no_accession_number
    a_study_below_its_declared_count_is_held
    an_order_that_changes_hands_takes_the_images_back
}

async fn a_study_without_an_order_is_held_until_the_order_comes(system: System) {
    let study = system.sample(11);
    system.upload("incoming/1", study.slice(1, 1)).await;
    let held = system.until(&study.uid, "held").await;
    assert_eq!(held["reason"]["code"], "no-order");
    assert!(system.all_sms().is_empty() && system.slip(&study.uid, "slip.pdf").await.is_none());

    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    assert_eq!(system.all_sms().len(), 1);
}

async fn an_order_for_somebody_else_holds_the_study_until_it_is_corrected(system: System) {
    let study = system.sample(12);
    let mut order = study.order();
    order["patient"]["name"] = json!("Trần Văn Bình");
    system.upload_order(&order).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    assert_eq!(system.until(&study.uid, "held").await["reason"]["code"], "patient-mismatch");

    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
}

async fn an_order_is_found_by_patient_where_the_images_have_no_accession_number(system: System) {
    let study = Study { accession: String::new(), ..system.sample(13) };
    let mut order = study.order();
    order["accession_number"] = json!(format!("{}-13", study.patient_id));
    system.upload_order(&order).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    assert_eq!(
        system.until(&study.uid, "released").await["accession_number"],
        format!("{}-13", study.patient_id)
    );
}

async fn a_study_below_its_declared_count_is_held(system: System) {
    let study = system.sample(14);
    let mut order = study.order();
    order["declared_instances"] = json!(2);
    system.upload_order(&order).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    assert_eq!(system.until(&study.uid, "held").await["reason"]["code"], "incomplete-study");
    system.upload("incoming/2", study.slice(1, 2)).await;
    system.until(&study.uid, "released").await;
}

async fn an_order_that_changes_hands_takes_the_images_back(system: System) {
    let study = system.sample(15);
    system.upload_order(&study.order()).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let mut order = study.order();
    order["patient"]["id"] = json!(format!("{}-OTHER", study.patient_id));
    order["patient"]["name"] = json!("Lê Thị Mai");
    system.upload_order(&order).await;
    assert_eq!(system.until(&study.uid, "held").await["reason"]["code"], "patient-mismatch");
}
