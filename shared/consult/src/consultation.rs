//! A consultation: whose images, for which question, until when.

use std::collections::BTreeSet;
use std::fmt;

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::Actor;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bad_field::{BadField, Fault};
use crate::ids::{ConsultationId, MemberId};
use crate::limits::{
    CONSENT_DAYS_MAX, DAYS_MAX, MEMBERS_MAX, NAME_CHARS_MAX, QUESTION_CHARS_MAX, STUDIES_MAX,
    VOICE_LINK_BYTES_MAX,
};
use crate::member::{Member, MemberRole};
use crate::typed;

/// How far a consultation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsultationState {
    /// Being prepared: nobody but who starts it sees anything.
    Draft,
    /// Members see the studies.
    Open,
    /// Nobody sees them through it any more. Opinions and minutes can still be written.
    Ended,
}

/// Why a consultation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum EndReason {
    /// The chair ended it.
    Chair,
    /// Whoever started it with a share ended it.
    Starter,
    /// The hospital's staff ended it.
    Hospital,
    /// Its time was over.
    Time,
    /// A study was recalled, held or erased.
    Recalled,
    /// The patient took back the consent.
    Withdrawn,
    /// Only for the one who is told so: the chair removed them.
    Removed,
}

impl EndReason {
    /// Whether members may still write and sign opinions and minutes after this end.
    #[must_use]
    pub const fn leaves_signing(self) -> bool {
        !matches!(self, Self::Recalled | Self::Withdrawn | Self::Removed)
    }
}

/// How the patient agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsentForm {
    /// Signed on paper.
    Written,
    /// Said so, to the person who took it.
    Spoken,
    /// On their own page.
    Electronic,
}

/// The patient's consent. `Debug` hides who took it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who took it: name, and where they work.
    pub taken_by: String,
    /// When.
    pub taken_at: Timestamp,
    /// How.
    pub form: ConsentForm,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consent({} {:?})", self.taken_at, self.form)
    }
}

/// A consultation. `Debug` hides the question.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// Which.
    pub id: ConsultationId,
    /// Whose: look-up key of the account.
    pub account: String,
    /// Which studies it opens.
    pub studies: Vec<StudyInstanceUid>,
    /// What is asked.
    pub question: String,
    /// Who leads it.
    pub chair: MemberId,
    /// Who writes the minutes; without one, the chair does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secretary: Option<MemberId>,
    /// From when members see the studies.
    pub opens_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// The patient's; without one it cannot be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The call, in the tool that the hospital uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_link: Option<String>,
    /// Who started it.
    pub started_by: Actor,
    /// How far it has come.
    pub state: ConsultationState,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndReason>,
}

impl fmt::Debug for Consultation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consultation({} {:?} {} to {})", self.id, self.state, self.opens_at, self.ends_at)
    }
}

impl Consultation {
    /// With all texts as they are stored, if everything about it may be: `members` are all of it, each one checked.
    ///
    /// # Errors
    /// [`BadField`]: the first that cannot be taken.
    pub fn checked(mut self, members: &[Member]) -> Result<Self, BadField> {
        self.question = typed::said("question", &self.question, QUESTION_CHARS_MAX)?;
        if self.studies.is_empty() {
            return Err(BadField::new("studies", Fault::Empty));
        }
        if self.studies.len() > STUDIES_MAX {
            return Err(BadField::new("studies", Fault::TooMany));
        }
        if self.studies.iter().collect::<BTreeSet<_>>().len() < self.studies.len() {
            return Err(BadField::new("studies", Fault::Twice));
        }
        let lasts = self.ends_at.duration_since(self.opens_at);
        if lasts <= SignedDuration::ZERO || lasts > SignedDuration::from_hours(24 * DAYS_MAX) {
            return Err(BadField::new("ends_at", Fault::Outside));
        }
        if let Some(consent) = &mut self.consent {
            consent.taken_by = typed::named("consent.taken_by", &consent.taken_by, NAME_CHARS_MAX)?;
        }
        if let Some(link) = &self.voice_link {
            check_voice_link(link)?;
        }
        self.check_members(members)?;
        Ok(self)
    }

    fn check_members(&self, members: &[Member]) -> Result<(), BadField> {
        if members.len() > MEMBERS_MAX {
            return Err(BadField::new("members", Fault::TooMany));
        }
        if members.iter().map(|member| &member.id).collect::<BTreeSet<_>>().len() < members.len() {
            return Err(BadField::new("members", Fault::Twice));
        }
        let of = |role| members.iter().filter(move |member| member.role == role).map(|member| &member.id);
        if !of(MemberRole::Chair).eq([&self.chair]) {
            return Err(BadField::new("chair", Fault::Unknown));
        }
        if !of(MemberRole::Secretary).eq(self.secretary.iter()) {
            return Err(BadField::new("secretary", Fault::Unknown));
        }
        Ok(())
    }

    /// Opens it at a moment.
    ///
    /// # Errors
    /// [`BadField`] without a consent, with one from the future or from more than [`CONSENT_DAYS_MAX`] days ago, after its end, or if it was opened before.
    pub fn open(&mut self, now: Timestamp) -> Result<(), BadField> {
        let consent = self.consent.as_ref().ok_or_else(|| BadField::new("consent", Fault::Missing))?;
        let earliest = now - SignedDuration::from_hours(24 * CONSENT_DAYS_MAX);
        if consent.taken_at > now || consent.taken_at < earliest {
            return Err(BadField::new("consent.taken_at", Fault::Outside));
        }
        if self.ends_at <= now {
            return Err(BadField::new("ends_at", Fault::Outside));
        }
        if self.state != ConsultationState::Draft {
            return Err(BadField::new("state", Fault::NotAllowed));
        }
        self.state = ConsultationState::Open;
        Ok(())
    }

    /// Whether members see the studies at a moment.
    #[must_use]
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.state == ConsultationState::Open && self.opens_at <= now && now < self.ends_at
    }

    /// Whether it opens a study.
    #[must_use]
    pub fn opens(&self, study: &StudyInstanceUid) -> bool {
        self.studies.contains(study)
    }
}

/// A link that members may follow: `https`, printable ASCII, and nobody's password in it.
fn check_voice_link(link: &str) -> Result<(), BadField> {
    let bad = |kind| Err(BadField::new("voice_link", kind));
    if link.len() > VOICE_LINK_BYTES_MAX {
        return bad(Fault::TooLong);
    }
    let Some(rest) = link.strip_prefix("https://") else { return bad(Fault::NotAllowed) };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain =
        link.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
    if host.is_empty() || host.contains('@') || !is_plain { bad(Fault::NotAllowed) } else { Ok(()) }
}
