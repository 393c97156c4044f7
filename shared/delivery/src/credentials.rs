//! Makes and checks secrets: argon2id for passwords, SHA-256 for tokens, which are random anyway.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use filmless_domain::{Secret, access};
use filmless_store::port::Randomness;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::DeliveryError;

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const ARGON2_MEMORY_KIB: u32 = 19 * 1024;
const ARGON2_PASSES: u32 = 2;
const ARGON2_LANES: u32 = 1;
const ARGON2_BYTES: usize = 32;

/// Hashes at a time: limits the memory that a crowd can use.
const HASHES_AT_ONCE: usize = 4;
static HASHES: Semaphore = Semaphore::const_new(HASHES_AT_ONCE);

/// How many people may be signing in at once, hashing or waiting for their turn, and how long they wait. Anybody
/// beyond that is asked to come back in a few seconds: a page that says so beats one that never loads.
const PLACES_MAX: usize = 256;
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);
static PLACES: Semaphore = Semaphore::const_new(PLACES_MAX);

/// Memory of finished hashes, for the next ones. Given back to the allocator, it would stay with a different thread
/// each time and add up.
static SPARE_MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// One person's turn to have a password checked. Taken before anything is counted or looked up, so being turned
/// away costs no attempt.
pub(crate) struct Turn {
    _place: SemaphorePermit<'static>,
    _hash: SemaphorePermit<'static>,
}

/// Waits for a turn.
///
/// # Errors
/// [`DeliveryError::Busy`] when too many are waiting already, or the wait was too long.
pub(crate) async fn turn_to_hash() -> Result<Turn, DeliveryError> {
    let place = PLACES.try_acquire().map_err(|_| DeliveryError::Busy)?;
    match tokio::time::timeout(TURN_WAIT_MAX, HASHES.acquire()).await {
        Ok(Ok(hash)) => Ok(Turn { _place: place, _hash: hash }),
        Ok(Err(_)) | Err(_) => Err(DeliveryError::Busy),
    }
}

/// A new password.
pub(crate) fn new_password(randomness: &dyn Randomness) -> Result<Secret, DeliveryError> {
    loop {
        let mut random = [0; 64];
        randomness.fill(&mut random)?;
        if let Some(password) = access::password_from(&random) {
            return Ok(password);
        }
    }
}

/// A new code of digits.
pub(crate) fn new_code(randomness: &dyn Randomness, digits: usize) -> Result<Secret, DeliveryError> {
    loop {
        let mut random = [0; 64];
        randomness.fill(&mut random)?;
        if let Some(code) = access::digits_from(&random, digits) {
            return Ok(code);
        }
    }
}

/// A new token for a link or a session cookie.
pub(crate) fn new_token(randomness: &dyn Randomness) -> Result<Secret, DeliveryError> {
    loop {
        let mut random = [0; 64];
        randomness.fill(&mut random)?;
        if let Some(token) = access::token_from(&random) {
            return Ok(token);
        }
    }
}

/// A new viewer token.
pub(crate) fn new_viewer_token(randomness: &dyn Randomness) -> Result<Secret, DeliveryError> {
    let mut random = [0; access::VIEWER_TOKEN_BYTES];
    randomness.fill(&mut random)?;
    Ok(access::viewer_token_from(random))
}

/// A new salt, in hex.
pub(crate) fn new_salt(randomness: &dyn Randomness) -> Result<String, DeliveryError> {
    let mut random = [0; 16];
    randomness.fill(&mut random)?;
    Ok(hex::encode(random))
}

/// The name under which a token is stored.
pub(crate) fn token_digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// The stored form of a new password, in hex.
pub(crate) async fn password_hash(password: &str, salt: &str) -> Result<String, DeliveryError> {
    let _turn = HASHES.acquire().await.map_err(DeliveryError::internal("a password hash"))?;
    hashed(password, salt).await
}

/// The stored form of a password as typed, in hex; needs a turn.
pub(crate) async fn typed_password_hash(
    _turn: &Turn,
    typed: &str,
    salt: &str,
) -> Result<String, DeliveryError> {
    hashed(typed, salt).await
}

async fn hashed(typed: &str, salt: &str) -> Result<String, DeliveryError> {
    let (password, salt) = (access::typed_password(typed), salt.to_owned());
    let hashed = tokio::task::spawn_blocking(move || {
        let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, ARGON2_LANES, Some(ARGON2_BYTES));
        let params = params.map_err(|e| e.to_string())?;
        let mut memory = spare_memory().pop().unwrap_or_default();
        memory.resize(params.block_count(), Block::new());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hash = [0; ARGON2_BYTES];
        let (password, salt) = (password.expose().as_bytes(), salt.as_bytes());
        let done = argon2.hash_password_into_with_memory(password, salt, &mut hash, &mut memory);
        spare_memory().push(memory);
        done.map_err(|e| e.to_string())?;
        Ok::<_, String>(hex::encode(hash))
    });
    let hashed = hashed.await.map_err(DeliveryError::internal("a password hash"))?;
    hashed.map_err(DeliveryError::internal("a password hash"))
}

fn spare_memory() -> MutexGuard<'static, Vec<Vec<Block>>> {
    SPARE_MEMORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Compares two hashes in constant time.
pub(crate) fn is_same_hash(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use filmless_store::port::OsRandomness;

    #[tokio::test]
    async fn a_password_matches_its_hash_however_it_is_typed() {
        let password = new_password(&OsRandomness).unwrap();
        let salt = new_salt(&OsRandomness).unwrap();
        let stored = password_hash(password.expose(), &salt).await.unwrap();
        let typed = password.expose().to_lowercase().replace('-', " ");
        assert!(is_same_hash(&stored, &password_hash(&typed, &salt).await.unwrap()));
        assert!(!is_same_hash(&stored, &password_hash(&typed[1..], &salt).await.unwrap()));
        assert!(!is_same_hash(&stored, &password_hash(&typed, "another salt 16b").await.unwrap()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_hashes_use_the_memory_of_a_few() {
        let hashes = (0..20).map(|_| password_hash("34679-ACDEF", "a salt of 16 byte"));
        let hashes = futures::future::join_all(hashes).await;
        let first = hashes[0].as_ref().unwrap();
        assert!(hashes.iter().all(|hash| hash.as_ref().unwrap() == first), "left-over memory changes a hash");
        assert!(spare_memory().len() <= HASHES_AT_ONCE);
    }

    #[test]
    fn tokens_carry_190_bits_and_differ() {
        let (a, b) = (new_token(&OsRandomness).unwrap(), new_token(&OsRandomness).unwrap());
        assert_eq!(a.expose().len(), 32);
        assert_ne!(a.expose(), b.expose());
    }
}
