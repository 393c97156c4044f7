//! Who and what exists in a world, by the names and moments that tests know.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub const PUBLIC_URL: &str = "http://127.0.0.1:8080";
/// Where browsers reach the object store.
pub const S3: &str = "http://127.0.0.1:9000";
/// Hoà's released study.
pub const STUDY: &str = "1.2.826.0.1.3680043.10.1999.1";
/// John's study.
pub const STUDY_OF_ANOTHER: &str = "1.2.826.0.1.3680043.10.1999.2";
/// Released to Hoà, then held.
pub const WITHHELD: &str = "1.2.826.0.1.3680043.10.1999.4";
/// Held, because no order names it; its images name Hoà.
pub const WITHOUT_ORDER: &str = "1.2.826.0.1.3680043.10.1999.1.9";
/// Held, because its images name somebody else than its order, which is Hoà's.
pub const MISMATCHED: &str = "1.2.826.0.1.3680043.10.1999.1.8";
/// Hoà's, and not released yet.
pub const ON_ITS_WAY: &str = "1.2.3.4";
pub const ISSUER: &str = "https://id.example";
pub const CLIENT_ID: &str = "filmless-console";
pub const CLIENT_SECRET: &str = "a secret of the console";
/// Released to a patient whom no message reached.
pub const UNREACHED: &str = "1.2.826.0.1.3680043.10.1999.3";
/// Released to Hoà, and opened.
pub const OPENED: &str = "1.2.826.0.1.3680043.10.1999.5";
pub const HOA_CODE: &str = "N20-0317542";
pub const JOHN_CODE: &str = "E20-0000001";
/// The same person as Hoà under a second code.
pub const TWIN_CODE: &str = "N20/3..";
/// Joined into another code.
pub const JOINED_CODE: &str = "N20/2..";
pub const JOINED_INTO: &str = "N26-1";

/// What tests cannot know beforehand, because secrets are random.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Known {
    /// Hoà's password, from her slip.
    pub password: String,
    /// Hoà's open share.
    pub share: String,
    /// What was seen of the mismatched study.
    pub seen: String,
}

/// A moment of the day, in UTC.
pub fn at(time: &str) -> Timestamp {
    format!("2020-11-23T{time}:00Z").parse().unwrap()
}

/// The time at which every world stands still.
pub fn now() -> Timestamp {
    at("09:30")
}
