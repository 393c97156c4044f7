//! What the use cases work with.

use std::sync::Arc;
use std::time::Duration;

use filmless_domain::gate::ReleaseOn;
use filmless_domain::identity::IdentityRules;
use filmless_domain::{ChannelPolicy, Hospital, Limits, QuietHours};
use filmless_store::port::{Clock, Messengers, Queue, Randomness};
use filmless_store::sealing::Sealer;
use filmless_store::{Bucket, Index};
use serde::{Deserialize, Serialize};

use crate::{SmsCountries, TrustedProxies};

/// Which secrets a message contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageSecrets {
    /// Account, password and link, as the hospital announced; an email has the signed result, too.
    #[default]
    All,
    /// Account and link. Password and result are only on the slip.
    LinkOnly,
}

/// The hospital's choices: read in one place, from options or a function's environment. `up` stores them for the
/// commands that run beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// Branding and support.
    pub hospital: Hospital,
    /// Where patients reach the portal, without a slash at the end: `https://xem.benhvien.vn`.
    pub public_url: String,
    /// Sender address of emails.
    pub email_from: String,
    /// Who gets the figures of a month by email once it is over.
    pub finance_report_to: Vec<String>,
    /// How long no instance may arrive before a study counts as settled.
    pub quiet_period: Duration,
    /// What the gate requires.
    pub release_on: ReleaseOn,
    /// How persons are compared.
    pub identity: IdentityRules,
    /// Which secrets a message contains.
    pub message_secrets: MessageSecrets,
    /// Life of a link and of the password issued with it.
    pub link_ttl: Duration,
    /// Longest life of a session.
    pub session_ttl: Duration,
    /// How long a session may lie idle.
    pub session_idle: Duration,
    /// Proxies in front of the portal.
    pub trusted_proxies: TrustedProxies,
    /// Longest life of a staff session: a working day.
    pub staff_session_ttl: Duration,
    /// How long a staff session may lie idle.
    pub staff_session_idle: Duration,
    /// When no message is sent.
    pub quiet_hours: Option<QuietHours>,
    /// The channels of messages, and which one follows a failed one.
    #[serde(default)]
    pub channels: ChannelPolicy,
    /// To which countries SMS may go.
    pub sms_countries: SmsCountries,
    /// Longest answer of DICOMweb that is streamed, in bytes; none where any can be. Longer ones are made as objects first.
    #[serde(default)]
    pub answer_bytes_max: Option<u64>,
    /// Limits on untrusted input.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Self {
            hospital: Hospital::default(),
            public_url: "http://localhost:8080".into(),
            email_from: "khong-tra-loi@benhvien.example".into(),
            finance_report_to: Vec::new(),
            quiet_period: Duration::from_secs(60),
            release_on: ReleaseOn::default(),
            identity: IdentityRules::default(),
            message_secrets: MessageSecrets::default(),
            link_ttl: DAY * 365,
            session_ttl: Duration::from_secs(12 * 3600),
            session_idle: Duration::from_secs(3600),
            trusted_proxies: TrustedProxies::default(),
            staff_session_ttl: Duration::from_secs(10 * 3600),
            staff_session_idle: Duration::from_secs(30 * 60),
            quiet_hours: None,
            channels: ChannelPolicy::default(),
            sms_countries: SmsCountries::default(),
            answer_bytes_max: None,
            limits: Limits::default(),
        }
    }
}

impl Settings {
    /// The address of the access guide.
    #[must_use]
    pub fn guide_url(&self) -> String {
        format!("{}/guide", self.public_url)
    }
}

/// Storage, ports and settings: a program builds them once. Each use case gets its part ([`crate::parts`]).
#[derive(Clone)]
pub struct Services {
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we made from them.
    pub derived: Bucket,
    /// Slips and QR codes.
    pub slips: Bucket,
    /// The audit log.
    pub audit: Bucket,
    /// The usage ledger and its exports.
    pub usage: Bucket,
    /// The index.
    pub index: Index,
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// The messenger of each channel.
    pub messengers: Messengers,
    /// Seals secrets on their way.
    pub sealer: Arc<dyn Sealer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Source of secrets.
    pub randomness: Arc<dyn Randomness>,
    /// The hospital's choices.
    pub settings: Arc<Settings>,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Services")
    }
}
