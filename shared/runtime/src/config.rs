//! Configuration: read once, from environment variables, in `main`.

use std::str::FromStr;
use std::time::Duration;

use filmless_delivery::{MessageSecrets, Settings};
use filmless_domain::gate::ReleaseOn;
use filmless_domain::staff_oidc::{OidcSettings, RoleMap};
use filmless_domain::{Hospital, HospitalFileError, Secret};
use filmless_store::aws::QueueUrls;
use filmless_store::messengers;
use filmless_store::port::Messengers;
use thiserror::Error;

/// Everything a function is told by its environment. The variables are listed in `docs/CONFIGURATION.md`.
#[derive(Debug, Clone)]
pub struct Config {
    /// `STUDIES_BUCKET`: the hospital's uploads.
    pub studies_bucket: String,
    /// `DERIVED_BUCKET`: what we make of them.
    pub derived_bucket: String,
    /// `SLIPS_BUCKET`: slips and QR codes.
    pub slips_bucket: String,
    /// `AUDIT_BUCKET`: the audit log.
    pub audit_bucket: String,
    /// `USAGE_BUCKET`: the usage ledger and its exports.
    pub usage_bucket: String,
    /// `INDEX_TABLE`: the DynamoDB table.
    pub index_table: String,
    /// `INTAKE_QUEUE_URL`, `SETTLE_QUEUE_URL`, `DOWNLOADS_QUEUE_URL`, `RELEASE_QUEUE_URL`, `NOTICES_QUEUE_URL`.
    pub queues: QueueUrls,
    /// `SEAL_KEY_ID`: the KMS key that seals secrets on their way.
    pub seal_key_id: String,
    /// `S3_PUBLIC_URL`: where browsers reach S3, if not where we do.
    pub s3_public_url: Option<String>,
    /// `S3_PATH_STYLE`: `true` for an S3 server of one's own.
    pub s3_path_style: bool,
    /// `SMS_SENDER_ID`: registered brand name.
    pub sms_sender_id: Option<String>,
    /// `SES_CONFIGURATION_SET`: where SES reports bounces.
    pub ses_configuration_set: Option<String>,
    /// `MESSENGERS` (JSON): the messengers that the hospital set up, where messages are sent.
    pub messengers: Messengers,
    /// `STAFF_OIDC_ISSUER`, `STAFF_OIDC_CLIENT_ID`, `STAFF_OIDC_CLIENT_SECRET`, `STAFF_OIDC_SCOPES`,
    /// `STAFF_OIDC_SUBJECT_CLAIM`, `STAFF_OIDC_ROLES_CLAIM`, `STAFF_OIDC_ROLE_MAP` (JSON): where staff sign in. None
    /// where there is no console.
    pub staff_oidc: Option<OidcSettings>,
    /// `ORIGIN_SECRET`: what whoever stands in front of the portal tells it, so that nobody goes around him.
    pub origin_secret: Option<Secret>,
    /// `PUBLIC_URL`, `EMAIL_FROM`, `FINANCE_REPORT_TO`, `HOSPITAL` (JSON), `QUIET_PERIOD_SECONDS`, `RELEASE_ON`, `IDENTITY` (JSON), `MESSAGE_SECRETS`,
    /// `LINK_TTL_DAYS`, `SESSION_TTL_MINUTES`, `SESSION_IDLE_MINUTES`, `QUIET_HOURS`, `CHANNELS`, `SMS_COUNTRIES`,
    /// `TRUSTED_PROXIES`.
    pub settings: Settings,
}

