//! The hospital's choices, one by one; each program reads those it uses.

use std::time::Duration;

use filmless_delivery::{MessageSecrets, SmsCountries, TrustedProxies};
use filmless_domain::gate::ReleaseOn;
use filmless_domain::identity::IdentityRules;
use filmless_domain::staff_oidc::{OidcSettings, RoleMap};
use filmless_domain::{ChannelPolicy, Hospital, QuietHours, Secret, WebOrigins};
use filmless_store::messengers;
use filmless_store::port::Messengers;
use serde::de::DeserializeOwned;

use crate::ConfigError;
use crate::environment::Environment;

type Read<T> = Result<T, ConfigError>;

/// Passwords go over this address, so only https is allowed.
pub(crate) fn public_url(env: &Environment<'_>) -> Read<String> {
    let url = env.required("PUBLIC_URL")?;
    if !url.starts_with("https://") || url.len() > 60 {
        return Err(env.invalid("PUBLIC_URL"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

pub(crate) fn hospital(env: &Environment<'_>) -> Read<Hospital> {
    Hospital::parse(env.required("HOSPITAL")?.as_bytes()).map_err(|why| env.no_hospital(why))
}

pub(crate) fn email_from(env: &Environment<'_>) -> Read<String> {
    env.required("EMAIL_FROM")
}

/// Comma-separated mailboxes.
pub(crate) fn finance_report_to(env: &Environment<'_>) -> Vec<String> {
    let text = env.optional("FINANCE_REPORT_TO").unwrap_or_default();
    text.split(',').map(str::trim).filter(|to| !to.is_empty()).map(str::to_owned).collect()
}

pub(crate) fn quiet_period(env: &Environment<'_>) -> Read<Duration> {
    Ok(Duration::from_secs(env.parsed("QUIET_PERIOD_SECONDS")?.unwrap_or(60)))
}

pub(crate) fn release_on(env: &Environment<'_>) -> Read<ReleaseOn> {
    word(env, "RELEASE_ON", env.optional("RELEASE_ON"))
}

pub(crate) fn identity(env: &Environment<'_>) -> Read<IdentityRules> {
    let Some(rules) = env.optional("IDENTITY") else { return Ok(IdentityRules::default()) };
    serde_json::from_str(&rules).map_err(|_| env.invalid("IDENTITY"))
}

pub(crate) fn message_secrets(env: &Environment<'_>) -> Read<MessageSecrets> {
    word(env, "MESSAGE_SECRETS", env.optional("MESSAGE_SECRETS"))
}

pub(crate) fn quiet_hours(env: &Environment<'_>) -> Read<Option<QuietHours>> {
    env.parsed("QUIET_HOURS")
}

pub(crate) fn channels(env: &Environment<'_>) -> Read<ChannelPolicy> {
    Ok(env.parsed("CHANNELS")?.unwrap_or_default())
}

/// Messengers besides SNS and SES: JSON, with secrets.
pub(crate) fn messengers(env: &Environment<'_>) -> Read<Messengers> {
    match env.optional("MESSENGERS") {
        Some(json) => messengers::set_up(&json).map_err(|_| env.invalid("MESSENGERS")),
        None => Ok(Messengers::default()),
    }
}

pub(crate) fn sms_countries(env: &Environment<'_>) -> Read<SmsCountries> {
    Ok(env.parsed("SMS_COUNTRIES")?.unwrap_or_default())
}

pub(crate) fn trusted_proxies(env: &Environment<'_>) -> Read<TrustedProxies> {
    Ok(env.parsed("TRUSTED_PROXIES")?.unwrap_or_default())
}

/// Whose web pages may read answers of `serve-dicomweb`.
pub(crate) fn dicomweb_origins(env: &Environment<'_>) -> Read<WebOrigins> {
    Ok(env.parsed("DICOMWEB_ORIGINS")?.unwrap_or_default())
}

pub(crate) fn link_ttl(env: &Environment<'_>) -> Read<Duration> {
    Ok(Duration::from_secs(env.parsed::<u64>("LINK_TTL_DAYS")?.unwrap_or(365) * 24 * 3600))
}

pub(crate) fn session_ttl(env: &Environment<'_>) -> Read<Duration> {
    Ok(Duration::from_secs(env.parsed::<u64>("SESSION_TTL_MINUTES")?.unwrap_or(720) * 60))
}

pub(crate) fn session_idle(env: &Environment<'_>) -> Read<Duration> {
    Ok(Duration::from_secs(env.parsed::<u64>("SESSION_IDLE_MINUTES")?.unwrap_or(60) * 60))
}

/// Where staff sign in; `None` without a console.
pub(crate) fn staff_oidc(env: &Environment<'_>) -> Read<Option<OidcSettings>> {
    let Some(issuer) = env.optional("STAFF_OIDC_ISSUER") else { return Ok(None) };
    let issuer = issuer.trim().to_owned();
    if !OidcSettings::is_issuer_safe(&issuer) {
        return Err(env.invalid("STAFF_OIDC_ISSUER"));
    }
    let client_id = env.required("STAFF_OIDC_CLIENT_ID")?;
    let secret = env.optional("STAFF_OIDC_CLIENT_SECRET").map(Secret::new);
    let mut provider = OidcSettings::new(issuer, client_id, secret);
    if let Some(scopes) = env.optional("STAFF_OIDC_SCOPES") {
        provider.scopes = scopes;
    }
    if let Some(claim) = env.optional("STAFF_OIDC_SUBJECT_CLAIM") {
        provider.subject_claim = claim;
    }
    if let Some(claim) = env.optional("STAFF_OIDC_ROLES_CLAIM") {
        provider.roles_claim = claim;
    }
    if let Some(map) = env.optional("STAFF_OIDC_ROLE_MAP") {
        provider.role_map = Some(RoleMap::parse(&map).ok_or_else(|| env.invalid("STAFF_OIDC_ROLE_MAP"))?);
    }
    Ok(Some(provider))
}

fn word<T: DeserializeOwned + Default>(
    env: &Environment<'_>,
    name: &'static str,
    word: Option<String>,
) -> Read<T> {
    let Some(word) = word else { return Ok(T::default()) };
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| env.invalid(name))
}

#[cfg(test)]
mod tests {
    use filmless_delivery::Settings;

    use super::*;

    /// Reads one setting from an environment with only these variables.
    fn told<T>(variables: &[(&'static str, &str)], read: impl Fn(&Environment<'_>) -> T) -> T {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let get = move |name: &'static str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        read(&Environment::told("a-program", &get))
    }

    fn invalid(name: &'static str) -> ConfigError {
        ConfigError::Invalid { program: "a-program", name }
    }

    fn example(changes: &[(&str, &str)]) -> String {
        let mut json = serde_json::to_value(Hospital::default()).unwrap();
        for (field, value) in [&[("name_vi", "Bệnh viện A")], changes].concat() {
            json[field] = value.into();
        }
        json.to_string()
    }

    #[test]
    fn a_field_of_the_hospital_that_cannot_be_used_is_named() {
        let refused = |value: &str| match told(&[("HOSPITAL", value)], hospital).unwrap_err() {
            ConfigError::Hospital { source, .. } => source.to_string(),
            other => panic!("{other}"),
        };
        assert!(refused("Bệnh viện A").contains("not a JSON object"));
        assert!(refused(r#"{"name_vi":"Bệnh viện A"}"#).contains("`name_en` is missing"));
        assert!(refused(&example(&[("hotline", "")])).contains("`hotline` is empty"));
        assert!(refused(&example(&[("fax", "1900 1234")])).contains("`fax`"));
    }

    #[test]
    fn what_is_said_is_read() {
        let whole = example(&[]);
        assert_eq!(told(&[("HOSPITAL", whole.as_str())], hospital).unwrap().name_vi, "Bệnh viện A");
        let url = told(&[("PUBLIC_URL", "https://xem.benhvien.example/")], public_url).unwrap();
        assert_eq!(url, "https://xem.benhvien.example");
        assert_eq!(told(&[("RELEASE_ON", "report")], release_on).unwrap(), ReleaseOn::Report);
        let strict = r#"{"four_eyes":true,"own_issuers":["HIS"]}"#;
        let strict = told(&[("IDENTITY", strict)], identity).unwrap();
        assert!(strict.four_eyes && strict.ids_ignore_case);
        let secrets = told(&[("MESSAGE_SECRETS", "link-only")], message_secrets).unwrap();
        assert_eq!(secrets, MessageSecrets::LinkOnly);
        let to = told(&[("FINANCE_REPORT_TO", "a@bv.example, ,b@bv.example")], finance_report_to);
        assert_eq!(to, ["a@bv.example", "b@bv.example"]);
    }

    #[test]
    fn what_is_not_said_is_as_everywhere() {
        let usual = Settings::default();
        assert_eq!(told(&[], quiet_period).unwrap(), usual.quiet_period);
        assert_eq!(told(&[], link_ttl).unwrap(), usual.link_ttl);
        assert_eq!(told(&[], session_ttl).unwrap(), usual.session_ttl);
        assert_eq!(told(&[], session_idle).unwrap(), usual.session_idle);
        assert_eq!(told(&[], release_on).unwrap(), usual.release_on);
        assert_eq!(told(&[], message_secrets).unwrap(), usual.message_secrets);
    }

    #[test]
    fn the_provider_of_staff_is_there_when_it_is_named() {
        assert!(told(&[], staff_oidc).unwrap().is_none());
        let issuer = ("STAFF_OIDC_ISSUER", "https://id.benhvien.example/realms/bv");
        let id = ("STAFF_OIDC_CLIENT_ID", "filmless");
        let missing = ConfigError::Missing { program: "a-program", name: "STAFF_OIDC_CLIENT_ID" };
        assert_eq!(told(&[issuer], staff_oidc).unwrap_err(), missing);
        let plain = ("STAFF_OIDC_ISSUER", "http://id.benhvien.example");
        assert_eq!(told(&[plain, id], staff_oidc).unwrap_err(), invalid("STAFF_OIDC_ISSUER"));
        let map = ("STAFF_OIDC_ROLE_MAP", r#"{"a": "root"}"#);
        assert_eq!(told(&[issuer, id, map], staff_oidc).unwrap_err(), invalid("STAFF_OIDC_ROLE_MAP"));
        let provider = told(&[issuer, id], staff_oidc).unwrap().unwrap();
        assert_eq!((provider.roles_claim.as_str(), provider.subject_claim.as_str()), ("roles", "sub"));
    }

    #[test]
    fn an_unsafe_value_is_named() {
        let refused = |name, value, read: &dyn Fn(&Environment<'_>) -> Option<ConfigError>| {
            assert_eq!(told(&[(name, value)], read), Some(invalid(name)));
        };
        refused("PUBLIC_URL", "http://xem.benhvien.example", &|env| public_url(env).err());
        refused("RELEASE_ON", "always", &|env| release_on(env).err());
        refused("IDENTITY", r#"{"four_eye":true}"#, &|env| identity(env).err());
        refused("QUIET_PERIOD_SECONDS", "-1", &|env| quiet_period(env).err());
        refused("QUIET_HOURS", "at night", &|env| quiet_hours(env).err());
        refused("CHANNELS", "sms,fax", &|env| channels(env).err());
        refused("MESSENGERS", r#"{"sms":{}}"#, &|env| messengers(env).err());
        refused("SMS_COUNTRIES", "Vietnam", &|env| sms_countries(env).err());
        refused("TRUSTED_PROXIES", "everybody", &|env| trusted_proxies(env).err());
        refused("DICOMWEB_ORIGINS", "*", &|env| dicomweb_origins(env).err());
    }
}
