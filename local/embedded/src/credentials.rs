use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::EmbeddedError;

const FILE: &str = "keys.json";

/// The one access key that opens both servers. `Debug` hides the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The public half, named in every signed request.
    pub access_key_id: String,
    /// The secret half, never sent.
    pub secret_access_key: String,
}

impl Credentials {
    /// Reads the folder's access key, or makes one at random when there is none yet.
    ///
    /// # Errors
    /// [`EmbeddedError::Folder`], [`EmbeddedError::Keys`] or [`EmbeddedError::Randomness`].
    pub fn load_or_create(dir: &Path) -> Result<Self, EmbeddedError> {
        let path = dir.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| EmbeddedError::Keys { source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(dir).map_err(EmbeddedError::folder("create the data folder"))?;
                let made = Self::random()?;
                made.write(&path).map_err(EmbeddedError::folder("write keys.json"))?;
                Ok(made)
            }
            Err(source) => Err(EmbeddedError::Folder { operation: "read keys.json", source }),
        }
    }

    /// Key id and secret of the shape and strength AWS gives out (20 and 40 letters).
    fn random() -> Result<Self, EmbeddedError> {
        let (mut id, mut secret) = ([0; 8], [0; 30]);
        getrandom::fill(&mut id).map_err(|_| EmbeddedError::Randomness)?;
        getrandom::fill(&mut secret).map_err(|_| EmbeddedError::Randomness)?;
        Ok(Self {
            access_key_id: format!("FLMS{}", hex::encode_upper(id)),
            secret_access_key: STANDARD.encode(secret),
        })
    }

    /// Written beside and renamed, so that a kill leaves no half file; readable by its owner only.
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

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let made = Credentials::load_or_create(dir.path()).unwrap();
        assert_eq!(made.access_key_id.len(), 20);
        assert_eq!(made.secret_access_key.len(), 40);
        assert_eq!(Credentials::load_or_create(dir.path()).unwrap(), made);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(Credentials::load_or_create(other.path()).unwrap(), made);
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_readable_by_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Credentials::load_or_create(dir.path()).unwrap();
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn damaged_keys_are_an_error_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(matches!(Credentials::load_or_create(dir.path()), Err(EmbeddedError::Keys { .. })));
        assert_eq!(fs::read(dir.path().join(FILE)).unwrap(), b"{");
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        let keys = Credentials { access_key_id: "id".into(), secret_access_key: "hush".into() };
        assert!(!format!("{keys:?}").contains("hush"));
    }
}
