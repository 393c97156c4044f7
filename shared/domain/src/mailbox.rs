//! The mailboxes we can send email to.

/// Whether email can be sent there: one mailbox in plain ASCII, as every relay accepts it (RFC 5321 4.1.2, without
/// quoted local parts). Text that could add a header or a second recipient is never one. The code that builds messages
/// uses this function, too, so that every accepted address can be written to.
#[must_use]
pub fn is_mailbox(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    is_dot_atom(local) && local.len() <= 64 && address.len() <= 254 && domain.split('.').all(label)
}

/// Whether it is such a mailbox in an internet domain, which contains a dot: required for a patient's address.
#[must_use]
pub fn is_public_mailbox(address: &str) -> bool {
    is_mailbox(address) && address.rsplit('@').next().is_some_and(|domain| domain.contains('.'))
}

/// Whether this is a `dot-atom` (RFC 5322 3.2.3).
#[must_use]
pub fn is_dot_atom(text: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    text.split('.').all(atom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_every_relay_accepts() {
        for good in ["hoa@example.vn", "a.b+c@mail.example.vn", "x@y-z.vn"] {
            assert!(is_mailbox(good), "{good}");
        }
        for bad in [
            "",
            "hoa",
            "@b.vn",
            "a@",
            "ä@münchen.vn",
            "a@münchen.vn",
            "a..b@c.vn",
            ".a@c.vn",
            "a@-b.vn",
            "a@b..vn",
            "a@b.vn.",
            "a b@c.vn",
            "a@b.vn,c@d.vn",
            "a@b@c.vn",
            "<a@b.vn>",
            "a@b.vn\r\nBcc: x@y.vn",
            "\"a b\"@c.vn",
            "a@[127.0.0.1]",
        ] {
            assert!(!is_mailbox(bad), "{bad:?}");
        }
        assert!(is_mailbox("a@localhost") && !is_public_mailbox("a@localhost"));
        assert!(is_public_mailbox("a@b.vn"));
        assert!(!is_mailbox(&format!("{}@b.vn", "a".repeat(65))));
        assert!(!is_mailbox(&format!("a@{}.vn", "b".repeat(64))));
    }
}
