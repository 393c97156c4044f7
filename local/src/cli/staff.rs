//! `staff` and `staff-account`: the work of the hotline and the records office.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use filmless_delivery::staff::Channels;
use filmless_domain::staff::Role;

use super::system::{SystemOptions, TargetOptions};

#[derive(Debug, Clone, Args)]
pub struct StaffOptions {
    #[command(subcommand)]
    pub act: StaffAct,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Subcommand)]
pub enum StaffAct {
    /// Find patients by code, accession number, phone number, or name (accents and case do not count).
    Find { query: String },
    /// Show a patient: contact, account, studies, shares.
    Patient { patient: String },
    /// Show the history of a study: received, rendered, released, slip, SMS, email, opened, first image.
    #[command(alias = "ledger")]
    History { study: String },
    /// Issue a new slip; the old link says that it was replaced, the old password stops working.
    Reissue {
        study: String,
        #[command(flatten)]
        why: Why,
        /// Channels for the new secrets.
        #[arg(long, value_name = "all|CHANNEL|none", default_value = "all")]
        channels: Channels,
        /// Also write the slip (PDF) to this file.
        #[arg(long, value_name = "FILE")]
        slip: Option<PathBuf>,
    },
    /// Send the message again; what was issued before stays valid.
    Resend {
        study: String,
        /// Channels.
        #[arg(long, value_name = "all|CHANNEL|none", default_value = "all")]
        channels: Channels,
    },
    /// End every session, link, password and share of a patient.
    Revoke {
        patient: String,
        #[command(flatten)]
        why: Why,
    },
    /// Release a held (or recalled) study: shows what images, order and account say, then releases with --seen.
    Release {
        study: String,
        /// Accession number of the order, if the study does not name one.
        #[arg(long, value_name = "ACCESSION")]
        order: Option<String>,
        #[command(flatten)]
        why: Why,
        /// The value of `seen` from the facts that were shown: those that you compared.
        #[arg(long, value_name = "WORD")]
        seen: Option<String>,
        /// The named people are one person: remember this for later studies.
        #[arg(long)]
        same_person: bool,
    },
    /// List studies that are held because the patient differs, and orders to look at.
    Reviews {
        /// Number of days to look back.
        #[arg(long, default_value_t = 31)]
        days: u16,
    },
    /// Hold a study: its patient does not see it until it is released by hand.
    Hold {
        study: String,
        #[command(flatten)]
        why: Why,
    },
    /// Correct a patient's phone number and email address; an empty text means none.
    Contact {
        patient: String,
        #[arg(long, required_unless_present = "email")]
        phone: Option<String>,
        #[arg(long)]
        email: Option<String>,
    },
    /// Join two codes of one patient: the account of INTO shows the studies of FROM too.
    Merge {
        from: String,
        into: String,
        #[command(flatten)]
        why: Why,
    },
    /// Take a study back (wrong patient): ends links, passwords and sessions, deletes derived objects, lists who saw it.
    Recall {
        study: String,
        #[command(flatten)]
        why: Why,
    },
    /// Erase everything kept about a patient, at their request: uploads, orders, everything derived, account, shares.
    Erase {
        patient: String,
        #[command(flatten)]
        why: Why,
        /// Only show what would be erased.
        #[arg(long)]
        dry_run: bool,
    },
    /// Erase the studies whose retention (10, 20 or 30 years) has ended.
    EndRetention {
        /// Only show what would be erased.
        #[arg(long)]
        dry_run: bool,
    },
    /// List who opened a study, with their addresses.
    Viewers { study: String },
    /// List held studies.
    Held {
        /// Number of days to look back.
        #[arg(long, default_value_t = 31)]
        days: u16,
    },
    /// List patients whom no message reached.
    Unreached {
        /// Number of days to look back.
        #[arg(long, default_value_t = 7)]
        days: u16,
    },
    /// Share studies on a patient's behalf; prints link and code once.
    Share {
        patient: String,
        /// The person it is for.
        #[arg(long = "for", value_name = "NAME")]
        label: String,
        /// `doctor`, `spouse`, `child`, `parent`, `sibling`, `guardian` or `other`.
        #[arg(long, default_value = "doctor")]
        relation: String,
        /// Study; may be given several times.
        #[arg(long, required = true)]
        study: Vec<String>,
        /// Number of days.
        #[arg(long, default_value_t = 7)]
        days: u32,
        /// Whether files may be downloaded.
        #[arg(long)]
        download: bool,
        /// Whether marks may be saved in the studies.
        #[arg(long)]
        annotate: bool,
        /// Whether consultations about the studies may be started.
        #[arg(long)]
        consult: bool,
    },
    /// End a share of a patient.
    EndShare { patient: String, share: String },
}

/// Why something is done; it is kept in the audit log.
#[derive(Debug, Clone, Args)]
pub struct Why {
    /// Why; kept in the audit log. Name no patient.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

#[derive(Debug, Clone, Args)]
pub struct AccountOptions {
    #[command(subcommand)]
    pub act: AccountAct,
    #[command(flatten)]
    pub target: TargetOptions,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum AccountAct {
    /// Create an account, or give an existing one a new password and these roles. Prints the password once.
    Add {
        /// Its name: letters without accents, digits, or . _ - @
        name: String,
        /// Role; may be given several times.
        #[arg(long, required = true, value_enum)]
        role: Vec<RoleWord>,
    },
    /// List the accounts.
    List,
    /// Remove an account and end its sessions.
    Remove { name: String },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleWord {
    /// Finds patients, sends slips and messages again, ends lost links.
    Hotline,
    /// Also releases, holds, merges and recalls.
    Records,
    /// Reads the usage ledger.
    Finance,
    /// Everything, including the audit log and erasure.
    Admin,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Hotline => Self::Hotline,
            RoleWord::Records => Self::Records,
            RoleWord::Finance => Self::Finance,
            RoleWord::Admin => Self::Admin,
        }
    }
}
