//! The ports that have no embedded form: a clock, and providers of messages.

use std::sync::Mutex;

use async_trait::async_trait;
use filmless_store::port::{Clock, Email, EmailGateway, PortError, Sms, SmsGateway};
use jiff::Timestamp;

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct Standing(Mutex<Timestamp>);

impl Standing {
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap() = now;
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Takes every message.
pub struct Post;

#[async_trait]
impl SmsGateway for Post {
    async fn send(&self, sms: &Sms) -> Result<String, PortError> {
        Ok(format!("sms-{}", sms.idempotency_key))
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[async_trait]
impl EmailGateway for Post {
    async fn send(&self, email: &Email) -> Result<String, PortError> {
        Ok(format!("email-{}", email.idempotency_key))
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}
