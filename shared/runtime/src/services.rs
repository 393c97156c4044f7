use std::sync::Arc;

use filmless_delivery::Services;
use filmless_store::Connection;
use filmless_store::aws::{KmsSealer, SesGateway, SnsGateway, SqsDeadLetters, SqsQueue};
use filmless_store::port::{DeadLetters, OsRandomness, SystemClock};

use crate::Config;

/// Connects a function to AWS, or to whatever the SDK's own settings name.
pub async fn services_from(config: Config) -> Services {
    let connection = Connection::from_settings(config.s3_public_url.as_deref(), config.s3_path_style).await;
    Services {
        studies: connection.bucket(&config.studies_bucket),
        derived: connection.bucket(&config.derived_bucket),
        slips: connection.bucket(&config.slips_bucket),
        audit: connection.bucket(&config.audit_bucket),
        usage: connection.bucket(&config.usage_bucket),
        index: connection.index(&config.index_table),
        queue: Arc::new(SqsQueue::new(connection.sqs(), config.queues)),
        sms: Arc::new(SnsGateway::new(connection.sns(), config.sms_sender_id)),
        email: Arc::new(SesGateway::new(connection.ses(), config.ses_configuration_set)),
        sealer: Arc::new(KmsSealer::new(connection.kms(), config.seal_key_id)),
        clock: Arc::new(SystemClock),
        randomness: Arc::new(OsRandomness),
        settings: Arc::new(config.settings),
    }
}

/// The dead-letter queues of the queues that the configuration names.
pub async fn dead_letters_from(config: Config) -> Arc<dyn DeadLetters> {
    let connection = Connection::from_settings(config.s3_public_url.as_deref(), config.s3_path_style).await;
    Arc::new(SqsDeadLetters::new(connection.sqs(), config.queues))
}

/// What Lambda says the function has of memory.
#[must_use]
pub fn function_memory_mib() -> Option<u64> {
    std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok()?.parse().ok()
}
