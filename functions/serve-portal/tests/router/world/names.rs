//! Who and what there is in a world, by the names and moments that tests know.

use jiff::Timestamp;

pub const PUBLIC_URL: &str = "http://127.0.0.1:8080";
/// Where browsers reach the store of objects.
pub const S3: &str = "http://127.0.0.1:9000";
/// The given study of Hoà's.
pub const STUDY: &str = "1.2.826.0.1.3680043.10.1999.1";
/// John's.
pub const STUDY_OF_ANOTHER: &str = "1.2.826.0.1.3680043.10.1999.2";
/// Given to Hoà, and held back since.
pub const WITHHELD: &str = "1.2.826.0.1.3680043.10.1999.4";
/// Held, for no order names it; its images name Hoà.
pub const WITHOUT_ORDER: &str = "1.2.826.0.1.3680043.10.1999.1.9";
/// Held, for its images name another than its order, which is Hoà's.
pub const MISMATCHED: &str = "1.2.826.0.1.3680043.10.1999.1.8";
/// Hoà's, and not released yet.
pub const ON_ITS_WAY: &str = "1.2.3.4";
pub const ISSUER: &str = "https://id.example";
pub const CLIENT_ID: &str = "filmless-console";
pub const CLIENT_SECRET: &str = "a secret of the console";
/// Released to one whom no message reached.
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

/// What no test can know beforehand: secrets are random.
#[derive(Clone, Default)]
pub struct Known {
    /// Hoà's password, from her slip.
    pub password: String,
    /// The share of Hoà's that is open.
    pub share: String,
    /// What was seen of the mismatched study.
    pub seen: String,
}

/// A moment of the day, in Greenwich.
pub fn at(time: &str) -> Timestamp {
    format!("2020-11-23T{time}:00Z").parse().unwrap()
}

/// The moment at which every world stands still.
pub fn now() -> Timestamp {
    at("09:30")
}
