//! Tells a patient whom no message reached, once a later order or staff add a number or an address.

use filmless_domain::StudyInstanceUid;
use filmless_store::index::{
    ChannelState, Contact, Index, NoticeRecord, OrderRecord, StudyRecord, Transaction, TransactionOutcome,
};
use tracing::info;

use crate::DeliveryError;
use crate::parts::{Common, Release};
use crate::record::outbox;
use crate::release::issue::{Issue, NOTICES_PER_DAY_MAX, Ways, is_reached};
use crate::sight::order_in_sight;

/// Issues a notice over the new addresses, if the patient can see the study, has not opened it, and no message
/// reached them or is still on its way.
pub(crate) async fn tell(release: &Release, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    let index = &release.common.index;
    let notices = index.notices(study).await?;
    let Some(before) = index.study(study).await? else { return Ok(()) };
    let Some((order, contact)) = due(&release.common, &before, &notices).await? else { return Ok(()) };
    let Some(account) = index.account_of_patient(&order.order.patient.id).await? else { return Ok(()) };
    let mut record = before.clone();
    record.link_version += 1;
    let ways = Ways::at_once(&release.common.settings, contact);
    let issue = Issue::new(release, &record, &order.order, &account, ways).await?;
    let (key, change) = Index::link_version_change(&before, record.link_version);
    let transaction = issue.add_to(Transaction::new().update(key, change))?;
    if index.commit(transaction).await? == TransactionOutcome::Committed {
        info!(study_instance_uid = %study, "whoever heard nothing is told now");
        outbox::leave_to_sweeper(issue.announce(release).await);
    }
    Ok(())
}

/// The new addresses for a patient whom no message reached, and the study's order.
pub(crate) async fn due(
    common: &Common,
    study: &StudyRecord,
    notices: &[NoticeRecord],
) -> Result<Option<(OrderRecord, Contact)>, DeliveryError> {
    let index = &common.index;
    if notices.is_empty() || notices.len() >= NOTICES_PER_DAY_MAX || !has_failed(notices) {
        return Ok(None);
    }
    let Some(order) = order_in_sight(common, study).await? else { return Ok(None) };
    let contact = untried(index.contact_of(&order).await?, notices);
    if contact == Contact::default() || !index.accesses(&study.study_instance_uid).await?.is_empty() {
        return Ok(None);
    }
    Ok(Some((order, contact)))
}

/// Whether every message failed, or there was none.
fn has_failed(notices: &[NoticeRecord]) -> bool {
    let mut messages = notices.iter().flat_map(NoticeRecord::messages);
    !is_reached(notices) && messages.all(|(_, message)| message.state == ChannelState::Failed)
}

/// The part of a contact that no notice was sent to.
fn untried(contact: Contact, notices: &[NoticeRecord]) -> Contact {
    Contact {
        phone: contact
            .phone
            .filter(|phone| notices.iter().all(|notice| notice.phone.as_ref() != Some(phone))),
        email: contact
            .email
            .filter(|email| notices.iter().all(|notice| notice.email.as_ref() != Some(email))),
    }
}
