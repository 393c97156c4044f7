//! Sessions: a secret starts one; age, a sign-out (here or everywhere) or staff end it. Idleness ends its pages, and lets the
//! software go on for which tokens were made in it.

use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::usage::{UsageEvent, UsageKind};
use filmless_domain::{Secret, person_name};
use filmless_store::index::{
    AccountRecord, Index, LinkRecord, LogName, SessionRecord, ShareRecord, StudyRecord, Transaction,
};
use jiff::Timestamp;

use super::found_session::account_since;
use super::{FoundSession, Portal, Session, find_session, see_session};
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};
use crate::sight::latest_order_of;
use crate::{DeliveryError, credentials};

impl Portal {
    /// The session of a cookie that looks at a page from that source.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn session(&self, cookie: &str, source: &str) -> Result<Option<Session>, DeliveryError> {
        let index = &self.common.index;
        let token_digest = credentials::token_digest(cookie);
        let Some(found) = self.find_session(&token_digest, source).await? else { return Ok(None) };
        if !found.is_idle {
            see_session(&self.common, &found).await?;
        }
        // Its viewer tokens need it.
        if found.is_idle && found.record.viewers.is_empty() {
            index.end_session(&token_digest).await?;
        }
        Ok(found.in_use().map(|found| found.session))
    }

    /// The session whose cookie has this digest, asked from that source; one whose pages have ended, too.
    pub(super) async fn find_session(
        &self,
        token_digest: &str,
        source: &str,
    ) -> Result<Option<FoundSession>, DeliveryError> {
        find_session(&self.common, token_digest, source).await
    }

    /// Ends this cookie's session and all its viewer tokens, also where its pages have ended already.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), DeliveryError> {
        let found = self.find_session(&credentials::token_digest(cookie), source).await?;
        match found {
            Some(found) => self.end_session(&found.session).await,
            None => Ok(()),
        }
    }

    /// Ends this cookie's session unless its pages have ended: what its viewer tokens still open, they open.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn leave_session(&self, cookie: &str, source: &str) -> Result<(), DeliveryError> {
        match self.session(cookie, source).await? {
            Some(session) => self.end_session(&session).await,
            None => Ok(()),
        }
    }

    async fn end_session(&self, session: &Session) -> Result<(), DeliveryError> {
        self.common.index.end_session(&session.token_digest).await?;
        let record = Record::new(AuditAction::SignOut, session.actor()).from(&session.source);
        record.account(&session.account_key).write(&self.common).await
    }

    /// Ends every session of the account, this one included; false for a share, which may not.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_out_everywhere(&self, session: &Session) -> Result<bool, DeliveryError> {
        if session.share.is_some() {
            return Ok(false);
        }
        let record = Record::new(AuditAction::SignOutEverywhere, session.actor()).from(&session.source);
        let entry = record.account(&session.account_key).entry(&self.common)?;
        let (key, change) = Index::end_sessions_change(&session.account_key, self.common.clock.now());
        let transaction = Transaction::new().update(key, change).log(LogName::Audit, &entry)?;
        // Unmet if the account is gone, and all its sessions with it.
        let _ = self.common.index.commit(transaction).await?;
        Ok(true)
    }

    /// The account, or the one it was merged into. `None` if it is unknown, or has ended the sessions that began at
    /// `since`.
    pub(super) async fn account_since(
        &self,
        account_key: &str,
        since: Option<Timestamp>,
    ) -> Result<Option<AccountRecord>, DeliveryError> {
        account_since(&self.common, account_key, since).await
    }

    /// Starts and records a session; if the account was merged, for the account it was merged into. The session counts
    /// as begun at `began_at`, before its secret was checked. So staff who end the secret at that moment end the
    /// session, too.
    pub(super) async fn start_session(
        &self,
        account: &AccountRecord,
        share: Option<&ShareRecord>,
        began_at: Timestamp,
        audit: Record,
        link: Option<&LinkRecord>,
    ) -> Result<Secret, DeliveryError> {
        let common = &self.common;
        let token = credentials::new_token(common.randomness.as_ref())?;
        let account = self.account_since(&account.account_key, None).await?;
        let account = account.ok_or_else(|| DeliveryError::internal("a session")("no account"))?;
        let latest = latest_order_of(common, &account).await?.map(|order| order.patient);
        let now = common.clock.now();
        let session = SessionRecord {
            patient_name: latest.as_ref().map(|p| person_name::display(&p.name)).unwrap_or_default(),
            language: latest.map(|p| p.language).unwrap_or_default(),
            account_key: account.account_key.clone(),
            account_name: account.account_name,
            patient_id: account.patient_id,
            share: share.map(|share| share.token_digest.clone()),
            started_at: began_at,
            seen_at: now,
            expires_at: (now + common.settings.session_ttl).as_second(),
            viewers: Vec::new(),
            viewers_made: 0,
        };
        let digest = credentials::token_digest(token.expose());
        let entry = audit.account(&account.account_key).entry(common)?;
        let transaction = Transaction::new().begin_session(&digest, &session)?.log(LogName::Audit, &entry)?;
        let events = match link {
            Some(link) => {
                let opened = |pen: &Pen, _: &StudyRecord| {
                    let event = pen.event(UsageKind::LinkOpened, &digest);
                    vec![UsageEvent { link_version: Some(link.version), ..event }]
                };
                self.usage_of(&link.study_instance_uid, opened).await?
            }
            None => Vec::new(),
        };
        // The key is new and random. If it exists, an earlier attempt of this call wrote it.
        let _ = common.index.commit(usage::add(transaction, &events)?).await?;
        Ok(token)
    }

    /// The actor in the logs for somebody with this account's secrets.
    pub(super) fn actor_of(account: Option<&AccountRecord>) -> Actor {
        Actor::Account { account: account.map(|a| a.account_key.clone()).unwrap_or_default() }
    }
}
