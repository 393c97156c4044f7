//! Which pages are counted together.

/// Which pages are counted together. The addresses themselves contain patient codes and secrets of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageClass {
    SignIn,
    Link,
    Share,
    Study,
    Download,
    Dicomweb,
    Staff,
    Asset,
    Health,
    Other,
}

impl PageClass {
    /// The class of a path.
    pub fn of(path: &str) -> Self {
        let mut parts = path.trim_start_matches('/').split('/');
        match (parts.next().unwrap_or_default(), parts.nth(1)) {
            ("" | "sign-in" | "sign-out" | "sign-out-everywhere", _) => Self::SignIn,
            ("x", _) => Self::Link,
            ("s" | "shares" | "c" | "consultations", _) => Self::Share,
            ("studies", Some("download" | "files")) => Self::Download,
            ("studies", _) => Self::Study,
            ("dicomweb", _) => Self::Dicomweb,
            ("staff" | "identity", _) => Self::Staff,
            (
                "assets"
                | "guide"
                | "language"
                | "ohif"
                | "licenses"
                | "manifest.webmanifest"
                | "robots.txt"
                | "favicon.ico",
                _,
            ) => Self::Asset,
            ("healthz", _) => Self::Health,
            _ => Self::Other,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Link => "link",
            Self::Share => "share",
            Self::Study => "study",
            Self::Download => "download",
            Self::Dicomweb => "dicomweb",
            Self::Staff => "staff",
            Self::Asset => "asset",
            Self::Health => "health",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_by_class_and_not_by_address() {
        for (path, class) in [
            ("/", PageClass::SignIn),
            ("/x/secret", PageClass::Link),
            ("/s/secret", PageClass::Share),
            ("/studies/1.2.3", PageClass::Study),
            ("/studies/1.2.3/grant", PageClass::Study),
            ("/studies/1.2.3/download", PageClass::Download),
            ("/studies/1.2.3/files/1.2.4", PageClass::Download),
            ("/dicomweb/secret/studies/1.2.3", PageClass::Dicomweb),
            ("/staff/patients/QQ", PageClass::Staff),
            ("/assets/viewer.js", PageClass::Asset),
            ("/healthz", PageClass::Health),
            ("/wp-login.php", PageClass::Other),
        ] {
            assert_eq!(PageClass::of(path), class, "{path}");
        }
    }
}
