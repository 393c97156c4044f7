//! Sealing, with KMS or with a key file.

use filmless_domain::Secret;
use filmless_store::port::PortError;

use crate::backend::Backend;
use crate::every_backend::on_every_backend;

on_every_backend! {
    a_secret_opens_in_its_own_context_and_unchanged_only
}

async fn a_secret_opens_in_its_own_context_and_unchanged_only(backend: &Backend) {
    let sealer = &backend.sealer;
    let sealed = sealer.seal(&Secret::new("K7QM-mật khẩu".into()), "study 1, version 1").await.unwrap();
    assert!(!sealed.contains("K7QM"));
    assert_eq!(sealer.open(&sealed, "study 1, version 1").await.unwrap().expose(), "K7QM-mật khẩu");
    assert_ne!(
        sealed,
        sealer.seal(&Secret::new("K7QM-mật khẩu".into()), "study 1, version 1").await.unwrap()
    );
    let middle = sealed.len() / 2;
    let other = if sealed.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let changed = format!("{}{other}{}", &sealed[..middle], &sealed[middle + 1..]);
    for (text, context) in [
        (sealed.as_str(), "study 1, version 2"),
        (changed.as_str(), "study 1, version 1"),
        ("not base64!", "study 1, version 1"),
        ("AAAA", "study 1, version 1"),
    ] {
        let error = sealer.open(text, context).await.unwrap_err();
        assert!(matches!(error, PortError::Refused { .. }), "{text} {context}: {error:?}");
    }
}
