//! The publish gate, and what follows: account, password, link, QR, slip, notice.

use filmless_domain::audit::Actor;
use filmless_domain::usage::UsageKind;
use filmless_domain::{HoldReason, Order, StudyInstanceUid, StudyState, access};
use filmless_store::index::{
    AccountRecord, Change, LogName, OrderRecord, StudyRecord, Transaction, TransactionOutcome,
};
use filmless_store::{Index, StoreError};
use tracing::{info, instrument};

use crate::consult::end_all_of_study;
use crate::parts::{Common, Release};
use crate::record::messages::{NoticeTask, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
use crate::release::issue::{Issue, Ways};
use crate::release::{booking, late_contact};
use crate::sight::{self, Asked, is_owner, verdict};
use crate::{DeliveryError, credentials, trace};

/// How many account names are tried for patient codes that look alike.
const ACCOUNT_NAMES_MAX: u32 = 50;

/// Runs the gate on a study. Skips one that is not rendered yet: it comes here once it is.
///
/// # Errors
/// [`DeliveryError`]: the study must come again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn release_study(release: &Release, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    let Some(record) = release.common.index.study(study).await? else { return Ok(()) };
    if !matches!(record.state, StudyState::Rendered | StudyState::Held | StudyState::Released) {
        return Ok(());
    }
    if record.is_held_for(HoldReason::HeldByStaff) {
        // Staff held it while it was on its way.
        return match record.state {
            StudyState::Held => Ok(()),
            _ => hold(&release.common, &record, HoldReason::HeldByStaff).await,
        };
    }
    if record.is_held_for_unknown() {
        return Ok(());
    }
    match verdict(&release.common, &record, Asked::WhetherToRelease).await? {
        Ok(order) => open_gate(release, record, &order).await,
        Err(reason) => {
            if record.state != StudyState::Held || !record.is_held_for(reason) {
                hold(&release.common, &record, reason).await?;
            }
            Ok(())
        }
    }
}

async fn open_gate(release: &Release, study: StudyRecord, order: &OrderRecord) -> Result<(), DeliveryError> {
    if study.account_key.is_none() {
        return first_release(release, study, order).await;
    }
    if !is_owner(&release.common, &study, order).await? {
        // The order changed hands after the release: never open its new patient's images with the old slip.
        return hold(&release.common, &study, HoldReason::PatientMismatch).await;
    }
    let booking = booking::shown(&release.common, &study, &order.order)?;
    if study.state != StudyState::Released || booking.is_some() {
        let pen = Pen::new(&release.common, &study, Some(&order.order));
        // If only late images came, its patient saw it all the time.
        let was_hidden = !study.is_visible();
        let shown =
            was_hidden.then(|| usage::entry(&pen.event(UsageKind::StudyShown, &now_in_ms(&release.common))));
        if release.common.index.show_again(&study, shown.transpose()?.as_ref(), booking.as_ref()).await? {
            if study.state == StudyState::Released {
                info!("study booked anew");
            } else {
                info!("study shown again");
                trace::tell("shown-again");
            }
        }
    }
    announce_if_pending(&release.common, &study).await?;
    late_contact::tell(release, &study.study_instance_uid).await
}

async fn hold(common: &Common, study: &StudyRecord, reason: HoldReason) -> Result<(), DeliveryError> {
    if study.account_key.is_some() && study.state != StudyState::Held {
        // As when staff hold it. First, because one that is held is not held again after a fault.
        end_all_of_study(common, &study.study_instance_uid, &Actor::System, None).await?;
    }
    let pen = Pen::of_study(common, study).await?;
    let held = pen.event(UsageKind::StudyHeld, &now_in_ms(common)).because(reason.code());
    let booking = booking::reversal(common, study, reason.code()).await?;
    if common.index.hold_study(study, reason, &usage::entry(&held)?, booking.as_ref()).await? {
        info!(reason = reason.code(), "study held");
        trace::tell("held");
        return Ok(());
    }
    let now = common.index.study(&study.study_instance_uid).await?;
    if now.is_some_and(|now| now.state == study.state && now.bookings != study.bookings) {
        // Only its booking changed; it still must be held.
        return Err(StoreError::Contention { operation: "hold a study" }.into());
    }
    Ok(())
}

