//! Instances: reads only the header, by ranged GETs.

use filmless_domain::identity::{IdentityRules, document_contradicts, files_contradict};
use filmless_domain::{Limits, PatientDemographics, Rejection, RejectionCode, StudyInstanceUid};
use filmless_store::{Bucket, StoreError};
use std::collections::BTreeMap;

use filmless_dicom::{
    HeaderError, HeaderRead, InstanceHeader, RefusedHeader, Sniffed, read_header, read_refused, sniff,
};
use filmless_domain::object_key::Upload;
use filmless_store::index::{Arrival, InstanceRecord, StrangerRecord, Touched, UploadOwner, UploadRecord};
use futures::{StreamExt, stream};

use super::CreatedObject;
use crate::DeliveryError;
use crate::intake::correction::{correct, is_duplicate, is_later, refuse_duplicate};
use crate::intake::instance_record::{is_same_object, record_of};
use crate::intake::marks::index_marks;
use crate::intake::order::ingest_order;
use crate::intake::quarantine::{quarantine, quarantine_unless_storable, refuse};
use crate::intake::unzip::unpack;
use crate::parts::Intake;
use crate::prepare::settle;
use crate::record::messages::{ReleaseTask, Task};
use crate::record::outbox;
use crate::trace::{self, Step};

/// How many objects of a batch are read at a time.
const READS_AT_ONCE: usize = 8;

/// The outcome for each object of a batch, in order. `Err`: the event must come again.
pub type IngestOutcome = Vec<Result<(), DeliveryError>>;

struct Readable {
    position: usize,
    object: CreatedObject,
    header: InstanceHeader,
}

/// Takes in a batch of created objects. Instances of one study share its writes.
pub async fn ingest_objects(intake: &Intake, objects: Vec<CreatedObject>) -> IngestOutcome {
    let began_at = intake.common.clock.now();
    let mut outcome: IngestOutcome = objects.iter().map(|_| Ok(())).collect();
    let mut reads = stream::iter(objects.into_iter().enumerate())
        .map(|(position, object)| {
            let intake = intake.clone();
            async move { (position, examine(&intake, &object).await, object) }
        })
        .buffer_unordered(READS_AT_ONCE);
    let mut studies: BTreeMap<StudyInstanceUid, Vec<Readable>> = BTreeMap::new();
    while let Some((position, examined, object)) = reads.next().await {
        match examined {
            Ok(None) => {}
            Ok(Some(header)) => {
                let study = studies.entry(header.study_instance_uid.clone()).or_default();
                study.push(Readable { position, object, header: *header });
            }
            Err(error) => outcome[position] = Err(error),
        }
    }
    for (study, instances) in studies {
        let positions: Vec<usize> = instances.iter().map(|i| i.position).collect();
        let indexed = Box::pin(index_instances(intake, &study, instances, &mut outcome));
        let indexed = trace::take_part(Step::Ingest, &study, Some(began_at), indexed).await;
        if let Err(error) = indexed {
            for position in positions {
                if outcome[position].is_ok() {
                    outcome[position] =
                        Err(DeliveryError::internal("a quiet-period check")(error.to_string()));
                }
            }
        }
    }
    outcome
}

