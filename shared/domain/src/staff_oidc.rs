//! Where staff sign in: the settings of an OpenID Connect provider. Pure: reading them fetches nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Secret;
use crate::staff::Role;

/// The default claim for roles.
pub const ROLES_CLAIM: &str = "roles";
/// The claim that identifies a person permanently (OpenID Connect Core 5.7).
pub const SUBJECT_CLAIM: &str = "sub";
/// The default scopes.
pub const SCOPES: &str = "openid profile";

/// An OpenID Connect provider, and what its claims mean here.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// Its issuer identifier, exactly as in its discovery document.
    pub issuer: String,
    /// Our client id.
    pub client_id: String,
    /// Our client secret; `None` for a public client.
    pub client_secret: Option<Secret>,
    /// Requested scopes, separated by spaces.
    pub scopes: String,
    /// The claim that names a member in the logs.
    pub subject_claim: String,
    /// The claim with roles or groups: its name, else a path with dots (`realm_access.roles`).
    pub roles_claim: String,
    /// The provider's names for our roles; `None` if it uses ours.
    pub role_map: Option<RoleMap>,
}

/// Our roles for the provider's groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleMap(BTreeMap<String, Role>);

impl OidcSettings {
    /// A provider with the usual claims.
    #[must_use]
    pub fn new(issuer: String, client_id: String, client_secret: Option<Secret>) -> Self {
        Self {
            issuer,
            client_id,
            client_secret,
            scopes: SCOPES.to_owned(),
            subject_claim: SUBJECT_CLAIM.to_owned(),
            roles_claim: ROLES_CLAIM.to_owned(),
            role_map: None,
        }
    }

    /// Whether an issuer is safe for sign-ins: over TLS, or on this machine.
    #[must_use]
    pub fn is_issuer_safe(issuer: &str) -> bool {
        let Some(rest) = issuer.strip_prefix("http://") else { return issuer.starts_with("https://") };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let name = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(name, _)| name);
        matches!(name, "127.0.0.1" | "localhost" | "[::1]")
    }

    /// The roles in these claims.
    #[must_use]
    pub fn roles_of(&self, claims: &Map<String, Value>) -> std::collections::BTreeSet<Role> {
        let Some(value) = claim(claims, &self.roles_claim) else { return Default::default() };
        let words: Vec<&str> = match value {
            Value::String(word) => vec![word],
            Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let role_of = |word: &str| match &self.role_map {
            Some(RoleMap(map)) => map.get(word).copied(),
            None => Role::parse(word),
        };
        words.into_iter().filter_map(role_of).collect()
    }
}

impl RoleMap {
    /// Reads `{"group of the provider": "role of ours"}`; `None` for anything else.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let map: BTreeMap<String, Role> = serde_json::from_str(json).ok()?;
        (!map.is_empty()).then_some(Self(map))
    }
}

/// A claim by its name, else by the path that its dots make: names such as `https://hospital.example/roles` contain
/// dots themselves.
#[must_use]
pub fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let mut parts = name.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(claim: &str, map: Option<&str>, claims: Value, expected: &[Role]) {
        let mut settings = OidcSettings::new("https://id.example".into(), "filmless".into(), None);
        settings.roles_claim = claim.to_owned();
        settings.role_map = map.map(|map| RoleMap::parse(map).unwrap());
        let found = settings.roles_of(claims.as_object().unwrap());
        assert_eq!(found, expected.iter().copied().collect(), "{claim} in {claims}");
    }

    #[test]
    fn roles_are_found_where_providers_put_them() {
        use Role::{Admin, Finance, Hotline, Records};
        check("roles", None, json!({"roles": ["hotline", "records", "nurse"]}), &[Hotline, Records]);
        check("roles", None, json!({"roles": "finance"}), &[Finance]);
        check("realm_access.roles", None, json!({"realm_access": {"roles": ["admin"]}}), &[Admin]);
        check("cognito:groups", None, json!({"cognito:groups": ["hotline"]}), &[Hotline]);
        check("https://h.vn/roles", None, json!({"https://h.vn/roles": ["records"]}), &[Records]);
        for nothing in [json!({}), json!({"roles": null}), json!({"roles": {"admin": true}})] {
            check("roles", None, nothing, &[]);
        }
    }

    #[test]
    fn with_a_map_only_mapped_groups_count() {
        let map = r#"{"BV-TongDai": "hotline", "BV-CNTT": "admin"}"#;
        let claims = json!({"groups": ["BV-TongDai", "admin", "records"]});
        check("groups", Some(map), claims, &[Role::Hotline]);
        for bad in ["{}", "[]", "hotline", r#"{"a": "root"}"#] {
            assert_eq!(RoleMap::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_issuer_is_reached_by_tls_or_on_this_machine() {
        for (issuer, expected) in [
            ("https://id.hospital.example/realms/h", true),
            ("http://127.0.0.1:8080/identity", true),
            ("http://localhost/identity", true),
            ("http://[::1]/identity", true),
            ("http://[::1]:8080/identity", true),
            ("http://127.0.0.1:80@evil.example/", false),
            ("http://127.0.0.1:@evil.example/", false),
            ("http://id.hospital.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost@evil.example", false),
            ("ftp://id.hospital.example", false),
            ("", false),
        ] {
            assert_eq!(OidcSettings::is_issuer_safe(issuer), expected, "{issuer}");
        }
    }
}
