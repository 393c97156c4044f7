//! When is a study complete? When no instance came for the quiet period, or the declared count is reached.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use filmless_domain::object_key::Upload;
use filmless_domain::usage::{StorageClass, UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{SeriesInstanceUid, StudyInstanceUid, StudyState};
use filmless_store::index::{
    InstanceRecord, OutboxMessage, OutboxRecord, SeriesRecord, StrangerRecord, StudyRecord,
};
use tracing::{info, instrument};

use crate::parts::{Common, Prepare};
use crate::prepare::digest::content_digest;
use crate::prepare::file_facts::FileFacts;
use crate::prepare::finish::finish_study;
use crate::prepare::key_marks::KeyMarks;
use crate::prepare::stray_marks;
use crate::record::messages::{SeriesContents, SettleTask, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
use crate::{DeliveryError, created_object, sight};

/// A check this late is lost; the next arrival schedules another.
const CHECK_GRACE_MS: i64 = 120_000;

/// When marks settle again if something arrived at that very moment.
const MARKS_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Most messages in one transaction (DynamoDB: 4 MB); a study with more series has the rest sent separately.
const MESSAGES_AT_ONCE_MAX: usize = 5000;

/// Most refused files of other patients that are checked again in that transaction; their keys are long.
const STRANGERS_AT_ONCE_MAX: usize = 500;

/// Most modalities that the study item lists; no study has more. Each series lists its own.
const MODALITIES_MAX: usize = 32;

/// A study with at most this many series has each rendered separately, by as many workers as there are.
const SERIES_APART_MAX: usize = 32;

/// Most instances of small series rendered together: their names stay far below the size limit of a message.
const INSTANCES_TOGETHER_MAX: usize = 64;

/// Schedules a check for when nothing arrives any more.
pub(crate) async fn schedule(common: &Common, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    let now = common.clock.now();
    let delay = common.settings.quiet_period;
    let due_ms = now.as_millisecond() + millis(delay);
    let entry = check_entry(common, study, delay)?;
    if common.index.schedule_settle(study, now, due_ms, CHECK_GRACE_MS, &entry).await? {
        outbox::publish(common, &entry).await?;
    }
    if let Some(record) = common.index.study(study).await?
        && let Some(declared) = declared_instances(common, &record).await?
        && may_have_reached(&record, declared)
        && of_the_hospital(&common.index.instances(study).await?) >= declared
    {
        let entry = check_entry(common, study, Duration::ZERO)?;
        outbox::publish(common, &entry).await?;
    }
    Ok(())
}

/// How many instances are not marks of readers.
fn of_the_hospital(instances: &[InstanceRecord]) -> usize {
    instances.iter().filter(|instance| instance.key.upload() != Upload::Marks).count()
}

/// Whether counting the instances, which reads all of them, is worth it: enough files arrived for the declared
/// count, and the study had not reached it before. What comes later is late and waits for the quiet period.
fn may_have_reached(record: &StudyRecord, declared: usize) -> bool {
    let is_reached_by = |count: u32| usize::try_from(count).is_ok_and(|count| count >= declared);
    is_reached_by(record.arrivals) && !is_reached_by(record.instances.saturating_sub(record.marks))
}

/// Schedules a settle for marks that joined a study, at once: nothing else is on its way. If the hospital's files are,
/// their check is pending, and the marks settle with them.
pub(crate) async fn schedule_marks(common: &Common, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    let now = common.clock.now();
    let entry = marks_entry(common, study, Duration::ZERO)?;
    if common.index.schedule_settle(study, now, now.as_millisecond(), CHECK_GRACE_MS, &entry).await? {
        outbox::publish(common, &entry).await?;
    }
    Ok(())
}

fn marks_entry(
    common: &Common,
    study: &StudyInstanceUid,
    delay: Duration,
) -> Result<OutboxRecord, DeliveryError> {
    let mut message = SettleTask::SettleMarks { study_instance_uid: study.clone() }.to_outbox()?;
    message.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    outbox::entry(common, vec![message])
}

pub(crate) fn check_entry(
    common: &Common,
    study: &StudyInstanceUid,
    delay: Duration,
) -> Result<OutboxRecord, DeliveryError> {
    let mut message = SettleTask::CheckQuiet { study_instance_uid: study.clone() }.to_outbox()?;
    message.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    outbox::entry(common, vec![message])
}

/// Settles a study whose quiet period is over or whose declared count is reached, and asks for its changed series
/// to be rendered. Otherwise asks for another check.
///
/// # Errors
/// [`DeliveryError`]: the check must come again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn check_quiet(prepare: &Prepare, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    settle(prepare, study, Waiting::ForQuiet).await
}

/// Settles a study that marks joined, without waiting.
///
/// # Errors
/// [`DeliveryError`]: the settle must come again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn settle_marks(prepare: &Prepare, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    settle(prepare, study, Waiting::No).await
}

