//! The key that seals passwords in transit: a file beside the data that only its owner can read.

use std::path::Path;

use anyhow::Context;
use filmless_store::port::{OsRandomness, Randomness};
use filmless_store::sealing::KEY_BYTES;

use crate::instance::write_private;

const FILE: &str = "seal.key";

pub fn load_or_create(data: &Path) -> anyhow::Result<[u8; KEY_BYTES]> {
    let file = data.join(FILE);
    if !file.exists() {
        let mut key = [0; KEY_BYTES];
        OsRandomness.fill(&mut key)?;
        write_private(&file, &hex::encode(key))?;
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut key = [0; KEY_BYTES];
    // A new key would make every sealed secret unreadable, so a person must look at a damaged file.
    hex::decode_to_slice(text.trim(), &mut key).with_context(|| format!("{} is damaged", file.display()))?;
    Ok(key)
}
