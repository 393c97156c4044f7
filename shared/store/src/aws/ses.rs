use async_trait::async_trait;
use aws_sdk_ses::Client;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use filmless_domain::Channel;

use super::sending_error;
use crate::port::{Message, Messenger, PortError};

/// Email through SES.
#[derive(Debug, Clone)]
pub struct SesGateway {
    client: Client,
    configuration_set: Option<String>,
}

impl SesGateway {
    /// `configuration_set` is where SES reports bounces and complaints.
    #[must_use]
    pub fn new(client: Client, configuration_set: Option<String>) -> Self {
        Self { client, configuration_set }
    }
}

#[async_trait]
impl Messenger for SesGateway {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    async fn send(&self, message: &Message) -> Result<String, PortError> {
        let Message::Email(email) = message else {
            return Err(PortError::refused("SendRawEmail", "a message that is no email"));
        };
        let raw = RawMessage::builder().data(Blob::new(email.raw.clone())).build();
        let raw = raw.map_err(|e| PortError::Refused { operation: "SendRawEmail", source: Box::new(e) })?;
        let request = self
            .client
            .send_raw_email()
            .source(&email.from)
            .destinations(&email.to)
            .set_configuration_set_name(self.configuration_set.clone())
            .raw_message(raw);
        Ok(request.send().await.map_err(sending_error("SendRawEmail"))?.message_id().to_owned())
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}