/// What is wrong with the environment. Names the variable, never its value.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A variable is missing.
    #[error("the environment variable {0} is missing")]
    Missing(&'static str),
    /// A variable has a value that is not allowed.
    #[error("the environment variable {0} has a value that is not allowed")]
    Invalid(&'static str),
    /// `HOSPITAL` names no hospital: the field is named, never what it holds.
    #[error("the environment variable HOSPITAL cannot be used")]
    Hospital(#[source] HospitalFileError),
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`ConfigError`] for the first variable that is missing or not allowed.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| get(name).filter(|value| !value.trim().is_empty());
        let required = |name| optional(name).ok_or(ConfigError::Missing(name));
        Ok(Self {
            studies_bucket: required("STUDIES_BUCKET")?,
            derived_bucket: required("DERIVED_BUCKET")?,
            slips_bucket: required("SLIPS_BUCKET")?,
            audit_bucket: required("AUDIT_BUCKET")?,
            usage_bucket: required("USAGE_BUCKET")?,
            index_table: required("INDEX_TABLE")?,
            queues: QueueUrls {
                intake: required("INTAKE_QUEUE_URL")?,
                settle: required("SETTLE_QUEUE_URL")?,
                downloads: required("DOWNLOADS_QUEUE_URL")?,
                release: required("RELEASE_QUEUE_URL")?,
                notices: required("NOTICES_QUEUE_URL")?,
            },
            seal_key_id: required("SEAL_KEY_ID")?,
            s3_public_url: optional("S3_PUBLIC_URL"),
            s3_path_style: parsed("S3_PATH_STYLE", optional("S3_PATH_STYLE"))?.unwrap_or(false),
            sms_sender_id: optional("SMS_SENDER_ID"),
            ses_configuration_set: optional("SES_CONFIGURATION_SET"),
            messengers: match optional("MESSENGERS") {
                Some(json) => messengers::set_up(&json).map_err(|_| ConfigError::Invalid("MESSENGERS"))?,
                None => Messengers::default(),
            },
            staff_oidc: staff_oidc(&optional)?,
            origin_secret: optional("ORIGIN_SECRET").map(Secret::new),
            settings: settings(&optional)?,
        })
    }
}

