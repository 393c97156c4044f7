use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::EmbeddedError;

/// Earlier versions had a single key, stored it here and gave it to the hospital's systems. It is now the uploader's
/// key only.
const UPLOADER_FILE: &str = "keys.json";
const SYSTEM_FILE: &str = "system-key.json";

/// An access key. `Debug` hides the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The public half, named in every signed request.
    pub access_key_id: String,
    /// The secret half, never sent.
    pub secret_access_key: String,
}

impl Credentials {
    /// Reads the system's own key, or makes a random one if there is none yet. Nobody is given this key.
    ///
    /// # Errors
    /// [`EmbeddedError::Folder`], [`EmbeddedError::Keys`] or [`EmbeddedError::Randomness`].
    pub fn of_the_system(dir: &Path) -> Result<Self, EmbeddedError> {
        Self::load_or_create(dir, SYSTEM_FILE)
    }

    /// Reads the uploader's key, or makes a random one if there is none yet.
    ///
    /// # Errors
    /// As [`Credentials::of_the_system`].
    pub fn of_the_uploader(dir: &Path) -> Result<Self, EmbeddedError> {
        Self::load_or_create(dir, UPLOADER_FILE)
    }

    fn load_or_create(dir: &Path, file: &'static str) -> Result<Self, EmbeddedError> {
        let path = dir.join(file);
        match fs::read(&path) {
            Ok(bytes) => {
                let keys =
                    serde_json::from_slice(&bytes).map_err(|source| EmbeddedError::Keys { file, source })?;
                close_to_others(&path).map_err(EmbeddedError::folder("keep an access key private"))?;
                Ok(keys)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(dir).map_err(EmbeddedError::folder("create the data folder"))?;
                let made = Self::random()?;
                made.write(&path).map_err(EmbeddedError::folder("write an access key"))?;
                Ok(made)
            }
            Err(source) => Err(EmbeddedError::Folder { operation: "read an access key", source }),
        }
    }

    /// Key id and secret with AWS's shape and strength (20 and 40 letters).
    fn random() -> Result<Self, EmbeddedError> {
        let (mut id, mut secret) = ([0; 8], [0; 30]);
        getrandom::fill(&mut id).map_err(|_| EmbeddedError::Randomness)?;
        getrandom::fill(&mut secret).map_err(|_| EmbeddedError::Randomness)?;
        Ok(Self {
            access_key_id: format!("FLMS{}", hex::encode_upper(id)),
            secret_access_key: STANDARD.encode(secret),
        })
    }

    /// Writes to a temporary file and renames it, so that a kill leaves no partial file; only the owner can read it.
    fn write(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("json.new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    }
}

/// Removes other users' access, which a copied or restored file may have gained.
fn close_to_others(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_kept_and_no_two_are_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let made = Credentials::of_the_system(dir.path()).unwrap();
        assert_eq!(made.access_key_id.len(), 20);
        assert_eq!(made.secret_access_key.len(), 40);
        assert_eq!(Credentials::of_the_system(dir.path()).unwrap(), made);
        let uploader = Credentials::of_the_uploader(dir.path()).unwrap();
        assert_eq!(Credentials::of_the_uploader(dir.path()).unwrap(), uploader);
        let other = tempfile::tempdir().unwrap();
        for different in [uploader, Credentials::of_the_system(other.path()).unwrap()] {
            assert_ne!(different, made);
        }
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_readable_by_their_owner_only_also_after_somebody_opened_them() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(SYSTEM_FILE);
        let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        Credentials::of_the_system(dir.path()).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        Credentials::of_the_system(dir.path()).unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn damaged_keys_are_an_error_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(SYSTEM_FILE), "{").unwrap();
        let refused = Credentials::of_the_system(dir.path()).unwrap_err();
        assert!(refused.to_string().starts_with("system-key.json"), "{refused}");
        assert_eq!(fs::read(dir.path().join(SYSTEM_FILE)).unwrap(), b"{");
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        let keys = Credentials { access_key_id: "id".into(), secret_access_key: "hush".into() };
        assert!(!format!("{keys:?}").contains("hush"));
    }
}
