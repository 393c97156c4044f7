//! How staff enter the web console. An identity provider says who they are; we decide how long they stay. A sign-in
//! starts a session; idleness, age or a sign-out (here or everywhere) ends it.

use filmless_domain::Secret;
use filmless_domain::audit::{Actor, AuditAction, AuditOutcome};
use filmless_domain::staff::StaffMember;
use filmless_store::index::{
    Change, Condition, Index, LogName, StaffSessionRecord, StaffSignInRecord, Transaction,
};
use jiff::{SignedDuration, Timestamp};

use super::{Desk, StaffError};
use crate::parts::Console;
use crate::record::audit::Record;
use crate::{DeliveryError, credentials};

/// How long a member may stay at the identity provider, in seconds.
const SIGN_IN_SECONDS_MAX: i64 = 600;
/// How often the use of a session is stored.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Leads from the identity provider to a desk.
#[derive(Debug, Clone)]
pub struct StaffEntrance {
    console: Console,
}

impl StaffEntrance {
    /// An entrance to desks of this console.
    #[must_use]
    pub fn new(console: impl Into<Console>) -> Self {
        Self { console: console.into() }
    }

    /// The clock of sign-ins and sessions.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.console.common.clock.now()
    }

    /// Stores what we need when a sign-in comes back; returns the cookie that ties it to its browser.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn keep_sign_in(&self, pending: String) -> Result<Secret, DeliveryError> {
        let cookie = credentials::new_token(self.console.common.randomness.as_ref())?;
        let expires_at = self.console.common.clock.now().as_second() + SIGN_IN_SECONDS_MAX;
        let record = StaffSignInRecord { pending, expires_at };
        self.console
            .common
            .index
            .keep_staff_sign_in(&credentials::token_digest(cookie.expose()), &record)
            .await?;
        Ok(cookie)
    }

    /// Takes it back; works once.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn take_sign_in(&self, cookie: &str) -> Result<Option<String>, DeliveryError> {
        let (digest, now) = (credentials::token_digest(cookie), self.console.common.clock.now());
        Ok(self.console.common.index.take_staff_sign_in(&digest, now).await?.map(|record| record.pending))
    }

    /// Starts a session; returns its cookie, which is always a new one.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn let_in(&self, member: StaffMember, source: &str) -> Result<Secret, DeliveryError> {
        let common = &self.console.common;
        let cookie = credentials::new_token(common.randomness.as_ref())?;
        let now = common.clock.now();
        let roles: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
        let record = record(AuditAction::StaffSignIn, &member.subject).from(source);
        let entry = record.detail(roles.join(", ")).entry(common)?;
        let session = StaffSessionRecord {
            subject: member.subject,
            name: member.name,
            roles: member.roles,
            started_at: now,
            seen_at: now,
            expires_at: (now + common.settings.staff_session_ttl).as_second(),
        };
        let key = Index::staff_session_key(&credentials::token_digest(cookie.expose()));
        let new = Change::new().when(&Condition::Absent("pk"));
        let transaction = Transaction::new().put(&key, &session, new)?.log(LogName::Audit, &entry)?;
        // The key is new and random. If it exists, an earlier attempt of this call wrote it.
        let _ = common.index.commit(transaction).await?;
        Ok(cookie)
    }

    /// Records that somebody was not let in. `subject` is empty if we do not know who it was.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn turn_away(&self, subject: &str, why: &str, source: &str) -> Result<(), DeliveryError> {
        let record = record(AuditAction::StaffSignIn, subject).from(source);
        record.outcome(AuditOutcome::Refused).detail(why).write(&self.console.common).await
    }

    /// The desk for this cookie.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn desk(&self, cookie: &str, source: &str) -> Result<Option<Desk>, DeliveryError> {
        let (index, now) = (&self.console.common.index, self.console.common.clock.now());
        let digest = credentials::token_digest(cookie);
        let Some(session) = index.staff_session(&digest, now).await? else { return Ok(None) };
        if session.seen_at + self.console.common.settings.staff_session_idle < now {
            index.end_staff_session(&digest).await?;
            return Ok(None);
        }
        if session.seen_at + SEEN_EVERY < now {
            index.see_staff_session(&digest, now).await?;
        }
        let member = StaffMember { subject: session.subject, name: session.name, roles: session.roles };
        Ok(Some(Desk::new(self.console.clone(), member, source.to_owned())))
    }

    /// Ends this cookie's session.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), DeliveryError> {
        let Some(desk) = self.desk(cookie, source).await? else { return Ok(()) };
        self.console.common.index.end_staff_session(&credentials::token_digest(cookie)).await?;
        record(AuditAction::StaffSignOut, &desk.member.subject).from(source).write(&self.console.common).await
    }

    /// Ends every session of a member who left, or whose roles changed.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn end_sessions_of(&self, subject: &str) -> Result<(), DeliveryError> {
        let (key, change) = Index::end_staff_sessions_change(subject, self.console.common.clock.now());
        self.console.common.index.commit(Transaction::new().update(key, change)).await?.or_contention()?;
        Ok(())
    }
}

impl Desk {
    /// Ends every session of this member, this one included.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn sign_out_everywhere(&self) -> Result<(), StaffError> {
        let common = &self.common;
        let record = self.record(AuditAction::StaffSignOut).detail("everywhere");
        let entry = record.entry(common)?;
        let (key, change) = Index::end_staff_sessions_change(&self.member.subject, common.clock.now());
        let transaction = Transaction::new().update(key, change).log(LogName::Audit, &entry)?;
        common.index.commit(transaction).await?.or_contention()?;
        Ok(())
    }
}

fn record(action: AuditAction, subject: &str) -> Record {
    Record::new(action, Actor::Staff { subject: subject.to_owned() })
}
