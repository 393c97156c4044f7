//! What must hold once everything has come to rest, whatever happened before.

use std::collections::BTreeSet;

use filmless_delivery::Services;
use filmless_delivery::record::log;
use filmless_delivery::staff::status;
use filmless_delivery::upkeep::reconcile::{Scope, reconcile};
use filmless_delivery::viewing::{LinkOpening, Portal};
use filmless_domain::object_key::{self, SeriesKeys};
use filmless_domain::{Channel, ObjectKey, PhoneNumber, StudyInstanceUid, StudyState};
use filmless_store::ObjectVersion;
use filmless_store::index::{ChannelState, LogName, NoticeRecord, StudyRecord};

use crate::ports::{Gateways, Reached};
use crate::scenario::{Ending, ExpectedStudy, Scenario};
use crate::world::World;

const SOURCE: &str = "203.0.113.7";

/// Every violated invariant, in words.
pub async fn check(services: &Services, world: &World, scenario: &Scenario) -> Vec<String> {
    let gateways = &*world.gateways;
    // A report that the queue gave up on waits until somebody sends it back.
    let is_reported = gateways.reports() && !world.queues.has_dead_report();
    let mut broken = Vec::new();
    let mut all = Vec::new();
    for expected in &scenario.studies {
        let uid = StudyInstanceUid::parse(&expected.study.uid).unwrap();
        match services.index.study(&uid).await.unwrap() {
            Some(study) => {
                let mut said = check_study(services, (gateways, is_reported), expected, &study).await;
                broken.append(&mut said);
                all.push((expected, study));
            }
            None => broken.push(format!("{uid}: not in the index")),
        }
    }
    broken.extend(check_uploads(services, scenario).await);
    broken.extend(check_rest(services).await);
    broken.extend(check_receivers(gateways, scenario));
    broken.extend(check_portal(services, gateways, &all).await);
    let sealed =
        log::seal(&services.index, &services.audit, LogName::Audit, services.clock.now(), true).await;
    if let Err(error) = sealed {
        broken.push(format!("the audit log was not sealed: {error}"));
    }
    match log::verify(&services.index, &services.audit, LogName::Audit, |_| {}).await {
        Ok(verified) if verified.pending == 0 => {}
        other => broken.push(format!("the audit log: {other:?}")),
    }
    broken
}