/// Distinguishes one hold of a study from the next.
fn now_in_ms(common: &Common) -> String {
    common.clock.now().as_millisecond().to_string()
}

/// Sends a notice that was due while the study was hidden.
async fn announce_if_pending(common: &Common, study: &StudyRecord) -> Result<(), DeliveryError> {
    let uid = &study.study_instance_uid;
    let notice = common.index.notice(uid, study.link_version).await?;
    if notice.is_some_and(|notice| !notice.is_done()) {
        let task = NoticeTask { study_instance_uid: uid.clone(), link_version: study.link_version };
        let entry = outbox::entry(common, vec![task.to_outbox()?])?;
        outbox::publish(common, &entry).await?;
    }
    Ok(())
}

/// A first release is one transaction: either the patient has account, password, link and a notice on its way, or
/// nothing happened.
async fn first_release(
    release: &Release,
    mut study: StudyRecord,
    order: &OrderRecord,
) -> Result<(), DeliveryError> {
    let uid = study.study_instance_uid.clone();
    let account = account_for(&release.common, &order.order).await?;
    // Another order with this patient code, for somebody else, may have opened the account at the same moment.
    if !sight::is_account_of(&release.common, account.clone(), &order.order).await? {
        return hold(&release.common, &study, HoldReason::AccountMismatch).await;
    }
    let now = release.common.clock.now();
    study.account_key = Some(account.account_key.clone());
    study.order_accession = Some(order.order.accession_number.clone());
    study.link_version = 1;

    let contact = release.common.index.contact_of(order).await?;
    let ways = Ways::at_once(&release.common.settings, contact);
    let issue = Issue::new(release, &study, &order.order, &account, ways).await?;
    let booking = booking::of_release(&release.common, &study, &order.order)?;
    let (study_key, study_change) = Index::release_change(&study, now);
    let study_change = study_change.book(&study, Some(&booking));
    let (order_key, order_change) = Index::bind_order_change(&order.order.accession_number, &uid);
    let (pointer_key, pointer) = Index::patient_pointer(&account.patient_id, &uid);
    let transaction = Transaction::new()
        .update(study_key, study_change)
        .update(order_key, order_change)
        .put(&pointer_key, &pointer, Change::new())?
        .unlist_held(&study)
        .begin_openings(&uid)?
        .log_all(LogName::Usage, &booking.usage)?;
    match release.common.index.commit(issue.add_to(transaction)?).await? {
        TransactionOutcome::Committed => {}
        // Another run released it, or an instance arrived. Either way the study comes here again by itself.
        TransactionOutcome::ConditionUnmet(_) => return Ok(()),
    }
    info!("study released");
    trace::tell("released");
    issue.announce(release).await
}

/// The patient's account; the first release opens it.
pub(crate) async fn account_for(common: &Common, order: &Order) -> Result<AccountRecord, DeliveryError> {
    let patient_id = &order.patient.id;
    for attempt in 0..ACCOUNT_NAMES_MAX {
        if let Some(account) = common.index.account_of_patient(patient_id).await? {
            return Ok(account);
        }
        let account_name = access::account_name(patient_id, attempt);
        let account = AccountRecord {
            account_key: access::account_key(&account_name),
            account_name,
            patient_id: patient_id.clone(),
            person: Some(order.demographics()),
            salt: credentials::new_salt(common.randomness.as_ref())?,
            sessions_from: None,
            merged_into: None,
        };
        common.index.open_account(&account).await?;
    }
    Err(DeliveryError::internal("an account")("every name for this patient code is taken"))
}
