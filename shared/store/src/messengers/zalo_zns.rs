//! Zalo Notification Service: a template that Zalo approved for the hospital, filled with a few values, for Zalo users
//! with a Vietnamese number. One POST per message: <https://developers.zalo.me/docs/zalo-notification-service>.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use filmless_domain::{Channel, Language};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tracing::warn;

use crate::http::{HttpClient, HttpError};
use crate::port::{Message, Messenger, PortError, Values};

const OPERATION: &str = "send by Zalo";
const ENDPOINT: &str = "https://business.openapi.zalo.me";
/// Far shorter than one of our runs may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The hospital's settings. The token is in the settings, or in a file that is read for each message, because Zalo's
/// tokens last about a day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    access_token: Option<String>,
    access_token_file: Option<PathBuf>,
    template_id: String,
    /// For patients who get messages in English; without it they get the other one.
    template_id_en: Option<String>,
    /// Which value each parameter of the template gets.
    #[serde(default = "usual_data")]
    template_data: BTreeMap<String, Datum>,
    #[serde(default = "usual_endpoint")]
    endpoint: String,
}

/// A value that a template can contain.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Datum {
    Account,
    Link,
    Password,
    Hospital,
}

fn usual_data() -> BTreeMap<String, Datum> {
    [("account".to_owned(), Datum::Account), ("link".to_owned(), Datum::Link)].into()
}

fn usual_endpoint() -> String {
    ENDPOINT.into()
}

/// The first field that is unknown, missing or of the wrong type.
fn wrong_field(settings: &Value) -> Option<String> {
    const TEXTS: [&str; 5] =
        ["access_token", "access_token_file", "template_id", "template_id_en", "endpoint"];
    let Some(fields) = settings.as_object() else { return Some("they are no JSON object".into()) };
    for (name, value) in fields {
        let value = Some(value).filter(|value| !value.is_null());
        if TEXTS.contains(&name.as_str()) {
            if value.is_some_and(|value| !value.is_string()) {
                return Some(format!("{name} must be a string"));
            }
        } else if name == "template_data" {
            let is_known = |value: &Value| serde_json::from_value::<Datum>(value.clone()).is_ok();
            if !value.and_then(Value::as_object).is_some_and(|data| data.values().all(is_known)) {
                return Some(format!("{name} maps parameters to account, link, password or hospital"));
            }
        } else {
            return Some(format!("{name} is no field of it"));
        }
    }
    (!fields.contains_key("template_id")).then(|| "template_id is missing".into())
}

/// Sends by ZNS.
pub(super) struct ZaloZns {
    settings: Settings,
    client: HttpClient,
}

#[derive(Deserialize)]
struct Answer {
    error: i64,
    #[serde(default)]
    data: Value,
}

impl ZaloZns {
    /// A messenger with these settings: one of the two ways to the token, and an address that nobody else reads.
    ///
    /// # Errors
    /// Which field is wrong, and how. Never its value, which may be a secret.
    pub(super) fn new(settings: Value) -> Result<Self, String> {
        if let Some(problem) = wrong_field(&settings) {
            return Err(problem);
        }
        // What is still wrong here is a value, which must not be told.
        let settings: Settings = serde_json::from_value(settings)
            .map_err(|_| "a field has a value of the wrong type".to_owned())?;
        match (&settings.access_token, &settings.access_token_file) {
            (None, None) => return Err("access_token or access_token_file is missing".into()),
            (Some(_), Some(_)) => return Err("access_token and access_token_file exclude each other".into()),
            (Some(token), None) if token.trim().is_empty() => return Err("access_token is empty".into()),
            _ => {}
        }
        if settings.template_id.trim().is_empty() {
            return Err("template_id is empty".into());
        }
        if !["https://", "http://127.0.0.1:"].iter().any(|start| settings.endpoint.starts_with(start)) {
            return Err("endpoint must begin with https://".into());
        }
        let client = HttpClient::new(&settings.endpoint, TIMEOUT);
        Ok(Self { settings, client })
    }

    async fn token(&self) -> Result<String, PortError> {
        let unreadable = |source| PortError::Refused { operation: OPERATION, source: Box::new(source) };
        let token = match (&self.settings.access_token, &self.settings.access_token_file) {
            (_, Some(file)) => tokio::fs::read_to_string(file).await.map_err(unreadable)?,
            (token, None) => token.clone().unwrap_or_default(),
        };
        Ok(token.trim().to_owned())
    }

    fn body(&self, values: &Values) -> Result<Value, PortError> {
        let Some(phone) = values.to.as_str().strip_prefix('+').filter(|phone| phone.starts_with("84")) else {
            return Err(PortError::refused(OPERATION, "a number that is not Vietnamese"));
        };
        let Settings { template_id, template_id_en, template_data, .. } = &self.settings;
        let template = match values.language {
            Language::Vi => template_id,
            Language::En => template_id_en.as_ref().unwrap_or(template_id),
        };
        let datum = |datum: Datum| match datum {
            Datum::Account => Some(values.account.as_str()),
            Datum::Link => Some(values.link.expose()),
            Datum::Password => values.password.as_ref().map(|password| password.expose()),
            Datum::Hospital => Some(values.hospital.as_str()),
        };
        let data = template_data.iter().map(|(name, from)| Some((name.as_str(), datum(*from)?)));
        let Some(data) = data.collect::<Option<BTreeMap<_, _>>>() else {
            return Err(PortError::refused(
                OPERATION,
                "the template shows a password that messages do not carry",
            ));
        };
        let tracking_id = tracking_id(values);
        Ok(
            json!({ "phone": phone, "template_id": template, "template_data": data, "tracking_id": tracking_id }),
        )
    }
}

