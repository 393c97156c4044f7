//! The template on LocalStack, with the functions as Lambda runs them. All tests and later runs share it, so each test
//! uses its own identifiers, keys and receivers.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_s3::types::CreateBucketConfiguration;
use filmless_store::{Connection, Endpoints};
use serde_json::{Value, json};

use crate::agent::agent;

/// How to reach the public functions; the same for all tests of a process.
struct Door {
    public_url: String,
    endpoint: String,
    /// The host names under which LocalStack knows the portal and DICOMweb.
    portal: String,
    dicomweb: String,
}

static DOOR: OnceLock<Door> = OnceLock::new();

pub struct Stack {
    /// The output of `tests/localstack/deploy`.
    described: Value,
    /// Tells apart the runs on one stack.
    pub run: u32,
    /// The folder of this test's uploads.
    pub test: String,
}

impl Stack {
    /// Starts LocalStack and deploys, unless that is done already.
    pub fn deployed() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../localstack/deploy");
        let output = Command::new(script).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let described: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |field: &str| described[field].as_str().unwrap().to_owned();
        let host = |field: &str| text(field).split_once("://").unwrap().1.to_owned();
        DOOR.get_or_init(|| Door {
            public_url: text("public_url"),
            endpoint: text("endpoint"),
            portal: host("portal"),
            dicomweb: host("dicomweb"),
        });
        Self {
            described,
            run: (since.as_secs() % 100_000) as u32,
            test: format!("{}-{}", since.as_nanos(), std::process::id()),
        }
    }

    pub fn text(&self, field: &str) -> String {
        let field = match field {
            "portal" => "public_url",
            "s3" | "dynamodb" => "endpoint",
            other => other,
        };
        self.described[field].as_str().unwrap().to_owned()
    }

    pub fn connection(&self) -> Connection {
        Connection::to(&Endpoints {
            s3: self.text("s3"),
            s3_public: self.text("s3"),
            dynamodb: self.text("dynamodb"),
            region: self.text("region"),
            access_key_id: "test".into(),
            secret_access_key: "test".into(),
        })
    }

    /// The name of a bucket: for `studies`, the value of `STUDIES_BUCKET`.
    pub fn bucket(&self, name: &str) -> String {
        let variable = format!("{}_BUCKET", name.to_uppercase());
        self.described["environment"][variable].as_str().unwrap().to_owned()
    }

    /// Makes the buckets that `filmless up` expects, unless an earlier run did.
    pub async fn make_buckets_of_the_embedded_profile(&self) {
        let settings = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(self.text("region")))
            .credentials_provider(aws_sdk_s3::config::Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(self.text("endpoint"))
            .force_path_style(true);
        let s3 = aws_sdk_s3::Client::from_conf(settings.build());
        for bucket in ["studies", "derived", "slips", "audit", "usage"] {
            let place =
                CreateBucketConfiguration::builder().location_constraint(self.text("region").as_str().into());
            let made =
                s3.create_bucket().bucket(bucket).create_bucket_configuration(place.build()).send().await;
            let is_there = made.is_ok() || s3.head_bucket().bucket(bucket).send().await.is_ok();
            assert!(is_there, "{bucket} could not be made");
        }
    }

    /// The environment of the functions, plus settings for the SDK.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let variables = self.described["environment"].as_object().unwrap();
        let mut all: BTreeMap<String, String> = variables
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", self.text("endpoint")),
            ("AWS_REGION", self.text("region")),
            ("AWS_ACCESS_KEY_ID", "test".into()),
            ("AWS_SECRET_ACCESS_KEY", "test".into()),
        ] {
            all.insert(name.into(), value);
        }
        all
    }

    fn text_of(&self, field: &str) -> String {
        self.described[field].as_str().unwrap().to_owned()
    }

    /// The log of all functions, for all tests.
    pub fn log(&self) -> String {
        let files = std::fs::read_dir(self.text_of("logs")).unwrap();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }

    fn read_back(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.text("endpoint"));
        agent().get(&url).call().unwrap().body_mut().read_json().unwrap()
    }

    /// SMS, newest first, in the shape of the embedded profile's outbox.
    pub fn sms_to(&self, receivers: &[String]) -> Vec<Value> {
        let all = self.read_back(&format!("/_aws/sns/sms-messages?region={}", self.text("region")));
        let of_this_test = receivers.iter().filter_map(|to| all["sms_messages"][to].as_array()).flatten();
        let mut sms: Vec<Value> = of_this_test
            .map(|sms| {
                let text = sms["Message"].as_str().unwrap();
                assert_eq!(sms["MessageAttributes"]["AWS.SNS.SMS.SMSType"]["StringValue"], "Transactional");
                let encoding = if text.is_ascii() { "GSM-7" } else { "UCS-2" };
                json!({ "to": sms["PhoneNumber"], "text": text, "encoding": encoding, "parts": text.len().div_ceil(160) })
            })
            .collect();
        sms.reverse();
        sms
    }

    pub fn emails_to(&self, receivers: &[String]) -> Vec<Vec<u8>> {
        let all = self.read_back("/_aws/ses");
        let raw = all["messages"].as_array().unwrap().iter().filter_map(|email| email["RawData"].as_str());
        let of_this_test =
            raw.filter(|email| receivers.iter().any(|to| email.contains(&format!("To: <{to}>"))));
        of_this_test.map(|email| email.as_bytes().to_vec()).collect()
    }
}

/// Where to send a request for this address, and its host: no machine has the portal's public address.
pub fn reach(url: &str) -> (String, String) {
    let authority = |url: &str| url.split('/').nth(2).unwrap().to_owned();
    let Some((door, path)) = DOOR.get().and_then(|door| Some((door, url.strip_prefix(&door.public_url)?)))
    else {
        return (url.to_owned(), authority(url));
    };
    // As CloudFront does, which LocalStack has not.
    let host = if path.starts_with("/dicomweb/") { &door.dicomweb } else { &door.portal };
    (format!("{}{path}", door.endpoint), host.clone())
}
