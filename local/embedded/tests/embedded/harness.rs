use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use aws_lambda_events::event::s3::S3Event;
use aws_sdk_s3::{
    config::{BehaviorVersion, Credentials as SdkCredentials, Region},
    error::{ProvideErrorMetadata, SdkError},
    presigning::PresigningConfig,
    primitives::ByteStream,
};
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use filmless_embedded::{Credentials, Embedded, EmbeddedConfig, Uploader};
use filmless_store::port::QueueName;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub const ORIGIN: &str = "http://127.0.0.1:8080";
pub const REGION: &str = "ap-southeast-1";

pub struct Bench {
    pub dir: tempfile::TempDir,
    pub embedded: Embedded,
    pub s3: aws_sdk_s3::Client,
}

impl Bench {
    pub async fn open() -> Self {
        Self::open_in(tempfile::tempdir().unwrap()).await
    }

    pub async fn open_in(dir: tempfile::TempDir) -> Self {
        let embedded = open(dir.path()).await;
        let s3 = s3_client(&embedded.s3_url(), &credentials());
        Self { dir, embedded, s3 }
    }

    pub async fn reopen(self) -> Self {
        self.embedded.shutdown().await;
        Self::open_in(self.dir).await
    }

    pub async fn put(&self, bucket: &str, key: &str, bytes: impl Into<Vec<u8>>) {
        let body = ByteStream::from(bytes.into());
        self.s3.put_object().bucket(bucket).key(key).body(body).send().await.unwrap();
    }

    /// The bytes, or the error code.
    pub async fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        let output = self.s3.get_object().bucket(bucket).key(key).send().await.map_err(code)?;
        Ok(output.body.collect().await.unwrap().to_vec())
    }

    /// The decoded keys of all announced events, each with the rest of its record.
    pub async fn events(&self) -> Vec<(String, S3Event)> {
        let mut events = Vec::new();
        loop {
            let batch =
                self.embedded.queue().receive(QueueName::Intake, 10, Duration::from_secs(60)).await.unwrap();
            if batch.is_empty() {
                return events;
            }
            for message in batch {
                let event: S3Event = serde_json::from_str(&message.body).unwrap();
                let key = event.records[0].s3.object.key.as_deref().unwrap().replace('+', " ");
                let key = percent_encoding::percent_decode_str(&key).decode_utf8().unwrap().into_owned();
                events.push((key, event));
                assert!(self.embedded.queue().delete(&message.receipt).await.unwrap());
            }
        }
    }

    pub fn file(&self, path: &str) -> std::path::PathBuf {
        self.dir.path().join("buckets").join(path)
    }
}

pub fn credentials() -> Credentials {
    Credentials { access_key_id: "FLMSTEST".into(), secret_access_key: "a secret for tests".into() }
}

pub fn uploader() -> Credentials {
    Credentials { access_key_id: "FLMSUPLOADER".into(), secret_access_key: "another secret for tests".into() }
}

/// A presigned address of an object, valid for a minute.
pub async fn presigned_path(bench: &Bench, bucket: &str, key: &str) -> String {
    let life = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let signed = bench.s3.get_object().bucket(bucket).key(key).presigned(life).await.unwrap();
    signed.uri().strip_prefix(&bench.embedded.s3_url()).unwrap().to_owned()
}

pub async fn open(dir: &Path) -> Embedded {
    Embedded::open(config(dir)).await.unwrap()
}

pub fn config(dir: &Path) -> EmbeddedConfig {
    let mut config = EmbeddedConfig::new(dir.to_owned(), credentials());
    config.uploader = Some(Uploader {
        credentials: uploader(),
        bucket: "studies".to_owned(),
        prefixes: ["incoming/", "orders/"].map(str::to_owned).into(),
    });
    config.region = REGION.to_owned();
    config.cors_origins = vec![ORIGIN.to_owned()];
    config.buckets = ["studies", "derived", "slips"].map(str::to_owned).into();
    config.event_buckets = ["studies".to_owned()].into();
    config.versioned_buckets = ["studies".to_owned()].into();
    config
}

pub fn s3_client(url: &str, keys: &Credentials) -> aws_sdk_s3::Client {
    let keys = SdkCredentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(keys)
        .endpoint_url(url)
        .force_path_style(true)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

pub fn dynamodb_client(url: &str, keys: &Credentials) -> aws_sdk_dynamodb::Client {
    let keys = SdkCredentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(keys)
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// The error's code, or its HTTP status if the answer had no body (HEAD).
pub fn code<E: ProvideErrorMetadata>(error: SdkError<E, aws_sdk_s3::config::http::HttpResponse>) -> String {
    let status = error.raw_response().map(|response| response.status().as_u16());
    match error.code() {
        Some(code) => code.to_owned(),
        None => format!("{}", status.unwrap_or_default()),
    }
}

/// A pattern that reveals missing, doubled or misplaced bytes.
pub fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| u8::try_from((n.wrapping_mul(2_654_435_761) >> 7) & 0xFF).unwrap()).collect()
}

/// A handmade HTTP request.
#[derive(Debug, Clone)]
pub struct RawRequest {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl RawRequest {
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self
    }

    /// Signs the request so far, as of the given time.
    pub fn sign(mut self, url: &str, service: &str, keys: &Credentials, at: SystemTime) -> Self {
        let identity =
            SdkCredentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test").into();
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        if service == "s3" {
            // S3 signs the path as sent, neither normalised nor encoded again.
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(service)
            .time(at)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let signable = SignableRequest::new(
            self.method,
            format!("{url}{}", self.path),
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            SignableBody::Bytes(&self.body),
        )
        .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (added, _) = instructions.into_parts();
        self.headers.extend(added.iter().map(|header| (header.name().to_owned(), header.value().to_owned())));
        self
    }

    pub async fn send(self, url: &str) -> RawAnswer {
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n", self.method, self.path);
        head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&self.body).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        RawAnswer { text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

#[derive(Debug)]
pub struct RawAnswer {
    pub text: String,
}

impl RawAnswer {
    pub fn status(&self) -> u16 {
        self.text.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.text
            .lines()
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(": "))
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}