/// At most 48 characters, none of which reveal the study.
fn tracking_id(values: &Values) -> String {
    hex::encode(&Sha256::digest(&values.idempotency_key)[..16])
}

#[async_trait]
impl Messenger for ZaloZns {
    fn channel(&self) -> Channel {
        Channel::ZaloZns
    }

    async fn send(&self, message: &Message) -> Result<String, PortError> {
        let Message::Values(values) = message else {
            return Err(PortError::refused(OPERATION, "a message that has no values"));
        };
        let body = self.body(values)?.to_string();
        let request = http::Request::post(format!("{}/message/template", self.settings.endpoint))
            .header("access_token", self.token().await?)
            .header("content-type", "application/json")
            .body(Bytes::from(body));
        // The error would not contain the token, but do not rely on that.
        let request = request.map_err(|_| PortError::refused(OPERATION, "the token is no header"))?;
        let answer = self.client.send(request).await.map_err(|error| match error {
            HttpError::BadRequest => PortError::Refused { operation: OPERATION, source: Box::new(error) },
            // Nobody knows how far it got.
            HttpError::Failed | HttpError::TimedOut | HttpError::TooLong => unanswered(error),
        })?;
        let status = answer.status().as_u16();
        match status {
            200 => {}
            429 | 503 => {
                let source = format!("status {status}").into();
                return Err(PortError::Unavailable { operation: OPERATION, source });
            }
            500.. => return Err(unanswered(std::io::Error::other(format!("status {status}")))),
            _ => return Err(PortError::refused(OPERATION, "another status than 200")),
        }
        let answer: Answer = serde_json::from_slice(answer.body()).map_err(unanswered)?;
        if answer.error != 0 {
            warn!(error = answer.error, "zalo refused a message");
            return Err(PortError::refused(OPERATION, "an error in the answer"));
        }
        let id = answer.data["msg_id"].as_str().map(str::to_owned);
        Ok(id.unwrap_or_else(|| tracking_id(values)))
    }

    /// ZNS sends a repeated request again, even with the same tracking id.
    fn is_idempotent(&self) -> bool {
        false
    }
}

fn unanswered(source: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::Unanswered { operation: OPERATION, source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use filmless_domain::{PhoneNumber, Secret};

    use super::*;

    fn zalo(more: &Value) -> Result<ZaloZns, String> {
        let mut settings = json!({ "access_token": "t", "template_id": "1" });
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        ZaloZns::new(settings)
    }

    fn values(phone: &str, password: Option<&str>) -> Values {
        Values {
            idempotency_key: "1.2.3-v1-zalo-zns".into(),
            to: PhoneNumber::parse(phone).unwrap(),
            language: Language::En,
            hospital: "Hospital A".into(),
            account: "N1".into(),
            password: password.map(|password| Secret::new(password.to_owned())),
            link: Secret::new("https://xem.benhvien.example/x/abc".to_owned()),
        }
    }

    #[test]
    fn a_template_gets_the_values_that_it_has_room_for() {
        let usual = zalo(&json!({})).unwrap().body(&values("0903123456", Some("p"))).unwrap();
        let data = json!({ "account": "N1", "link": "https://xem.benhvien.example/x/abc" });
        assert_eq!((&usual["phone"], &usual["template_data"]), (&json!("84903123456"), &data));
        assert!(usual["tracking_id"].as_str().unwrap().len() <= 48 && !usual.to_string().contains("1.2.3"));
        let own =
            json!({ "template_id_en": "2", "template_data": { "mat_khau": "password", "bv": "hospital" } });
        let own = zalo(&own).unwrap();
        let body = own.body(&values("0903123456", Some("p"))).unwrap();
        assert_eq!(body["template_data"], json!({ "mat_khau": "p", "bv": "Hospital A" }));
        assert_eq!(body["template_id"], "2");
        // If messages carry no password, a template that shows one is not sent; nor is anything abroad.
        assert!(own.body(&values("0903123456", None)).is_err());
        assert!(zalo(&json!({})).unwrap().body(&values("+4915112345678", None)).is_err());
    }

    #[test]
    fn settings_that_cannot_be_used_are_refused() {
        for (bad, problem) in [
            (json!({ "access_token": null }), "access_token or access_token_file is missing"),
            (json!({ "access_token": " " }), "access_token is empty"),
            (json!({ "access_token": 7 }), "access_token must be a string"),
            (json!({ "access_token_file": "/t" }), "access_token and access_token_file exclude each other"),
            (json!({ "template_id": "" }), "template_id is empty"),
            (
                json!({ "template_data": { "name": "patient" } }),
                "template_data maps parameters to account, link, password or hospital",
            ),
            (json!({ "endpoint": "http://business.openapi.zalo.me" }), "endpoint must begin with https://"),
            (json!({ "template": "1" }), "template is no field of it"),
        ] {
            assert_eq!(zalo(&bad).err().as_deref(), Some(problem), "{bad}");
        }
        assert_eq!(wrong_field(&json!({})).as_deref(), Some("template_id is missing"));
    }
}
