//! What patients do besides looking.

use std::collections::BTreeSet;

use filmless_delivery::Services;
use filmless_delivery::viewing::{Portal, ShareRequest};
use filmless_domain::DownloadKind;
use filmless_domain::share::Relation;

use crate::oracle::{Oracle, uid_of};

/// The patient asks for all files in one download.
pub async fn ask_for_download(oracle: &mut Oracle, services: &Services, exam: usize) {
    let portal = Portal::new(services.clone());
    oracle.figures.asked_for.insert(exam);
    for name in oracle.seats.of_people(&oracle.truth.exams[exam].people()) {
        let Some(mut account) = oracle.seats.accounts.remove(&name) else { continue };
        let person = &oracle.truth.people[account.person];
        if let Some(session) = account.session(&portal, &name, person, false).await {
            let uid = uid_of(&oracle.truth.exams[exam].uid());
            portal.request_download(&session, &uid, DownloadKind::Uploaded).await.unwrap();
        }
        oracle.seats.accounts.insert(name, account);
    }
}

/// The patient shares it with a doctor, who looks from then on.
pub async fn share(oracle: &mut Oracle, services: &Services, exam: usize) {
    let portal = Portal::new(services.clone());
    let subject = oracle.truth.exams[exam].subject;
    for name in oracle.seats.of_people(&BTreeSet::from([subject])) {
        let Some(mut account) = oracle.seats.accounts.remove(&name) else { continue };
        if let Some(session) = account.session(&portal, &name, &oracle.truth.people[subject], false).await {
            let request = ShareRequest {
                label: "BS Lan".into(),
                relation: Relation::Doctor,
                studies: vec![uid_of(&oracle.truth.exams[exam].uid())],
                days: 30,
                may_download: true,
                may_annotate: false,
                may_consult: false,
            };
            if let Some(made) = portal.create_share(&session, &request).await.unwrap() {
                oracle.figures.shares += 1;
                account.open_share(&portal, made.link.expose(), made.code.expose()).await;
            }
        }
        oracle.seats.accounts.insert(name, account);
    }
}
