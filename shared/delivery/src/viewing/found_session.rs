//! Looking up a session, with all that may have ended it.

use filmless_store::index::{AccountRecord, MERGES_MAX, SessionRecord, ShareRecord};
use jiff::{SignedDuration, Timestamp};

use super::{Session, ShareScope};
use crate::DeliveryError;
use crate::parts::Common;

/// The use of a session is written down this often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(5 * 60);

/// A session beside its item.
pub(crate) struct FoundSession {
    pub session: Session,
    pub record: SessionRecord,
    /// Whether nobody looked at its pages for so long that they opened for the last time.
    pub is_idle: bool,
}

impl FoundSession {
    /// Unless its pages have ended.
    pub fn in_use(self) -> Option<Self> {
        (!self.is_idle).then_some(self)
    }

    /// When it ends at the latest, and its share with it.
    pub fn ends_at(&self) -> Result<Timestamp, DeliveryError> {
        let ends_at =
            Timestamp::from_second(self.record.expires_at).map_err(DeliveryError::internal("an expiry"))?;
        Ok(self.session.share.as_ref().map_or(ends_at, |share| ends_at.min(share.ends_at)))
    }
}

/// The session whose cookie has this digest, asked from that source; one whose pages have ended, too.
pub(crate) async fn find_session(
    common: &Common,
    token_digest: &str,
    source: &str,
) -> Result<Option<FoundSession>, DeliveryError> {
    let (index, now) = (&common.index, common.clock.now());
    let Some(record) = index.session(token_digest, now).await? else { return Ok(None) };
    let Some(account) = account_since(common, &record.account_key, Some(record.started_at)).await? else {
        return Ok(None);
    };
    let share = match &record.share {
        None => None,
        Some(digest) => match index.share(digest).await?.filter(|share| share.is_open(now)) {
            Some(share) => Some(scope_of(share, now)?),
            None => return Ok(None),
        },
    };
    let is_idle = record.seen_at + common.settings.session_idle < now;
    let session = Session {
        account: account.account_name,
        patient_name: record.patient_name.clone(),
        language: record.language,
        share,
        account_key: account.account_key,
        patient_id: account.patient_id,
        token_digest: token_digest.to_owned(),
        source: source.to_owned(),
    };
    Ok(Some(FoundSession { session, record, is_idle }))
}

/// Remembers that a session is used.
pub(crate) async fn see_session(common: &Common, found: &FoundSession) -> Result<(), DeliveryError> {
    let now = common.clock.now();
    if found.record.seen_at + SEEN_EVERY < now {
        common.index.see_session(&found.session.token_digest, now).await?;
    }
    Ok(())
}

/// The account, or the one it was merged into. `None` if it is unknown, or has ended the sessions that began at `since`.
pub(crate) async fn account_since(
    common: &Common,
    account_key: &str,
    since: Option<Timestamp>,
) -> Result<Option<AccountRecord>, DeliveryError> {
    let mut account_key = account_key.to_owned();
    for _ in 0..MERGES_MAX {
        let Some(account) = common.index.account(&account_key).await? else { return Ok(None) };
        let is_ended = matches!((since, account.sessions_from), (Some(s), Some(from)) if s <= from);
        if is_ended {
            return Ok(None);
        }
        match account.merged_into {
            Some(into) => account_key = into,
            None => return Ok(Some(account)),
        }
    }
    Ok(None)
}

/// A seat opens its studies for a shorter time than the pages of its consultation.
fn scope_of(share: ShareRecord, now: Timestamp) -> Result<ShareScope, DeliveryError> {
    let studies_until =
        share.seat.as_ref().map_or(share.ends_at, |seat| seat.studies_until.min(share.ends_at));
    let is_over = studies_until <= now.as_second();
    Ok(ShareScope {
        ends_at: Timestamp::from_second(studies_until).map_err(DeliveryError::internal("an expiry"))?,
        id: share.id,
        label: share.label,
        studies: if is_over { Vec::new() } else { share.studies },
        may_download: share.may_download,
        may_annotate: share.may_annotate,
        may_consult: share.may_consult,
        seat: share.seat,
    })
}