async fn check_study(
    services: &Services,
    gateways: (&Gateways, bool),
    expected: &ExpectedStudy,
    study: &StudyRecord,
) -> Vec<String> {
    let uid = &study.study_instance_uid;
    let index = &services.index;
    let mut broken = Vec::new();
    let mut hold = |is_so: bool, what: String| {
        if !is_so {
            broken.push(format!("{uid}: {what}"));
        }
    };
    let ended = match (study.state, study.is_visible()) {
        (StudyState::Released, true) => Some(Ending::Released),
        (StudyState::Held, false) => Some(Ending::Hidden),
        _ => None,
    };
    hold(ended == Some(expected.ending), format!("is {:?} {:?}", study.state, study.reason));
    let instances = index.instances(uid).await.unwrap();
    if let Some(count) = expected.instances {
        hold(instances.len() == count, format!("{} instances in the index, not {count}", instances.len()));
        hold(study.instances as usize == count, format!("counts {} instances, not {count}", study.instances));
    }
    let of_patient =
        |instance: &filmless_store::index::InstanceRecord| instance.key.as_str().starts_with("incoming/b/");
    if expected.is_mixed {
        let mixed = instances.iter().filter(|i| of_patient(i)).count();
        hold(mixed == 0 || mixed == instances.len(), "holds files of two patients".into());
    }
    for key in &expected.corrections.keys {
        let shown = instances.iter().find(|instance| instance.key.as_str() == key);
        let current = services.studies.current_etag(&ObjectKey::parse(key).unwrap()).await.unwrap();
        let is_shown = shown.is_some_and(|instance| Some(&instance.etag) == current.as_ref());
        hold(is_shown, format!("the correction {key} is not what is shown"));
    }

    // Released once: one link, one notice, one account, one password.
    let notices = index.notices(uid).await.unwrap();
    let links = index.links(uid).await.unwrap();
    let once = usize::from(study.account_key.is_some());
    // One notice that could reach nobody, then one that does.
    let most = if expected.corrections.contact { once * 2 } else { once };
    hold(
        (once..=most).contains(&notices.len()) && links.len() == notices.len(),
        format!("{} notices, {} links", notices.len(), links.len()),
    );
    hold(study.account_key.is_some() || expected.ending == Ending::Hidden, "has no account".into());
    if let Some(account) = &study.account_key {
        let passwords = index.credentials(account).await.unwrap().len();
        hold(passwords == notices.len(), format!("{passwords} passwords"));
    }
    if expected.corrections.contact && once == 1 {
        let telling = notices.iter().filter(|notice| notice.channel(Channel::Sms).is_some()).count();
        hold(telling == 1, format!("{telling} notices have an sms once a number is known"));
    }
    for notice in &notices {
        check_notice(gateways, expected, study, notice, &mut hold);
    }

    if study.is_visible() {
        let slip = object_key::slip_pdf(uid, 1);
        let there = services.slips.size(ObjectVersion { key: &slip, version_id: None }).await;
        hold(there.is_ok(), "has no slip".into());
    }
    let series = index.series(uid).await.unwrap();
    hold(!series.is_empty(), "has no series".into());
    for series in &series {
        let digest = Some(&series.content_digest);
        hold(series.rendered_digest.as_ref() == digest, "a series is not rendered".into());
        let keys = SeriesKeys::new(uid, &series.series_instance_uid, &series.content_digest);
        // Only marks, whose UIDs we make, have no picture.
        let is_picture = !series.series_instance_uid.as_str().starts_with("2.25.");
        let pictures = is_picture.then_some([keys.poster, keys.thumbs]).into_iter().flatten();
        for key in [keys.pack, keys.index, keys.metadata].into_iter().chain(pictures) {
            let there = services.derived.size(ObjectVersion { key: &key, version_id: None }).await;
            hold(there.is_ok(), format!("{} is not there", key.as_str()));
        }
    }
    let counted: u32 = series.iter().map(|series| series.instances).sum();
    hold(counted as usize == instances.len(), format!("its series count {counted} instances"));
    broken
}

/// Each message arrives once per channel, or is listed as failed. A provider that cannot recognise a repeated message
/// is asked only once: if its answer is lost, the message may have arrived but counts as failed.
fn check_notice(
    (gateways, is_reported): (&Gateways, bool),
    expected: &ExpectedStudy,
    study: &StudyRecord,
    notice: &NoticeRecord,
    hold: &mut impl FnMut(bool, String),
) {
    let counts = gateways.counts();
    for name in [Channel::Sms, Channel::Email] {
        let channel = notice.channel(name);
        let key = format!("{}-v{}-{name}", notice.study_instance_uid, notice.link_version);
        let delivered = counts.get(&key).copied().unwrap_or_default();
        let Some(channel) = channel else {
            hold(expected.corrections.contact, format!("has no {name}"));
            continue;
        };
        let is_right = match channel.state {
            ChannelState::Sent => delivered == 1 && !is_reported,
            ChannelState::Delivered => delivered == 1 && gateways.reports(),
            ChannelState::Failed => delivered <= 1,
            // Nobody is notified of images that they cannot see.
            ChannelState::Pending => delivered == 0 && expected.ending == Ending::Hidden,
            ChannelState::Sending => expected.ending == Ending::Hidden && delivered <= 1,
        };
        hold(is_right, format!("{name} is {:?}, delivered {delivered} times", channel.state));
    }
    let has_secrets = notice.sealed_password.is_some() || notice.sealed_token.is_some();
    hold(!(notice.is_done() && has_secrets), "secrets are left in a notice that is done".into());
    hold(
        notice.is_done() || has_secrets || !study.is_visible(),
        "secrets are gone before all was sent".into(),
    );
}

