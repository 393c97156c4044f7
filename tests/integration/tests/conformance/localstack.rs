//! Buckets, queues, keys and a table on LocalStack, with names that no other test uses.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::types::{
    BucketVersioningStatus, Event, NotificationConfiguration, QueueConfiguration, VersioningConfiguration,
};
use aws_sdk_sqs::types::QueueAttributeName;
use filmless_store::aws::{KmsSealer, QueueUrls, SqsQueue};
use filmless_store::port::QueueName;
use filmless_store::{Connection, Endpoints};

use crate::backend::{Backend, Held, RECEIVES_MAX, Receiver};

const REGION: &str = "ap-southeast-1";

/// The address of LocalStack; starts it if it is not running.
pub fn endpoint() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../localstack/up");
    let output = Command::new(script).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    printed["endpoint"].as_str().unwrap().to_owned()
}

/// An account for this test alone: LocalStack reads an access key of twelve digits as an account number.
pub fn account() -> String {
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("{:012}", (nanoseconds / 1000 + u128::from(std::process::id())) % 1_000_000_000_000)
}

pub fn settings(endpoint: &str, account: &str) -> SdkConfig {
    let credentials = Credentials::new(account, "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .build()
}

pub async fn backend() -> Backend {
    let (endpoint, account) = (endpoint(), account());
    let config = settings(&endpoint, &account);
    let connection = Connection::to(&Endpoints {
        s3: endpoint.clone(),
        s3_public: endpoint.clone(),
        dynamodb: endpoint,
        region: REGION.into(),
        access_key_id: account.clone(),
        secret_access_key: "test".into(),
    });
    let receiver = SqsReceiver::create(aws_sdk_sqs::Client::new(&config)).await;
    let [studies, derived] = ["studies", "derived"].map(|name| format!("{name}-{account}"));
    make_buckets(&config, &studies, &derived, &receiver.arn(QueueName::Intake).await).await;
    let kms = aws_sdk_kms::Client::new(&config);
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap().key_id;
    let sealer = Arc::new(KmsSealer::new(kms, key));
    let queue = Arc::new(SqsQueue::new(receiver.client.clone(), receiver.urls.clone()));
    Backend::new(connection, [&studies, &derived, "filmless"], (queue, Box::new(receiver)), sealer, None)
        .await
}

async fn make_buckets(config: &SdkConfig, studies: &str, derived: &str, intake_arn: &str) {
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    for bucket in [studies, derived] {
        let place =
            aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(REGION.into());
        s3.create_bucket().bucket(bucket).create_bucket_configuration(place.build()).send().await.unwrap();
    }
    let versioned = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket(studies).versioning_configuration(versioned).send().await.unwrap();
    let announced = QueueConfiguration::builder().queue_arn(intake_arn).events(Event::S3ObjectCreated);
    let announced =
        NotificationConfiguration::builder().queue_configurations(announced.build().unwrap()).build();
    let request = s3.put_bucket_notification_configuration().bucket(studies);
    request.notification_configuration(announced).send().await.unwrap();
}

struct SqsReceiver {
    client: aws_sdk_sqs::Client,
    urls: QueueUrls,
}

impl SqsReceiver {
    async fn create(client: aws_sdk_sqs::Client) -> Self {
        let mut urls = Vec::new();
        for queue in QueueName::ALL {
            let name = queue.as_str();
            let dead = client.create_queue().queue_name(format!("{name}-dead")).send().await.unwrap();
            let dead = arn(&client, &dead.queue_url.unwrap()).await;
            let policy = format!(r#"{{"deadLetterTargetArn":"{dead}","maxReceiveCount":{RECEIVES_MAX}}}"#);
            let request = client.create_queue().queue_name(name);
            let request = request.attributes(QueueAttributeName::RedrivePolicy, policy);
            urls.push((queue, request.send().await.unwrap().queue_url.unwrap()));
        }
        let urls: [_; QueueName::ALL.len()] = urls.try_into().unwrap();
        Self { client, urls: urls.into() }
    }

    fn url(&self, queue: QueueName) -> &str {
        self.urls.of(queue).unwrap()
    }

    async fn arn(&self, queue: QueueName) -> String {
        arn(&self.client, self.url(queue)).await
    }

    async fn take(&self, url: &str, visibility: Duration, wait: Duration) -> Vec<Held> {
        let seconds = |time: Duration| i32::try_from(time.as_millis().div_ceil(1000)).unwrap();
        let request = self.client.receive_message().queue_url(url).max_number_of_messages(10);
        let request = request.visibility_timeout(seconds(visibility)).wait_time_seconds(seconds(wait));
        let count = aws_sdk_sqs::types::MessageSystemAttributeName::ApproximateReceiveCount;
        let answer = request.message_system_attribute_names(count.clone()).send().await.unwrap();
        let held = answer.messages.unwrap_or_default().into_iter().map(|message| Held {
            receive_count: message.attributes.unwrap()[&count].parse().unwrap(),
            body: message.body.unwrap(),
            receipt: message.receipt_handle.unwrap(),
        });
        held.collect()
    }
}

async fn arn(client: &aws_sdk_sqs::Client, url: &str) -> String {
    let request = client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::QueueArn);
    let answer = request.send().await.unwrap();
    answer.attributes.unwrap()[&QueueAttributeName::QueueArn].clone()
}

#[async_trait]
impl Receiver for SqsReceiver {
    async fn receive(&self, queue: QueueName, visibility: Duration, wait: Duration) -> Vec<Held> {
        self.take(self.url(queue), visibility, wait).await
    }

    async fn delete(&self, queue: QueueName, receipt: &str) {
        let request = self.client.delete_message().queue_url(self.url(queue));
        request.receipt_handle(receipt).send().await.unwrap();
    }

    async fn give_back(&self, queue: QueueName, receipt: &str) {
        let request = self.client.change_message_visibility().queue_url(self.url(queue));
        request.receipt_handle(receipt).visibility_timeout(0).send().await.unwrap();
    }

    async fn dead(&self, queue: QueueName, wait: Duration) -> Vec<String> {
        // Only a receive moves a message that was received too often.
        assert!(self.receive(queue, Duration::ZERO, Duration::ZERO).await.is_empty());
        let url = format!("{}-dead", self.url(queue));
        self.take(&url, Duration::ZERO, wait).await.into_iter().map(|held| held.body).collect()
    }
}
