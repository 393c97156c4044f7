//! The ports on AWS.

mod api_gateway;
mod kms;
mod ses;
mod sns;
mod sqs;
mod sqs_dead_letters;

pub use api_gateway::ApiGatewayRoom;
pub use kms::KmsSealer;
pub use ses::SesGateway;
pub use sns::SnsGateway;
pub use sqs::{QueueUrls, SqsQueue};
pub use sqs_dead_letters::SqsDeadLetters;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::port::PortError;

/// A missing answer is a separate error: a message that may have gone out must not be sent again by accident.
fn sending_error<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> PortError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    move |error| match error {
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) | SdkError::DispatchFailure(_) => {
            PortError::Unanswered { operation, source: Box::new(error) }
        }
        error => port_error(operation)(error),
    }
}

/// Throttling, time-outs and server errors can be retried; every other answer is final.
fn port_error<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> PortError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    move |error| {
        let code = error.code().unwrap_or_default();
        let is_throttled = [
            "Throttl",
            "TooManyRequests",
            "LimitExceeded",
            "ServiceUnavailable",
            "InternalFailure",
            "InternalError",
        ]
        .iter()
        .any(|word| code.contains(word));
        let source = Box::new(error);
        match *source {
            SdkError::ServiceError(_) if !is_throttled => PortError::Refused { operation, source },
            _ => PortError::Unavailable { operation, source },
        }
    }
}
