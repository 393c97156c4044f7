//! The publish gate, and what passing it makes: account, password, link, QR, slip, notice.

use filmless_domain::gate::{StudyFacts, decide};
use filmless_domain::{HoldReason, Order, Secret, StudyInstanceUid, StudyState, access};
use filmless_store::Index;
use filmless_store::index::{
    AccountRecord, Change, ChannelRecord, Condition, CredentialRecord, LinkRecord, LinkState, NoticeRecord,
    OrderRecord, StudyRecord, Transaction, TransactionOutcome,
};
use tracing::{info, instrument};

use crate::messages::{NoticeTask, Task};
use crate::{DeliveryError, Services, credentials, notice, outbox};

/// How many account names are tried for patient codes that look alike.
const ACCOUNT_NAMES_MAX: u32 = 50;

/// Puts a study before the gate. Does nothing for one that is not rendered yet: it comes here when it is.
///
/// # Errors
/// [`DeliveryError`]: the study has to come again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn release_study(services: &Services, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    let Some(record) = services.index.study(study).await? else { return Ok(()) };
    if !matches!(record.state, StudyState::Rendered | StudyState::Held | StudyState::Released)
        || record.reason == Some(HoldReason::HeldByStaff)
    {
        return Ok(());
    }
    let (accession_order, patient_orders) = orders_for(services, &record).await?;
    let patient_orders: Vec<Order> = patient_orders.into_iter().map(|o| o.order).collect();
    let facts = StudyFacts {
        accession_number: record.accession_number.as_ref(),
        patient: &record.patient,
        two_patients: record.two_patients,
        instances: record.instances,
        has_report: record.has_report,
    };
    let accession_order = accession_order.map(|o| o.order);
    match decide(&facts, accession_order.as_ref(), &patient_orders, services.settings.release_on) {
        Err(reason) => {
            if record.state != StudyState::Held || record.reason != Some(reason) {
                services.index.hold_study(&record, reason).await?;
                info!(reason = reason.code(), "study held");
            }
            Ok(())
        }
        Ok(order) => open_gate(services, record, order).await,
    }
}

async fn open_gate(services: &Services, study: StudyRecord, order: &Order) -> Result<(), DeliveryError> {
    if study.account_key.is_none() {
        return first_release(services, study, order).await;
    }
    let account = services.index.account_of_patient(&order.patient.id).await?;
    if account.map(|a| a.account_key) != study.account_key {
        // The order changed hands after the release: its new patient's images never open with the old slip.
        services.index.hold_study(&study, HoldReason::PatientMismatch).await?;
        info!(reason = HoldReason::PatientMismatch.code(), "study held");
        return Ok(());
    }
    if study.state != StudyState::Released && services.index.show_again(&study).await? {
        info!("study shown again");
    }
    announce_if_pending(services, &study).await
}

/// A notice that was due while the study was hidden is still to be sent.
async fn announce_if_pending(services: &Services, study: &StudyRecord) -> Result<(), DeliveryError> {
    let uid = &study.study_instance_uid;
    let notice = services.index.notice(uid, study.link_version).await?;
    if notice.is_some_and(|notice| !notice.is_done()) {
        let task = NoticeTask { study_instance_uid: uid.clone(), link_version: study.link_version };
        let entry = outbox::entry(services, vec![task.to_outbox()?])?;
        outbox::publish(services, &entry).await?;
    }
    Ok(())
}

/// The order with the study's accession number (or the one it was released under), and the patient's orders that
/// belong to no other study.
pub(crate) async fn orders_for(
    services: &Services,
    study: &StudyRecord,
) -> Result<(Option<OrderRecord>, Vec<OrderRecord>), DeliveryError> {
    for accession in [&study.order_accession, &study.accession_number].into_iter().flatten() {
        if let Some(order) = services.index.order(accession).await? {
            return Ok((Some(order), Vec::new()));
        }
    }
    let Some(patient) = &study.patient.id else { return Ok((None, Vec::new())) };
    let mut orders = services.index.orders_of_patient(patient).await?;
    orders.retain(|o| o.study_instance_uid.as_ref().is_none_or(|bound| *bound == study.study_instance_uid));
    Ok((None, orders))
}

