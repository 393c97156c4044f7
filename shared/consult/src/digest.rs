//! Digests of what is signed.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// SHA-256 of the JSON of something, in lower-case hex. Its members are in the order of the type, so the same thing has the
/// same digest in every program that reads its JSON without sorting it.
///
/// # Errors
/// If it does not serialise, which no type of this crate does.
pub(crate) fn digest_of(what: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(hex::encode(Sha256::digest(serde_json::to_vec(what)?)))
}
