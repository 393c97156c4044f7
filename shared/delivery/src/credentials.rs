//! Making and checking of secrets: argon2id for passwords, SHA-256 for tokens that are random anyway.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

/// Hashes at a time: bounds the memory that a crowd at the door can ask for.
static HASHES_AT_ONCE: Semaphore = Semaphore::const_new(4);

/// People at the door at a time, hashing or waiting for their turn. Whoever comes then is asked to come again within
/// seconds: an answer late by more than that is none.
const DOOR_PLACES: usize = 256;
static PLACES_AT_THE_DOOR: Semaphore = Semaphore::const_new(DOOR_PLACES);

/// A place at the door, taken before anything is counted or looked up, so that being turned away costs nobody a try.
///
/// # Errors
/// [`DeliveryError::Busy`] when all are taken.
pub(crate) fn place_at_the_door() -> Result<SemaphorePermit<'static>, DeliveryError> {
    PLACES_AT_THE_DOOR.try_acquire().map_err(|_| DeliveryError::Busy)
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

/// A new token for a link or a session cookie: 192 random bits as base64url.
pub(crate) fn new_token(randomness: &dyn Randomness) -> Result<Secret, DeliveryError> {
    let mut random = [0; access::LINK_TOKEN_BYTES];
    randomness.fill(&mut random)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(random)))
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

/// The stored form of a password as typed, in hex.
pub(crate) async fn password_hash(typed: &str, salt: &str) -> Result<String, DeliveryError> {
    let _turn = HASHES_AT_ONCE.acquire().await.map_err(DeliveryError::internal("a password hash"))?;
    let (password, salt) = (access::typed_password(typed), salt.to_owned());
    let hashed = tokio::task::spawn_blocking(move || {
        let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, ARGON2_LANES, Some(ARGON2_BYTES));
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|e| e.to_string())?);
        let mut hash = [0; ARGON2_BYTES];
        argon2
            .hash_password_into(password.expose().as_bytes(), salt.as_bytes(), &mut hash)
            .map_err(|e| e.to_string())?;
        Ok::<_, String>(hex::encode(hash))
    });
    let hashed = hashed.await.map_err(DeliveryError::internal("a password hash"))?;
    hashed.map_err(DeliveryError::internal("a password hash"))
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

    #[test]
    fn tokens_carry_192_bits_and_differ() {
        let (a, b) = (new_token(&OsRandomness).unwrap(), new_token(&OsRandomness).unwrap());
        assert_eq!(a.expose().len(), 32);
        assert_ne!(a.expose(), b.expose());
    }
}
