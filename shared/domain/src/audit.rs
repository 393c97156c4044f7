//! Audit events: who did or tried what, when, from where, and the outcome. Never a secret, image data, a name, a birth
//! date, a phone number or an address.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StudyInstanceUid;

/// Longest reason that staff give, in characters.
pub const REASON_CHARS_MAX: usize = 500;

/// What was done or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditAction {
    /// Signed in with account and password.
    SignIn,
    /// Answered the second check of a link.
    OpenLink,
    /// Entered the code of a share.
    OpenShare,
    /// Signed out.
    SignOut,
    /// Ended every session of the account.
    SignOutEverywhere,
    /// Opened a study, once per session.
    OpenStudy,
    /// The first image was on screen, once per session.
    SeeFirstImage,
    /// Downloaded all files of a study.
    DownloadStudy,
    /// Downloaded one file of a study.
    DownloadInstance,
    /// Made a token with which software opens a study.
    CreateViewerToken,
    /// Opened a study with software, once per token.
    OpenInSoftware,
    /// Took the files of a study with software, once per token.
    TakeWithSoftware,
    /// Made a share.
    CreateShare,
    /// Ended a share.
    EndShare,
    /// Saved marks in a study.
    SaveMarks,
    /// Started a consultation, with the patient's consent.
    StartConsultation,
    /// Sent, or showed, a member of a consultation their link or a new code.
    InviteMember,
    /// Admitted a member to a consultation.
    AdmitMember,
    /// Removed a member from a consultation.
    RemoveMember,
    /// Came into the room of a consultation, once per visit.
    EnterRoom,
    /// Left the room of a consultation.
    LeaveRoom,
    /// Ended a consultation.
    EndConsultation,
    /// Signed an opinion in a consultation.
    SignOpinion,
    /// Wrote a version of a consultation's minutes.
    WriteMinutes,
    /// Signed a version of a consultation's minutes.
    SignMinutes,
    /// Took the minutes or the record of a consultation.
    ReadConsultation,
    /// Staff signed in.
    StaffSignIn,
    /// Staff signed out.
    StaffSignOut,
    /// Staff looked for a patient.
    FindPatient,
    /// Staff read the history of a study. The code is an old one, which is in logs that are kept for years.
    #[serde(rename = "read-ledger")]
    ReadHistory,
    /// Staff issued a new slip.
    ReissueSlip,
    /// Staff had the message sent again.
    ResendNotice,
    /// Staff ended links, passwords and sessions.
    RevokeAccess,
    /// Staff released a study.
    ReleaseStudy,
    /// Staff held a study.
    HoldStudy,
    /// Staff recalled a study.
    RecallStudy,
    /// Staff corrected phone number or email address.
    CorrectContact,
    /// Staff merged two codes of one patient.
    MergePatients,
    /// Staff read usage or audit.
    ReadLog,
    /// A patient's data was erased at their request.
    EraseSubject,
    /// Data was erased at the end of its retention.
    EndRetention,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditOutcome {
    /// Done.
    Success,
    /// Refused: wrong secret, or not allowed.
    Refused,
    /// Not done: the current state did not allow it, or something failed.
    Failed,
}