/// Whether a settle waits until nothing arrives any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    ForQuiet,
    No,
}

async fn settle(prepare: &Prepare, study: &StudyInstanceUid, waiting: Waiting) -> Result<(), DeliveryError> {
    let Some(mut record) = prepare.common.index.study(study).await? else { return Ok(()) };
    match record.state {
        StudyState::Receiving => {}
        // An earlier run of this check may have ended right after it settled the study.
        StudyState::Settled => return finish_study(prepare, study).await,
        _ => return Ok(()),
    }
    let instances = prepare.common.index.instances(study).await?;
    let instances = stray_marks::set_aside(prepare, &record, instances).await?;
    let sent = of_the_hospital(&instances);
    let declared = declared_instances(&prepare.common, &record).await?;
    let is_complete = declared.is_some_and(|declared| sent >= declared);
    let quiet_at = record.last_received_at + prepare.common.settings.quiet_period;
    let now = prepare.common.clock.now();
    if waiting == Waiting::ForQuiet && !is_complete && now < quiet_at {
        let remaining = Duration::try_from(quiet_at - now).unwrap_or(prepare.common.settings.quiet_period);
        let entry = check_entry(&prepare.common, study, remaining)?;
        if prepare.common.index.postpone_settle(&record, quiet_at.as_millisecond(), &entry).await? {
            outbox::publish(&prepare.common, &entry).await?;
        }
        return Ok(());
    }
    let mut dirty = describe_series(&prepare.common, study, &instances).await?;
    let is_rendered = dirty.is_empty();
    let before = record.clone();
    record.instances = u32::try_from(instances.len()).unwrap_or(u32::MAX);
    record.marks = u32::try_from(instances.len() - sent).unwrap_or(u32::MAX);
    record.original_bytes = instances.iter().map(|i| i.bytes).sum();
    record.series = count(instances.iter().map(|i| i.series_instance_uid.as_str()));
    record.modalities = instances
        .iter()
        .map(|i| i.series.modality.clone())
        .filter(|m| !m.is_empty())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .take(MODALITIES_MAX)
        .collect();
    record.has_report = instances.iter().any(|i| i.is_report);
    let mut others = dirty.split_off(dirty.len().min(MESSAGES_AT_ONCE_MAX));
    // After the split: what follows from the facts is written with the study, however many series there are.
    let mut again = settle_facts(prepare, &before, &mut record, &instances).await?;
    others.extend(again.split_off(again.len().min(STRANGERS_AT_ONCE_MAX)));
    dirty.extend(again);
    let entry = outbox::entry(&prepare.common, dirty)?;
    let arrived =
        usage::entries(&arrived(&Pen::of_study(&prepare.common, &record).await?, &before, &record))?;
    if !prepare.common.index.settle_study(&before, &record, &entry, &arrived).await? {
        // An instance arrived just now. It may not have scheduled a check, because this one was pending.
        let entry = match waiting {
            Waiting::ForQuiet => check_entry(&prepare.common, study, prepare.common.settings.quiet_period)?,
            Waiting::No => marks_entry(&prepare.common, study, MARKS_AGAIN_AFTER)?,
        };
        return outbox::publish(&prepare.common, &entry).await;
    }
    info!(
        instances = record.instances,
        series = record.series,
        is_new = before.instances == 0,
        messages = entry.messages.len(),
        "study settled"
    );
    outbox::publish(&prepare.common, &entry).await?;
    // After a crash before this, `reconcile` sends them.
    if !others.is_empty() {
        outbox::send(&prepare.common, others).await?;
    }
    if is_rendered {
        finish_study(prepare, study).await?;
    }
    Ok(())
}

/// Updates what the files say of the patient, now that all are there: what was corrected is forgotten. Files
/// refused as another patient's are checked again if that changed whom the study names, and if their instance is
/// there now, because one of the two corrects the other.
async fn settle_facts(
    prepare: &Prepare,
    before: &StudyRecord,
    record: &mut StudyRecord,
    instances: &[InstanceRecord],
) -> Result<Vec<OutboxMessage>, DeliveryError> {
    let facts = FileFacts::of(before, instances);
    if facts.persons.is_empty() {
        return Ok(Vec::new());
    }
    let is_mixed = facts.names_two_patients(&prepare.common.settings.identity);
    if !facts.persons.contains(&record.patient) {
        record.patient = facts.persons[0].clone();
    }
    (record.persons, record.accessions) = (facts.persons, facts.accessions);
    // A mark from before facts were kept stays until staff decide.
    if !before.two_patients || before.facts_version == 0 {
        return Ok(Vec::new());
    }
    let strangers = prepare.common.index.strangers(&record.study_instance_uid).await?;
    record.two_patients = is_mixed || !strangers.is_empty();
    let has_changed = !is_mixed && record.persons != before.persons();
    let is_there = |stranger: &StrangerRecord| {
        instances
            .iter()
            .any(|instance| Some(&instance.sop_instance_uid) == stranger.sop_instance_uid.as_ref())
    };
    let again = strangers.into_iter().filter(|stranger| has_changed || is_there(stranger));
    Ok(again.map(|stranger| created_object::event_again(&prepare.studies, stranger)).collect())
}