/// Every object is in the index or in quarantine, or it is an accepted order or an unpacked ZIP.
async fn check_uploads(services: &Services, scenario: &Scenario) -> Vec<String> {
    let mut broken = Vec::new();
    let found = status::status(&services.index, &services.studies, None, 1).await.unwrap();
    let refused: BTreeSet<&str> = found.quarantined.iter().map(|object| object.key.as_str()).collect();
    for key in &scenario.refused {
        if !refused.contains(key.as_str()) {
            broken.push(format!("{key} is not in quarantine"));
        }
    }
    let is_mixed = scenario.studies.iter().any(|e| e.is_mixed || e.corrections.of_another);
    for key in refused {
        if !is_mixed && !scenario.refused.iter().any(|expected| expected == key) {
            broken.push(format!("{key} is in quarantine"));
        }
    }
    let everything = Scope {
        prefixes: vec![String::new()],
        days: 3,
        grace_seconds: 0,
        crawl_versions_max: 0,
        is_thorough: true,
        repair: false,
    };
    match reconcile(&services.into(), &everything).await {
        Ok(report) if report.is_whole() => {}
        Ok(report) => broken.push(format!("reconcile finds {:?}", report.findings)),
        Err(error) => broken.push(format!("reconcile fails: {error}")),
    }
    broken
}

/// Nobody gets a message about a study unless its order names their number or address.
fn check_receivers(gateways: &Gateways, scenario: &Scenario) -> Vec<String> {
    let (sms, emails) = gateways.delivered_after(0, 0);
    let is_right = |message: &&Reached| {
        scenario.studies.iter().map(|expected| &expected.study).any(|study| {
            let phone = PhoneNumber::parse(&study.phone).unwrap();
            message.name.starts_with(&study.uid)
                && [phone.as_str(), &study.email].contains(&message.to.as_str())
        })
    };
    let wrong = sms.iter().chain(&emails).filter(|message| !is_right(message));
    wrong.map(|message| format!("{} went to {}", message.name, message.to)).collect()
}

async fn check_rest(services: &Services) -> Vec<String> {
    let left = services.index.stale_outbox(services.clock.now()).await.unwrap().len();
    if left == 0 { Vec::new() } else { vec![format!("{left} entries are left in the outbox")] }
}

/// What a patient holds in their hands opens their study and no other.
async fn check_portal(
    services: &Services,
    gateways: &Gateways,
    all: &[(&ExpectedStudy, StudyRecord)],
) -> Vec<String> {
    let portal = Portal::new(services.clone());
    let mut broken = Vec::new();
    for (expected, study) in all {
        let uid = &study.study_instance_uid;
        let sms = (1..=2).find_map(|version| gateways.sms(&format!("{uid}-v{version}-sms")));
        let Some(sms) = sms else { continue };
        let link = sms.split_whitespace().find(|word| word.contains("/x/")).unwrap_or_default();
        let token = link.rsplit('/').next().unwrap_or_default();
        let session = match portal.open_link(token, "02/03/1958", SOURCE).await {
            Ok(LinkOpening::Granted { session, .. }) => session,
            Ok(_) if expected.ending == Ending::Hidden => continue,
            other => {
                broken.push(format!("{uid}: its link does not open: {other:?}"));
                continue;
            }
        };
        let Some(session) = portal.session(session.expose(), SOURCE).await.unwrap() else {
            broken.push(format!("{uid}: the session is gone"));
            continue;
        };
        for (other_expected, other) in all {
            let opened = portal.open_study(&session, &other.study_instance_uid).await.unwrap().is_some();
            let may = other.study_instance_uid == *uid && other_expected.ending == Ending::Released;
            if opened != may {
                broken.push(format!("{uid}: opens {}: {opened}", other.study_instance_uid));
            }
        }
    }
    broken
}