/// Who.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Actor {
    /// Somebody with the secrets of an account, or who tried them.
    Account {
        /// Look-up key of the account.
        account: String,
    },
    /// Somebody with a share.
    Share {
        /// Which share.
        share: String,
    },
    /// Staff.
    Staff {
        /// Their stable name.
        subject: String,
    },
    /// One of our jobs.
    System,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Unique id of this event.
    pub id: String,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// What.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Who.
    pub actor: Actor,
    /// Network address (IPv4, or the /64 of an IPv6 address) or machine it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Which study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// Whose: look-up key of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Anything else: a reason, a count, an instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl AuditAction {
    /// All there are, in the order in which people would look for them.
    pub const ALL: [Self; 41] = [
        Self::SignIn,
        Self::OpenLink,
        Self::OpenShare,
        Self::SignOut,
        Self::SignOutEverywhere,
        Self::OpenStudy,
        Self::SeeFirstImage,
        Self::DownloadStudy,
        Self::DownloadInstance,
        Self::CreateViewerToken,
        Self::OpenInSoftware,
        Self::TakeWithSoftware,
        Self::CreateShare,
        Self::EndShare,
        Self::SaveMarks,
        Self::StartConsultation,
        Self::InviteMember,
        Self::AdmitMember,
        Self::RemoveMember,
        Self::EnterRoom,
        Self::LeaveRoom,
        Self::EndConsultation,
        Self::SignOpinion,
        Self::WriteMinutes,
        Self::SignMinutes,
        Self::ReadConsultation,
        Self::StaffSignIn,
        Self::StaffSignOut,
        Self::FindPatient,
        Self::ReadHistory,
        Self::ReissueSlip,
        Self::ResendNotice,
        Self::RevokeAccess,
        Self::ReleaseStudy,
        Self::HoldStudy,
        Self::RecallStudy,
        Self::CorrectContact,
        Self::MergePatients,
        Self::ReadLog,
        Self::EraseSubject,
        Self::EndRetention,
    ];

    /// The name in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.facts().0
    }

    /// Name, DICOM code of the kind of event (PS3.16 CID 400) with its meaning, and FHIR's create, read, update,
    /// delete or execute.
    pub(crate) const fn facts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        const LOGIN: &str = "110114";
        const LOGIN_IS: &str = "User Authentication";
        const ACCESS: &str = "110103";
        const ACCESS_IS: &str = "DICOM Instances Accessed";
        const EXPORT: &str = "110106";
        const EXPORT_IS: &str = "Export";
        const RECORD: &str = "110110";
        const RECORD_IS: &str = "Patient Record";
        const SECURITY: &str = "110113";
        const SECURITY_IS: &str = "Security Alert";
        match self {
            Self::SignIn => ("sign-in", LOGIN, LOGIN_IS, "E"),
            Self::OpenLink => ("open-link", LOGIN, LOGIN_IS, "E"),
            Self::OpenShare => ("open-share", LOGIN, LOGIN_IS, "E"),
            Self::SignOut => ("sign-out", LOGIN, LOGIN_IS, "E"),
            Self::SignOutEverywhere => ("sign-out-everywhere", LOGIN, LOGIN_IS, "E"),
            Self::StaffSignIn => ("staff-sign-in", LOGIN, LOGIN_IS, "E"),
            Self::StaffSignOut => ("staff-sign-out", LOGIN, LOGIN_IS, "E"),
            Self::OpenStudy => ("open-study", ACCESS, ACCESS_IS, "R"),
            Self::SeeFirstImage => ("see-first-image", ACCESS, ACCESS_IS, "R"),
            Self::DownloadStudy => ("download-study", EXPORT, EXPORT_IS, "R"),
            Self::DownloadInstance => ("download-instance", EXPORT, EXPORT_IS, "R"),
            Self::CreateViewerToken => ("create-viewer-token", SECURITY, SECURITY_IS, "C"),
            Self::OpenInSoftware => ("open-in-software", ACCESS, ACCESS_IS, "R"),
            Self::TakeWithSoftware => ("take-with-software", EXPORT, EXPORT_IS, "R"),
            Self::CreateShare => ("create-share", SECURITY, SECURITY_IS, "C"),
            Self::EndShare => ("end-share", SECURITY, SECURITY_IS, "U"),
            Self::SaveMarks => ("save-marks", RECORD, RECORD_IS, "C"),
            Self::StartConsultation => ("start-consultation", SECURITY, SECURITY_IS, "C"),
            Self::InviteMember => ("invite-member", SECURITY, SECURITY_IS, "C"),
            Self::AdmitMember => ("admit-member", SECURITY, SECURITY_IS, "U"),
            Self::RemoveMember => ("remove-member", SECURITY, SECURITY_IS, "U"),
            Self::EnterRoom => ("enter-room", ACCESS, ACCESS_IS, "R"),
            Self::LeaveRoom => ("leave-room", ACCESS, ACCESS_IS, "E"),
            Self::EndConsultation => ("end-consultation", SECURITY, SECURITY_IS, "U"),
            Self::SignOpinion => ("sign-opinion", RECORD, RECORD_IS, "C"),
            Self::WriteMinutes => ("write-minutes", RECORD, RECORD_IS, "C"),
            Self::SignMinutes => ("sign-minutes", RECORD, RECORD_IS, "U"),
            Self::ReadConsultation => ("read-consultation", EXPORT, EXPORT_IS, "R"),
            Self::FindPatient => ("find-patient", "110112", "Query", "E"),
            Self::ReadHistory => ("read-ledger", RECORD, RECORD_IS, "R"),
            Self::ReissueSlip => ("reissue-slip", SECURITY, SECURITY_IS, "C"),
            Self::ResendNotice => ("resend-notice", SECURITY, SECURITY_IS, "C"),
            Self::RevokeAccess => ("revoke-access", SECURITY, SECURITY_IS, "U"),
            Self::ReleaseStudy => ("release-study", RECORD, RECORD_IS, "U"),
            Self::HoldStudy => ("hold-study", RECORD, RECORD_IS, "U"),
            Self::RecallStudy => ("recall-study", RECORD, RECORD_IS, "D"),
            Self::CorrectContact => ("correct-contact", RECORD, RECORD_IS, "U"),
            Self::MergePatients => ("merge-patients", RECORD, RECORD_IS, "U"),
            Self::ReadLog => ("read-log", "110101", "Audit Log Used", "R"),
            Self::EraseSubject => ("erase-subject", "110105", "DICOM Study Deleted", "D"),
            Self::EndRetention => ("end-retention", "110105", "DICOM Study Deleted", "D"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_json() {
        for action in AuditAction::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
        let words: std::collections::BTreeSet<&str> = AuditAction::ALL.map(AuditAction::as_str).into();
        assert_eq!(words.len(), AuditAction::ALL.len());
    }
}
