//! Clients, configured by the SDK's own settings (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`, …) or
//! by explicit endpoints.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::retry::RetryPartition;
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use crate::calls::{self, CallWatcher};
use crate::in_process::{self, ServersInProcess};
use crate::{Bucket, Index};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Explicit endpoints and keys, for the embedded profile.
#[derive(Clone)]
pub struct Endpoints {
    /// Where we reach S3.
    pub s3: String,
    /// Where browsers reach S3.
    pub s3_public: String,
    /// Where we reach DynamoDB.
    pub dynamodb: String,
    /// Region in signatures.
    pub region: String,
    /// Access key.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
}

impl std::fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoints({}, {})", self.s3, self.dynamodb)
    }
}

/// Makes all clients.
#[derive(Debug, Clone)]
pub struct Connection {
    config: SdkConfig,
    s3_config: aws_sdk_s3::Config,
    s3_public_config: aws_sdk_s3::Config,
    dynamodb_config: aws_sdk_dynamodb::Config,
}

impl Connection {
    /// Connects with the SDK's own settings. `s3_public_url` is where browsers reach S3, if it differs. With
    /// `s3_path_style` buckets are paths instead of host names: your own server has no wildcard certificate.
    pub async fn from_settings(s3_public_url: Option<&str>, s3_path_style: bool) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(https_client())
            .timeout_config(timeouts())
            .load()
            .await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(s3_path_style);
        let public = s3_public_url.map_or_else(|| s3.clone(), |url| s3.clone().endpoint_url(url));
        Self {
            s3_config: s3.build(),
            s3_public_config: public.build(),
            dynamodb_config: aws_sdk_dynamodb::Config::new(&config),
            config,
        }
    }

    /// Connects to these endpoints.
    #[must_use]
    pub fn to(endpoints: &Endpoints) -> Self {
        Self::over(endpoints, http_client(endpoints), timeouts(), None)
    }

    /// Connects to servers in this process, which are reached at these endpoints from elsewhere. Other services are not reached.
    #[must_use]
    pub fn within(endpoints: &Endpoints, servers: Arc<dyn ServersInProcess>) -> Self {
        Self::over(endpoints, in_process::client(servers), TimeoutConfig::disabled(), None)
    }

    /// Connects as [`Connection::within`] does, with a watcher that sees every call. The SDK makes its usual number of
    /// attempts but does not wait in between, and connections do not share a retry quota.
    #[must_use]
    pub fn watched(
        endpoints: &Endpoints,
        servers: Arc<dyn ServersInProcess>,
        watcher: Arc<dyn CallWatcher>,
    ) -> Self {
        let client = calls::watched(in_process::client(servers), watcher);
        Self::over(endpoints, client, TimeoutConfig::disabled(), Some(calls::eager_retries()))
    }

    fn over(
        endpoints: &Endpoints,
        client: SharedHttpClient,
        timeouts: TimeoutConfig,
        retries: Option<RetryConfig>,
    ) -> Self {
        let credentials =
            Credentials::new(&endpoints.access_key_id, &endpoints.secret_access_key, None, None, "filmless");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(endpoints.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(client)
            .timeout_config(timeouts)
            .build();
        let mut s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true);
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(&config).endpoint_url(&endpoints.dynamodb);
        if let Some(retries) = retries {
            let own = || RetryPartition::custom("watched").build();
            s3 = s3.retry_config(retries.clone()).retry_partition(own());
            dynamodb = dynamodb.retry_config(retries).retry_partition(own());
        }
        Self {
            s3_config: s3.clone().endpoint_url(&endpoints.s3).build(),
            s3_public_config: s3.endpoint_url(&endpoints.s3_public).build(),
            dynamodb_config: dynamodb.build(),
            config,
        }
    }

    /// A bucket.
    #[must_use]
    pub fn bucket(&self, name: &str) -> Bucket {
        let client = aws_sdk_s3::Client::from_conf(self.s3_config.clone());
        let public = aws_sdk_s3::Client::from_conf(self.s3_public_config.clone());
        Bucket::new(client, public, name.to_owned())
    }

    /// The index.
    #[must_use]
    pub fn index(&self, table: &str) -> Index {
        Index::new(aws_sdk_dynamodb::Client::from_conf(self.dynamodb_config.clone()), table.to_owned())
    }

    /// The SQS client.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// The SNS client; it tries once, because a message must not go out twice.
    #[must_use]
    pub fn sns(&self) -> aws_sdk_sns::Client {
        let config = aws_sdk_sns::config::Builder::from(&self.config);
        aws_sdk_sns::Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
    }

    /// The SES client; it tries once, because a message must not go out twice.
    #[must_use]
    pub fn ses(&self) -> aws_sdk_ses::Client {
        let config = aws_sdk_ses::config::Builder::from(&self.config);
        aws_sdk_ses::Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
    }

    /// The client of a WebSocket API, which is reached at this address: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`.
    #[must_use]
    pub fn api_gateway(&self, address: &str) -> aws_sdk_apigatewaymanagement::Client {
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(&self.config);
        aws_sdk_apigatewaymanagement::Client::from_conf(config.endpoint_url(address).build())
    }

    /// The KMS client.
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        aws_sdk_kms::Client::new(&self.config)
    }
}

/// Local servers speak HTTP; then no certificates need to be read.
fn http_client(endpoints: &Endpoints) -> SharedHttpClient {
    let is_plain = |url: &String| url.starts_with("http://");
    if [&endpoints.s3, &endpoints.dynamodb].into_iter().all(is_plain) {
        return Builder::new().build_http();
    }
    https_client()
}

fn https_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build()
}
