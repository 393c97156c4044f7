//! The console of staff: one file per page or group of pages. No page contains an image or the address of one, whatever
//! the role. Every act is a form; one that cannot be undone asks for confirmation.

pub(crate) mod address;
pub(crate) mod attachment;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod choices;
pub(crate) mod confirm;
pub(crate) mod console;
pub(crate) mod consult;
pub(crate) mod csv;
pub(crate) mod failed;
pub(crate) mod finance;
pub(crate) mod frame;
pub(crate) mod home;
pub(crate) mod lists;
pub(crate) mod narrowed;
pub(crate) mod opened;
pub(crate) mod outcome;
pub(crate) mod patient;
pub(crate) mod patient_acts;
pub(crate) mod person;
pub(crate) mod refusals;
pub(crate) mod release;
pub(crate) mod shares;
pub(crate) mod sign_in;
pub(crate) mod study;
pub(crate) mod study_acts;
pub(crate) mod trouble;
pub(crate) mod usage;
