use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use filmless_domain::Channel;

use super::sending_error;
use crate::port::{Message, Messenger, PortError};

/// SMS through SNS.
#[derive(Debug, Clone)]
pub struct SnsGateway {
    client: Client,
    sender_id: Option<String>,
}

impl SnsGateway {
    /// `sender_id` is the registered brand name, where the country allows one.
    #[must_use]
    pub fn new(client: Client, sender_id: Option<String>) -> Self {
        Self { client, sender_id }
    }
}

#[async_trait]
impl Messenger for SnsGateway {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    async fn send(&self, message: &Message) -> Result<String, PortError> {
        let Message::Sms(sms) = message else {
            return Err(PortError::refused("Publish", "a message that is no SMS"));
        };
        let text =
            |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build();
        let attribute = |value: &str| {
            text(value).map_err(|e| PortError::Refused { operation: "Publish", source: Box::new(e) })
        };
        let mut request = self
            .client
            .publish()
            .phone_number(sms.to.as_str())
            .message(&sms.text)
            .message_attributes("AWS.SNS.SMS.SMSType", attribute("Transactional")?);
        if let Some(sender_id) = &self.sender_id {
            request = request.message_attributes("AWS.SNS.SMS.SenderID", attribute(sender_id)?);
        }
        let answer = request.send().await.map_err(sending_error("Publish"))?;
        Ok(answer.message_id().unwrap_or_default().to_owned())
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}