/// What came since the study last settled.
fn arrived(pen: &Pen, before: &StudyRecord, now: &StudyRecord) -> Vec<UsageEvent> {
    let occasion = format!("{} {}", now.instances, now.original_bytes);
    let instances = i64::from(now.instances) - i64::from(before.instances);
    let bytes = usage::signed(now.original_bytes) - usage::signed(before.original_bytes);
    let received = pen.event(UsageKind::StudyReceived, &occasion).count(instances, UsageUnit::Instance);
    let stored = pen.stored(StorageClass::Original, &occasion, bytes);
    [received, stored].into_iter().filter(|event| event.quantity != 0).collect()
}

fn count<'a>(items: impl Iterator<Item = &'a str>) -> u32 {
    u32::try_from(items.collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX)
}

/// Records the contents of each series; returns a message for each whose pack does not show them.
async fn describe_series(
    common: &Common,
    study: &StudyInstanceUid,
    instances: &[InstanceRecord],
) -> Result<Vec<OutboxMessage>, DeliveryError> {
    let known: BTreeMap<SeriesInstanceUid, SeriesRecord> = common
        .index
        .series(study)
        .await?
        .into_iter()
        .map(|series| (series.series_instance_uid.clone(), series))
        .collect();
    let mut by_series: BTreeMap<&SeriesInstanceUid, Vec<&InstanceRecord>> = BTreeMap::new();
    for instance in instances {
        by_series.entry(&instance.series_instance_uid).or_default().push(instance);
    }
    for gone in known.keys().filter(|uid| !by_series.contains_key(uid)) {
        common.index.forget_series(study, gone).await?;
    }
    let marks = KeyMarks::of_study(instances);
    let mut wanted = Vec::new();
    for (uid, members) in by_series {
        let content_digest = content_digest(&members, &marks);
        let first = members[0];
        let earlier = known.get(uid);
        if earlier.is_none_or(|e| e.content_digest != content_digest) {
            let series = SeriesRecord {
                series_instance_uid: uid.clone(),
                attributes: first.series.clone(),
                content_digest: content_digest.clone(),
                rendered_digest: None,
                instances: u32::try_from(members.len()).unwrap_or(u32::MAX),
                frames: 0,
                key_frames: 0,
                documents: 0,
                reports: 0,
                doses: 0,
                report_lacks: None,
                title: None,
                without_picture: 0,
                cut_instances: 0,
                missing_frames: 0,
                derived_bytes: 0,
            };
            common.index.describe_series(study, &series).await?;
        }
        if earlier.and_then(|e| e.rendered_digest.as_ref()) != Some(&content_digest) {
            wanted.push((SeriesContents { series_instance_uid: uid.clone(), content_digest }, members.len()));
        }
    }
    tasks_of(study, wanted).into_iter().map(|task| task.to_outbox()).collect()
}

/// The tasks that render these series, each given with its number of instances. A task reads all instance items of
/// its study, so if there are very many series, small ones are rendered together.
pub(crate) fn tasks_of(study: &StudyInstanceUid, wanted: Vec<(SeriesContents, usize)>) -> Vec<SettleTask> {
    let study_instance_uid = study.clone();
    if wanted.len() <= SERIES_APART_MAX {
        let alone = |(SeriesContents { series_instance_uid, content_digest }, _)| SettleTask::RenderSeries {
            study_instance_uid: study_instance_uid.clone(),
            series_instance_uid,
            content_digest,
        };
        return wanted.into_iter().map(alone).collect();
    }
    let mut together: Vec<(Vec<SeriesContents>, usize)> = Vec::new();
    for (series, instances) in wanted {
        match together.last_mut() {
            Some((members, sum)) if *sum + instances <= INSTANCES_TOGETHER_MAX => {
                members.push(series);
                *sum += instances;
            }
            _ => together.push((vec![series], instances)),
        }
    }
    let task = |(series, _)| SettleTask::RenderSmallSeries {
        study_instance_uid: study_instance_uid.clone(),
        series,
    };
    together.into_iter().map(task).collect()
}

async fn declared_instances(common: &Common, study: &StudyRecord) -> Result<Option<usize>, DeliveryError> {
    let candidates = sight::orders_for(common, study).await?;
    let declared = candidates.named().and_then(|record| record.order.declared_instances);
    Ok(declared.and_then(|n| usize::try_from(n).ok()))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
