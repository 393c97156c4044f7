//! Which keys a system on one machine gives out, and which it keeps to itself.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::embedded::Embedded;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn up_prints_the_key_of_whoever_uploads_and_keeps_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    // An earlier version gave this key to the hospital's systems. It can still upload, and no longer do anything else.
    let given =
        r#"{"access_key_id":"FLMS0011223344556677","secret_access_key":"given to the PACS long ago"}"#;
    std::fs::write(folder.path().join("keys.json"), given).unwrap();
    let system = Embedded::start_in(folder.path(), &[]);
    assert_eq!(system.text("secret_access_key"), "given to the PACS long ago");
    let own = system.system_key("secret_access_key");
    assert_ne!(own, system.text("secret_access_key"));
    for file in ["keys.json", "system-key.json", "seal.key", "up.json"] {
        assert_eq!(mode(&folder.path().join(file)), 0o600, "{file}");
    }
    assert_eq!(mode(folder.path()), 0o700);
    for file in ["up.json", "log"] {
        assert!(!std::fs::read_to_string(folder.path().join(file)).unwrap().contains(&own), "{file}");
    }
}
