//! The accounts of a small provider: names, roles, and argon2id hashes of random passwords.

use std::collections::BTreeSet;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use filmless_domain::staff::Role;
use filmless_domain::{Secret, access};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::ProviderError;

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Verified when there is no such account, so that it takes as long.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 40;

/// An account's name: lower-case letters, digits, `.`, `_`, `-` and `@`; starts with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

/// The text is not an account name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the name of an account has 1 to 40 letters without accents, digits, or . _ - @")]
pub struct InvalidAccountName;

/// One account.
#[derive(Clone, Serialize, Deserialize)]
pub struct StaffAccount {
    /// Its name, also used as subject.
    pub name: AccountName,
    /// What it may do.
    pub roles: BTreeSet<Role>,
    /// argon2id, in the PHC format.
    password_hash: String,
}

/// All accounts, as stored in a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StaffAccounts {
    /// The accounts, by name.
    pub accounts: Vec<StaffAccount>,
}

impl AccountName {
    /// Reads a typed name; ignores case.
    ///
    /// # Errors
    /// [`InvalidAccountName`].
    pub fn parse(typed: &str) -> Result<Self, InvalidAccountName> {
        let name = typed.trim().to_ascii_lowercase();
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_right = name.starts_with(is_letter)
            && name.chars().all(|c| is_letter(c) || "._-@".contains(c))
            && name.len() <= NAME_CHARS_MAX;
        if is_right { Ok(Self(name)) } else { Err(InvalidAccountName) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountName {
    type Error = InvalidAccountName;

    fn try_from(text: String) -> Result<Self, InvalidAccountName> {
        Self::parse(&text)
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> Self {
        name.0
    }
}

impl std::fmt::Debug for StaffAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StaffAccount({})", self.name.0)
    }
}

impl StaffAccounts {
    /// The account with this name.
    #[must_use]
    pub fn find(&self, name: &AccountName) -> Option<&StaffAccount> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    /// Adds an account, or sets roles and password of an existing one.
    ///
    /// # Errors
    /// [`ProviderError::Failed`].
    pub fn set(
        &mut self,
        name: AccountName,
        roles: BTreeSet<Role>,
        password: &Secret,
    ) -> Result<(), ProviderError> {
        let password_hash = argon2()?
            .hash_password(access::typed_password(password.expose()).expose().as_bytes())
            .map_err(|_| ProviderError::Failed)?
            .to_string();
        self.remove(&name);
        self.accounts.push(StaffAccount { name, roles, password_hash });
        self.accounts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }

    /// Removes an account; false if there was none.
    pub fn remove(&mut self, name: &AccountName) -> bool {
        let before = self.accounts.len();
        self.accounts.retain(|account| account.name != *name);
        self.accounts.len() < before
    }

    /// The account with this name and password. One hash, whether it exists or not, which takes a while and 19 MiB.
    #[must_use]
    pub fn verify(&self, name: &str, password: &str) -> Option<&StaffAccount> {
        let account = AccountName::parse(name).ok().and_then(|name| self.find(&name));
        let hash = account.map_or(NOBODYS_HASH, |account| account.password_hash.as_str());
        let hash = PasswordHash::new(hash).ok()?;
        let typed = access::typed_password(password);
        let is_right = argon2().ok()?.verify_password(typed.expose().as_bytes(), &hash).is_ok();
        account.filter(|_| is_right)
    }
}

fn argon2() -> Result<Argon2<'static>, ProviderError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| ProviderError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A new password, like a patient's but twice as long: it opens more, about more people.
///
/// # Errors
/// [`ProviderError::Failed`].
pub fn new_password() -> Result<Secret, ProviderError> {
    let half = || loop {
        let mut random = [0; 64];
        getrandom::fill(&mut random).map_err(|_| ProviderError::Failed)?;
        if let Some(password) = access::password_from(&random) {
            return Ok::<_, ProviderError>(password);
        }
    };
    Ok(Secret::new(format!("{}-{}", half()?.expose(), half()?.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> AccountName {
        AccountName::parse(text).unwrap()
    }

    #[test]
    fn an_account_opens_with_its_password_and_no_other() {
        let mut accounts = StaffAccounts::default();
        let (first, second) = (new_password().unwrap(), new_password().unwrap());
        accounts.set(name("lan"), [Role::Hotline].into(), &first).unwrap();
        let opened = |accounts: &StaffAccounts, name: &str, password: &str| {
            accounts.verify(name, password).map(|account| account.roles.clone())
        };
        assert_eq!(opened(&accounts, " LAN ", &first.expose().to_lowercase()), Some([Role::Hotline].into()));
        for (name, password) in [("lan", second.expose()), ("nam", first.expose()), ("", ""), ("lan", "")] {
            assert_eq!(opened(&accounts, name, password), None, "{name}");
        }
        accounts.set(name("lan"), [Role::Records].into(), &second).unwrap();
        assert_eq!(accounts.accounts.len(), 1);
        assert_eq!(opened(&accounts, "lan", first.expose()), None);
        assert_eq!(opened(&accounts, "lan", second.expose()), Some([Role::Records].into()));
        assert!(accounts.remove(&name("lan")) && !accounts.remove(&name("lan")));
        assert_eq!(opened(&accounts, "lan", second.expose()), None);
    }

    #[test]
    fn the_hash_for_nobody_is_one_that_is_computed() {
        assert!(PasswordHash::new(NOBODYS_HASH).is_ok());
    }

    #[test]
    fn what_is_kept_holds_no_password() {
        let mut accounts = StaffAccounts::default();
        let password = new_password().unwrap();
        accounts.set(name("lan"), [Role::Admin].into(), &password).unwrap();
        let kept = serde_json::to_string(&accounts).unwrap();
        assert!(kept.contains("$argon2id$v=19$m=19456,t=2,p=1$") && !kept.contains(password.expose()));
        assert!(!format!("{accounts:?}").contains("argon2id"));
    }

    #[test]
    fn names_of_accounts_are_plain() {
        for right in ["lan", "Lan.Tran", "it_1", "lan@hospital.example"] {
            assert!(AccountName::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", " ", "-lan", "lan tran", "Hoà", "a/b", "a\nb", &"x".repeat(41)] {
            assert_eq!(AccountName::parse(wrong), Err(InvalidAccountName), "{wrong}");
        }
    }
}
