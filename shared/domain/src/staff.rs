//! Staff: their roles, and what each role may do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A job at the hospital.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers patients: finds them, sends slips and messages again, ends lost links. Sees states, never images.
    Hotline,
    /// Decides whose images are whose: releases, holds, corrects, merges, recalls.
    Records,
    /// Reads the usage ledger.
    Finance,
    /// All of these, and reads the audit log.
    Admin,
}

/// A member of staff, as the identity provider (or the operating system) names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// Stable name, unique at its issuer.
    pub subject: String,
    /// Name to display.
    pub name: String,
    /// Their roles.
    pub roles: BTreeSet<Role>,
}

/// Somebody whom the hospital's identity provider identified, whatever their roles. `Debug` hides who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Identified {
    /// Stable name, unique at its issuer.
    pub subject: String,
    /// Their name, where the provider says one.
    pub name: Option<String>,
    /// Their email address, where the provider says that it verified it.
    pub email: Option<String>,
}

impl std::fmt::Debug for Identified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identified(hidden)")
    }
}

/// Something that staff can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Find a patient.
    Find,
    /// Read the history of a study.
    ReadHistory,
    /// Print a new slip; the old link and password end.
    Reissue,
    /// Send the message again, with a new password; what was issued before stays valid.
    Resend,
    /// End every link, password and session of a patient.
    Revoke,
    /// Make or end a share for a patient.
    Share,
    /// Start a consultation for a patient, follow it, end it.
    Consult,
    /// Correct phone number or email address.
    CorrectContact,
    /// Read the lists of held studies and of patients whom no channel reached.
    ReadLists,
    /// Release a held study.
    Release,
    /// Hold a study.
    Hold,
    /// Take back a study that is the wrong patient's.
    Recall,
    /// Merge two codes of one patient.
    Merge,
    /// Read the usage ledger and its exports.
    ReadUsage,
    /// Read and verify the audit log.
    ReadAudit,
    /// Erase a patient's data at their request, or data whose retention has ended.
    Erase,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Hotline, Self::Records, Self::Finance, Self::Admin];

    /// The name in tokens, configuration and pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hotline => "hotline",
            Self::Records => "records",
            Self::Finance => "finance",
            Self::Admin => "admin",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether this role may do it.
    #[must_use]
    pub const fn may(self, act: Act) -> bool {
        match act {
            Act::Find
            | Act::ReadHistory
            | Act::Reissue
            | Act::Resend
            | Act::Revoke
            | Act::Share
            | Act::CorrectContact
            | Act::ReadLists => {
                matches!(self, Self::Hotline | Self::Records | Self::Admin)
            }
            Act::Release | Act::Hold | Act::Recall | Act::Merge | Act::Consult => {
                matches!(self, Self::Records | Self::Admin)
            }
            Act::ReadUsage => matches!(self, Self::Finance | Self::Admin),
            Act::ReadAudit | Act::Erase => matches!(self, Self::Admin),
        }
    }
}

impl StaffMember {
    /// Whether any of their roles may do it.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.roles.iter().any(|role| role.may(act))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Admin"), None);
    }

    #[test]
    fn each_role_has_its_own_field() {
        let member = |role| StaffMember { subject: "s".into(), name: "n".into(), roles: [role].into() };
        let table = [
            (Act::Find, [true, true, false, true]),
            (Act::Resend, [true, true, false, true]),
            (Act::Recall, [false, true, false, true]),
            (Act::Merge, [false, true, false, true]),
            (Act::Consult, [false, true, false, true]),
            (Act::ReadUsage, [false, false, true, true]),
            (Act::ReadAudit, [false, false, false, true]),
            (Act::Erase, [false, false, false, true]),
        ];
        for (act, expected) in table {
            assert_eq!(Role::ALL.map(|role| member(role).may(act)), expected, "{act:?}");
        }
        assert!(
            !StaffMember { subject: "s".into(), name: "n".into(), roles: BTreeSet::new() }.may(Act::Find)
        );
    }
}