/// All of a first release is one transaction: either the patient has account, password, link and a notice on its
/// way, or nothing happened.
async fn first_release(
    services: &Services,
    mut study: StudyRecord,
    order: &Order,
) -> Result<(), DeliveryError> {
    let uid = study.study_instance_uid.clone();
    let account = account_for(services, order).await?;
    let now = services.clock.now();
    study.account_key = Some(account.account_key.clone());
    study.order_accession = Some(order.accession_number.clone());
    study.link_version = 1;

    let password = credentials::new_password(services.randomness.as_ref())?;
    let token = credentials::new_token(services.randomness.as_ref())?;
    let expires_at = (now + services.settings.link_ttl).as_second();
    let credential = CredentialRecord {
        hash: credentials::password_hash(password.expose(), &account.salt).await?,
        expires_at,
    };
    let link = LinkRecord {
        study_instance_uid: uid.clone(),
        account_key: account.account_key.clone(),
        version: study.link_version,
        state: LinkState::Open,
        language: order.patient.language,
        failures: 0,
        expires_at,
    };
    let notice = new_notice(services, &study, order, &account, (&password, &token), expires_at).await?;
    let task = NoticeTask { study_instance_uid: uid.clone(), link_version: study.link_version };
    let entry = outbox::entry(services, vec![task.to_outbox()?])?;

    let new = || Change::new().when(&Condition::Absent("pk"));
    let (study_key, study_change) = Index::release_change(&study, now);
    let (order_key, order_change) = Index::bind_order_change(&order.accession_number, &uid);
    let (pointer_key, pointer) = Index::patient_pointer(&order.patient.id, &uid);
    let credential_key =
        Index::credential_key(&account.account_key, &format!("{uid}#{}", study.link_version));
    let transaction = Transaction::new()
        .update(study_key, study_change)
        .update(order_key, order_change)
        .put(&pointer_key, &pointer, Change::new())?
        .put(&credential_key, &credential, new())?
        .put(&Index::link_key(&credentials::token_digest(token.expose())), &link, new())?
        .put(&NoticeRecord::key(&uid, study.link_version), &notice, new())?
        .put(&entry.key(), &entry, Change::new())?;
    match services.index.commit(transaction).await? {
        TransactionOutcome::Committed => {}
        // Another run released it, or an instance arrived: either way the study comes here again by itself.
        TransactionOutcome::ConditionUnmet(_) => return Ok(()),
    }
    info!("study released");
    notice::ensure_slip(services, &notice).await?;
    outbox::publish(services, &entry).await
}

async fn new_notice(
    services: &Services,
    study: &StudyRecord,
    order: &Order,
    account: &AccountRecord,
    (password, token): (&Secret, &Secret),
    link_expires_at: i64,
) -> Result<NoticeRecord, DeliveryError> {
    let uid = &study.study_instance_uid;
    let context = NoticeRecord::seal_context(uid, study.link_version);
    let patient = &order.patient;
    Ok(NoticeRecord {
        study_instance_uid: uid.clone(),
        link_version: study.link_version,
        account_name: account.account_name.clone(),
        language: patient.language,
        phone: patient.phone.clone(),
        email: patient.email.clone(),
        sms_channel: patient.phone.is_some().then(ChannelRecord::pending),
        email_channel: patient.email.is_some().then(ChannelRecord::pending),
        sealed_password: Some(services.sealer.seal(password, &context).await?),
        sealed_token: Some(services.sealer.seal(token, &context).await?),
        issued_at: services.clock.now(),
        link_expires_at,
    })
}

/// The patient's account, opened at their first release.
async fn account_for(services: &Services, order: &Order) -> Result<AccountRecord, DeliveryError> {
    let patient_id = &order.patient.id;
    for attempt in 0..ACCOUNT_NAMES_MAX {
        if let Some(account) = services.index.account_of_patient(patient_id).await? {
            return Ok(account);
        }
        let account_name = access::account_name(patient_id, attempt);
        let account = AccountRecord {
            account_key: access::account_key(&account_name),
            account_name,
            patient_id: patient_id.clone(),
            salt: credentials::new_salt(services.randomness.as_ref())?,
            sessions_from: None,
            merged_into: None,
        };
        services.index.open_account(&account).await?;
    }
    Err(DeliveryError::internal("an account")("every name for this patient code is taken"))
}