fn staff_oidc(
    optional: &impl Fn(&'static str) -> Option<String>,
) -> Result<Option<OidcSettings>, ConfigError> {
    const ISSUER: &str = "STAFF_OIDC_ISSUER";
    const ROLE_MAP: &str = "STAFF_OIDC_ROLE_MAP";
    let Some(issuer) = optional(ISSUER) else { return Ok(None) };
    let issuer = issuer.trim().to_owned();
    if !OidcSettings::is_issuer_safe(&issuer) {
        return Err(ConfigError::Invalid(ISSUER));
    }
    let client_id = optional("STAFF_OIDC_CLIENT_ID").ok_or(ConfigError::Missing("STAFF_OIDC_CLIENT_ID"))?;
    let secret = optional("STAFF_OIDC_CLIENT_SECRET").map(Secret::new);
    let mut provider = OidcSettings::new(issuer, client_id, secret);
    if let Some(scopes) = optional("STAFF_OIDC_SCOPES") {
        provider.scopes = scopes;
    }
    if let Some(claim) = optional("STAFF_OIDC_SUBJECT_CLAIM") {
        provider.subject_claim = claim;
    }
    if let Some(claim) = optional("STAFF_OIDC_ROLES_CLAIM") {
        provider.roles_claim = claim;
    }
    if let Some(map) = optional(ROLE_MAP) {
        provider.role_map = Some(RoleMap::parse(&map).ok_or(ConfigError::Invalid(ROLE_MAP))?);
    }
    Ok(Some(provider))
}

fn settings(optional: &impl Fn(&'static str) -> Option<String>) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    let public_url = optional("PUBLIC_URL").ok_or(ConfigError::Missing("PUBLIC_URL"))?;
    // Passwords travel over this address: anything but https is refused.
    if !public_url.starts_with("https://") || public_url.len() > 60 {
        return Err(ConfigError::Invalid("PUBLIC_URL"));
    }
    settings.public_url = public_url.trim_end_matches('/').to_owned();
    settings.email_from = optional("EMAIL_FROM").ok_or(ConfigError::Missing("EMAIL_FROM"))?;
    settings.finance_report_to = mailboxes(&optional("FINANCE_REPORT_TO").unwrap_or_default());
    let hospital = optional("HOSPITAL").ok_or(ConfigError::Missing("HOSPITAL"))?;
    settings.hospital = Hospital::parse(hospital.as_bytes()).map_err(ConfigError::Hospital)?;
    settings.quiet_hours = parsed("QUIET_HOURS", optional("QUIET_HOURS"))?;
    settings.channels = parsed("CHANNELS", optional("CHANNELS"))?.unwrap_or_default();
    settings.sms_countries = parsed("SMS_COUNTRIES", optional("SMS_COUNTRIES"))?.unwrap_or_default();
    settings.trusted_proxies = parsed("TRUSTED_PROXIES", optional("TRUSTED_PROXIES"))?.unwrap_or_default();
    if let Some(seconds) = parsed::<u64>("QUIET_PERIOD_SECONDS", optional("QUIET_PERIOD_SECONDS"))? {
        settings.quiet_period = Duration::from_secs(seconds);
    }
    if let Some(days) = parsed::<u64>("LINK_TTL_DAYS", optional("LINK_TTL_DAYS"))? {
        settings.link_ttl = Duration::from_secs(days * 24 * 3600);
    }
    if let Some(minutes) = parsed::<u64>("SESSION_TTL_MINUTES", optional("SESSION_TTL_MINUTES"))? {
        settings.session_ttl = Duration::from_secs(minutes * 60);
    }
    if let Some(minutes) = parsed::<u64>("SESSION_IDLE_MINUTES", optional("SESSION_IDLE_MINUTES"))? {
        settings.session_idle = Duration::from_secs(minutes * 60);
    }
    if let Some(word) = optional("RELEASE_ON") {
        settings.release_on = word_of::<ReleaseOn>("RELEASE_ON", word)?;
    }
    if let Some(rules) = optional("IDENTITY") {
        settings.identity = serde_json::from_str(&rules).map_err(|_| ConfigError::Invalid("IDENTITY"))?;
    }
    if let Some(word) = optional("MESSAGE_SECRETS") {
        settings.message_secrets = word_of::<MessageSecrets>("MESSAGE_SECRETS", word)?;
    }
    Ok(settings)
}

/// Mailboxes, separated by commas.
fn mailboxes(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|to| !to.is_empty()).map(str::to_owned).collect()
}

fn parsed<T: FromStr>(name: &'static str, value: Option<String>) -> Result<Option<T>, ConfigError> {
    value.map(|v| v.trim().parse().map_err(|_| ConfigError::Invalid(name))).transpose()
}

fn word_of<T: serde::de::DeserializeOwned>(name: &'static str, word: String) -> Result<T, ConfigError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| ConfigError::Invalid(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(changes: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        Config::read(|name| {
            let changed = changes.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            changed.or_else(|| match name {
                _ if name.starts_with("STAFF_OIDC_") => None,
                "S3_PUBLIC_URL"
                | "S3_PATH_STYLE"
                | "SMS_SENDER_ID"
                | "SES_CONFIGURATION_SET"
                | "RELEASE_ON"
                | "FINANCE_REPORT_TO"
                | "IDENTITY"
                | "QUIET_PERIOD_SECONDS"
                | "MESSAGE_SECRETS"
                | "LINK_TTL_DAYS"
                | "SESSION_TTL_MINUTES"
                | "SESSION_IDLE_MINUTES"
                | "TRUSTED_PROXIES"
                | "QUIET_HOURS"
                | "CHANNELS"
                | "MESSENGERS"
                | "SMS_COUNTRIES"
                | "ORIGIN_SECRET" => None,
                "PUBLIC_URL" => Some("https://xem.benhvien.example/".into()),
                "HOSPITAL" => Some(hospital(&[])),
                other => Some(other.to_lowercase()),
            })
        })
    }

    fn hospital(changes: &[(&str, &str)]) -> String {
        let mut json = serde_json::to_value(Hospital::default()).unwrap();
        for (field, value) in [&[("name_vi", "Bệnh viện A")], changes].concat() {
            json[field] = value.into();
        }
        json.to_string()
    }

    #[test]
    fn a_field_of_the_hospital_that_cannot_be_used_is_named() {
        let refused = |value: &str| match check(&[("HOSPITAL", value)]).unwrap_err() {
            ConfigError::Hospital(why) => why.to_string(),
            other => panic!("{other}"),
        };
        assert!(refused("Bệnh viện A").contains("no JSON object"));
        assert!(refused(r#"{"name_vi":"Bệnh viện A"}"#).contains("`name_en` is missing"));
        assert!(refused(&hospital(&[("hotline", "")])).contains("`hotline` is empty"));
        assert!(refused(&hospital(&[("fax", "1900 1234")])).contains("`fax`"));
    }

    #[test]
    fn a_full_environment_is_read() {
        let config = check(&[("RELEASE_ON", "report"), ("MESSAGE_SECRETS", "link-only")]).unwrap();
        assert_eq!(config.settings.public_url, "https://xem.benhvien.example");
        assert_eq!(config.settings.release_on, ReleaseOn::Report);
        let strict = check(&[("IDENTITY", r#"{"four_eyes":true,"own_issuers":["HIS"]}"#)]).unwrap();
        assert!(strict.settings.identity.four_eyes && strict.settings.identity.ids_ignore_case);
        assert_eq!(config.settings.message_secrets, MessageSecrets::LinkOnly);
        assert_eq!(config.settings.hospital.name_vi, "Bệnh viện A");
    }

    #[test]
    fn the_provider_of_staff_is_there_when_it_is_named() {
        assert!(check(&[]).unwrap().staff_oidc.is_none());
        let issuer = ("STAFF_OIDC_ISSUER", "https://id.benhvien.example/realms/bv");
        let id = ("STAFF_OIDC_CLIENT_ID", "filmless");
        assert_eq!(check(&[issuer]).unwrap_err(), ConfigError::Missing("STAFF_OIDC_CLIENT_ID"));
        let plain = ("STAFF_OIDC_ISSUER", "http://id.benhvien.example");
        assert_eq!(check(&[plain, id]).unwrap_err(), ConfigError::Invalid("STAFF_OIDC_ISSUER"));
        let map = ("STAFF_OIDC_ROLE_MAP", r#"{"a": "root"}"#);
        assert_eq!(check(&[issuer, id, map]).unwrap_err(), ConfigError::Invalid("STAFF_OIDC_ROLE_MAP"));
        let provider = check(&[issuer, id]).unwrap().staff_oidc.unwrap();
        assert_eq!((provider.roles_claim.as_str(), provider.subject_claim.as_str()), ("roles", "sub"));
    }

    #[test]
    fn a_missing_or_unsafe_value_is_named() {
        assert_eq!(check(&[("STUDIES_BUCKET", " ")]).unwrap_err(), ConfigError::Missing("STUDIES_BUCKET"));
        for (name, value) in [
            ("PUBLIC_URL", "http://xem.benhvien.example"),
            ("RELEASE_ON", "always"),
            ("IDENTITY", r#"{"four_eye":true}"#),
            ("QUIET_PERIOD_SECONDS", "-1"),
            ("S3_PATH_STYLE", "yes"),
            ("QUIET_HOURS", "at night"),
            ("CHANNELS", "sms,fax"),
            ("MESSENGERS", r#"{"sms":{}}"#),
            ("SMS_COUNTRIES", "Vietnam"),
            ("TRUSTED_PROXIES", "everybody"),
        ] {
            assert_eq!(check(&[(name, value)]).unwrap_err(), ConfigError::Invalid(name));
        }
    }
}