/// Handles an object that is not a readable instance; returns the header if it is one.
async fn examine(
    intake: &Intake,
    object: &CreatedObject,
) -> Result<Option<Box<InstanceHeader>>, DeliveryError> {
    match object.key.upload() {
        Upload::Quarantined => return Ok(None),
        Upload::Order => {
            let taken = ingest_order(intake, object).await;
            return quarantine_unless_storable(intake, object, taken).await.map(|()| None);
        }
        Upload::Study | Upload::Unpacked | Upload::Marks => {}
    }
    // Consoles make "folders" of empty objects.
    if object.key.as_str().ends_with('/') && object.bytes == 0 {
        return Ok(None);
    }
    match read_object(&intake.studies, &intake.common.settings.limits, object).await {
        Ok(Examined::Instance(header)) => Ok(Some(header)),
        Ok(Examined::Zip) if object.key.upload() != Upload::Study => {
            let rejection = Rejection::new(
                RejectionCode::NestedZip,
                "A ZIP within a ZIP is not unpacked. Upload it by itself.",
            );
            quarantine(intake, object, &rejection).await.map(|()| None)
        }
        Ok(Examined::Zip) => unpack(intake, object).await.map(|()| None),
        Ok(Examined::Refused(rejection, header)) => {
            refuse(intake, &header, object, &rejection).await.map(|()| None)
        }
        // A DICOMDIR lists files that arrive on their own.
        Ok(Examined::Directory) => Ok(None),
        // Its owner deleted it before we read it.
        Err(DeliveryError::Store(StoreError::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the first bytes of an object say.
pub(crate) enum Examined {
    Instance(Box<InstanceHeader>),
    Zip,
    Directory,
    /// With whose it is, as far as that can be read.
    Refused(Rejection, Box<RefusedHeader>),
}

/// Reads 64 KiB first, where nearly every header ends, and more only if needed.
pub(crate) async fn read_object(
    studies: &Bucket,
    limits: &Limits,
    object: &CreatedObject,
) -> Result<Examined, DeliveryError> {
    let steps = [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max];
    for step in steps {
        let read = studies.get_range(object.version(), 0..step).await?;
        if read.total_bytes > limits.object_bytes_max {
            let message = format!("The object has more than {} bytes.", limits.object_bytes_max);
            return Ok(Examined::Refused(
                Rejection::new(RejectionCode::ObjectTooLarge, message),
                Box::default(),
            ));
        }
        if sniff(&read.bytes) == Sniffed::Zip {
            return Ok(Examined::Zip);
        }
        match read_header(&read.bytes, read.total_bytes, limits) {
            Ok(HeaderRead::Complete(header)) => return Ok(Examined::Instance(header)),
            Ok(HeaderRead::NeedMore) => {}
            Err(error) => return Ok(unreadable(error, read_refused(&read.bytes, limits))),
        }
    }
    Ok(unreadable(HeaderError::HeaderTooLong, RefusedHeader::default()))
}

/// Classifies an object whose header cannot be read.
fn unreadable(error: HeaderError, header: RefusedHeader) -> Examined {
    error.rejection().map_or(Examined::Directory, |rejection| Examined::Refused(rejection, Box::new(header)))
}

/// Indexes instances of one study, then schedules its check; an error is that of the schedule.
async fn index_instances(
    intake: &Intake,
    study: &StudyInstanceUid,
    instances: Vec<Readable>,
    outcome: &mut IngestOutcome,
) -> Result<(), DeliveryError> {
    let (mut any_new, mut any_marks) = (false, false);
    for instance in instances {
        let (position, object) = (instance.position, instance.object.clone());
        let is_marks = object.key.upload() == Upload::Marks;
        let indexed = if is_marks {
            index_marks(intake, study, &object, instance.header).await
        } else {
            index_instance(intake, study, instance).await
        };
        match quarantine_unless_storable(intake, &object, indexed).await {
            Ok(is_new) if is_marks => any_marks |= is_new,
            Ok(is_new) => any_new |= is_new,
            Err(error) => {
                trace::tell("file-failed");
                outcome[position] = Err(error);
            }
        }
    }
    // After the instances: this check sees whatever a check already under way misses.
    match (any_new, any_marks) {
        (true, _) => settle::schedule(&intake.common, study).await,
        (false, true) => settle::schedule_marks(&intake.common, study).await,
        (false, false) => Ok(()),
    }
}

/// Returns whether the study must settle because of this instance.
async fn index_instance(
    intake: &Intake,
    study: &StudyInstanceUid,
    instance: Readable,
) -> Result<bool, DeliveryError> {
    let Readable { object, header, .. } = instance;
    let arrival = Arrival {
        study_instance_uid: study.clone(),
        patient: header.patient.clone(),
        accession_number: header.accession_number.clone(),
        study_date: header.study_date,
        image_date: header.image_date,
        description: header.study_description.clone(),
    };
    if let Some(other) = document_of_another(&intake.common.settings.identity, &header) {
        return refuse_document(intake, &arrival, &record_of(&object, header), &object, other).await;
    }
    let record = record_of(&object, header);
    // Compare the patient before the instance enters the index: in between, a study could be released.
    let (rules, now) = (&intake.common.settings.identity, intake.common.clock.now());
    let touched = intake.common.index.touch_study(&arrival, rules, now).await?;
    let was_mixed = match &touched {
        Touched::SamePatient(record) => {
            if record.received_at == record.last_received_at {
                trace::root(study, object.created_at, now);
            }
            record.two_patients
        }
        Touched::OtherPatient(_) => {
            let mut present = intake.common.index.instance(study, &record.sop_instance_uid).await?;
            if let Some(other) = &present
                && is_duplicate(&intake.studies, other, &record).await?
            {
                present = None;
            }
            if present.is_none() && !drop_others(intake, study, &arrival.patient).await? {
                let message = "The study with this UID belongs to another patient (patient id, name, birth date or sex differ).";
                refuse_stranger(intake, &arrival, &record, &object, message).await?;
                return Ok(false);
            }
            if present.is_none() || present.is_some_and(|present| present.etag != record.etag) {
                intake.common.index.add_contradicting_facts(&arrival).await?;
            }
            true
        }
    };
    match intake.common.index.add_instance(study, &record).await? {
        None => {}
        // A repeated event. Its first run may have ended before it scheduled the check.
        Some(present) if is_same_object(&present, &record) => {}
        Some(present) if is_duplicate(&intake.studies, &present, &record).await? => {
            refuse_duplicate(intake, study, &record, &object).await?;
        }
        Some(present) => correct(intake, study, &present, &record, &object).await?,
    }
    if was_mixed {
        intake.common.index.forget_stranger(study, &object.upload(Vec::new())).await?;
    }
    Ok(true)
}

/// What a document in the file says of its patient, if that is not the patient of the file.
fn document_of_another(rules: &IdentityRules, header: &InstanceHeader) -> Option<PatientDemographics> {
    let other =
        header.document_patients.iter().find(|one| document_contradicts(&header.patient, one, rules))?;
    Some(PatientDemographics {
        id: other.ids.first().map(|stated| stated.id.clone()),
        name: other.names.first().cloned(),
        birth_date: other.birth_date,
        sex: other.sex.clone(),
        ..PatientDemographics::default()
    })
}

/// Refuses a document of another patient, whatever the file around it says: nobody knows which of the two is wrong.
/// Returns whether the study must settle because the document was corrected since.
async fn refuse_document(
    intake: &Intake,
    arrival: &Arrival,
    record: &InstanceRecord,
    object: &CreatedObject,
    other: PatientDemographics,
) -> Result<bool, DeliveryError> {
    let (study, rules) = (&arrival.study_instance_uid, &intake.common.settings.identity);
    let present = intake.common.index.instance(study, &record.sop_instance_uid).await?;
    if let Some(present) = present.filter(|present| !is_same_object(present, record))
        && !is_later(&intake.studies, &present, object).await?
    {
        let upload = object.upload(Vec::new());
        intake.common.index.remember_upload(UploadOwner::Study(study), &upload).await?;
        intake.common.index.forget_stranger(study, &upload).await?;
        return Ok(true);
    }
    intake.common.index.touch_study(arrival, rules, intake.common.clock.now()).await?;
    intake.common.index.mark_two_patients(study).await?;
    let arrival = Arrival { patient: other, ..arrival.clone() };
    let message = "The document in this file names another patient than the file itself (patient id, name, birth date or \
                   sex differ).";
    refuse_stranger(intake, &arrival, record, object, message).await.map(|()| false)
}

/// Refuses a file of another patient and hides the study at once.
async fn refuse_stranger(
    intake: &Intake,
    arrival: &Arrival,
    record: &InstanceRecord,
    object: &CreatedObject,
    message: &str,
) -> Result<(), DeliveryError> {
    let study = &arrival.study_instance_uid;
    let stranger = StrangerRecord {
        upload: object.upload(Vec::new()),
        bytes: object.bytes,
        written_at: object.created_at,
        sop_instance_uid: Some(record.sop_instance_uid.clone()),
    };
    intake.common.index.add_stranger(study, &stranger).await?;
    let rejection = Rejection::new(RejectionCode::TwoPatients, message);
    let header = RefusedHeader {
        patient: arrival.patient.id.clone(),
        accession_number: arrival.accession_number.clone(),
        ..RefusedHeader::default()
    };
    refuse(intake, &header, object, &rejection).await?;
    let entry =
        outbox::entry(&intake.common, vec![ReleaseTask { study_instance_uid: study.clone() }.to_outbox()?])?;
    outbox::publish(&intake.common, &entry).await
}

/// Whether the newcomer is of the patient whom all instances name: what contradicted it is in none of them, or only in
/// instances whose owner deleted all their objects, because an archive that corrects a name may write new files and
/// delete the old ones. Removes those.
async fn drop_others(
    intake: &Intake,
    study: &StudyInstanceUid,
    newcomer: &PatientDemographics,
) -> Result<bool, DeliveryError> {
    let rules = &intake.common.settings.identity;
    let mut instances = intake.common.index.instances(study).await?;
    // Marks are not the hospital's to delete; settling sets them aside if they name somebody else.
    instances.retain(|instance| instance.key.upload() != Upload::Marks);
    let is_any = !instances.is_empty();
    instances.retain(|other| other.patient.as_ref().is_none_or(|p| files_contradict(p, newcomer, rules)));
    let others = instances;
    for other in &others {
        if intake.studies.current_etag(&other.key).await?.is_some() {
            return Ok(false);
        }
    }
    for other in &others {
        let upload = UploadRecord {
            key: other.key.clone(),
            version_id: other.version_id.clone(),
            etag: other.etag.clone(),
            quarantined: Vec::new(),
            lost: None,
        };
        intake.common.index.remember_upload(UploadOwner::Study(study), &upload).await?;
        intake.common.index.drop_instance(study, other).await?;
    }
    Ok(is_any)
}
