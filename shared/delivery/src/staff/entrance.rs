//! How staff come to the web console: who they are is for an identity provider to say, how long they stay is decided
//! here. Sessions are begun by a sign-in, ended by idleness, age, sign-out here or everywhere.

use filmless_domain::Secret;
use filmless_domain::audit::{Actor, AuditAction, AuditOutcome};
use filmless_domain::staff::StaffMember;
use filmless_store::index::{
    Change, Condition, Index, LogName, StaffSessionRecord, StaffSignInRecord, Transaction,
};
use jiff::SignedDuration;

use super::{Desk, StaffError};
use crate::record::audit::Record;
use crate::{DeliveryError, Services, credentials};

/// How long somebody may take at the identity provider, in seconds.
const SIGN_IN_SECONDS_MAX: i64 = 600;
/// The use of a session is written down this often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The way from the identity provider to the desks.
#[derive(Debug, Clone)]
pub struct StaffEntrance {
    services: Services,
}

impl StaffEntrance {
    /// The entrance over these services.
    #[must_use]
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    /// Keeps what has to be known when a sign-in comes back; returns the cookie that binds it to its browser.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn keep_sign_in(&self, pending: String) -> Result<Secret, DeliveryError> {
        let cookie = credentials::new_token(self.services.randomness.as_ref())?;
        let expires_at = self.services.clock.now().as_second() + SIGN_IN_SECONDS_MAX;
        let record = StaffSignInRecord { pending, expires_at };
        self.services.index.keep_staff_sign_in(&credentials::token_digest(cookie.expose()), &record).await?;
        Ok(cookie)
    }

    /// Takes that back, once.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn take_sign_in(&self, cookie: &str) -> Result<Option<String>, DeliveryError> {
        let (digest, now) = (credentials::token_digest(cookie), self.services.clock.now());
        Ok(self.services.index.take_staff_sign_in(&digest, now).await?.map(|record| record.pending))
    }

    /// Starts a session; returns its cookie, which is always a new one.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn let_in(&self, member: StaffMember, source: &str) -> Result<Secret, DeliveryError> {
        let services = &self.services;
        let cookie = credentials::new_token(services.randomness.as_ref())?;
        let now = services.clock.now();
        let roles: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
        let record = record(AuditAction::StaffSignIn, &member.subject).from(source);
        let entry = record.detail(roles.join(", ")).entry(services)?;
        let session = StaffSessionRecord {
            subject: member.subject,
            name: member.name,
            roles: member.roles,
            started_at: now,
            seen_at: now,
            expires_at: (now + services.settings.staff_session_ttl).as_second(),
        };
        let key = Index::staff_session_key(&credentials::token_digest(cookie.expose()));
        let new = Change::new().when(&Condition::Absent("pk"));
        let transaction = Transaction::new().put(&key, &session, new)?.log(LogName::Audit, &entry)?;
        // The key is new and random: where it is taken, an earlier try of this very call wrote it.
        let _ = services.index.commit(transaction).await?;
        Ok(cookie)
    }

    /// Writes down that somebody was not let in. `subject` is empty where nobody said who it was.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn turn_away(&self, subject: &str, why: &str, source: &str) -> Result<(), DeliveryError> {
        let record = record(AuditAction::StaffSignIn, subject).from(source);
        record.outcome(AuditOutcome::Refused).detail(why).write(&self.services).await
    }

    /// The desk of whoever has this cookie.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn desk(&self, cookie: &str, source: &str) -> Result<Option<Desk>, DeliveryError> {
        let (index, now) = (&self.services.index, self.services.clock.now());
        let digest = credentials::token_digest(cookie);
        let Some(session) = index.staff_session(&digest, now).await? else { return Ok(None) };
        if session.seen_at + self.services.settings.staff_session_idle < now {
            index.end_staff_session(&digest).await?;
            return Ok(None);
        }
        if session.seen_at + SEEN_EVERY < now {
            index.see_staff_session(&digest, now).await?;
        }
        let member = StaffMember { subject: session.subject, name: session.name, roles: session.roles };
        Ok(Some(Desk::new(self.services.clone(), member, source.to_owned())))
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), DeliveryError> {
        let Some(desk) = self.desk(cookie, source).await? else { return Ok(()) };
        self.services.index.end_staff_session(&credentials::token_digest(cookie)).await?;
        record(AuditAction::StaffSignOut, &desk.member.subject).from(source).write(&self.services).await
    }

    /// Ends every session of a member who left, or whose roles changed.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn end_sessions_of(&self, subject: &str) -> Result<(), DeliveryError> {
        let (key, change) = Index::end_staff_sessions_change(subject, self.services.clock.now());
        self.services.index.commit(Transaction::new().update(key, change)).await?.or_contention()?;
        Ok(())
    }
}

impl Desk {
    /// Ends every session of this member, this one included.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn sign_out_everywhere(&self) -> Result<(), StaffError> {
        let services = &self.services;
        let record = self.record(AuditAction::StaffSignOut).detail("everywhere");
        let entry = record.entry(services)?;
        let (key, change) = Index::end_staff_sessions_change(&self.member.subject, services.clock.now());
        let transaction = Transaction::new().update(key, change).log(LogName::Audit, &entry)?;
        services.index.commit(transaction).await?.or_contention()?;
        Ok(())
    }
}

fn record(action: AuditAction, subject: &str) -> Record {
    Record::new(action, Actor::Staff { subject: subject.to_owned() })
}
