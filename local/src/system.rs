//! The services behind an operator's command: those of a system on this machine, or those the functions' environment
//! names.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use filmless_delivery::Services;
use filmless_domain::staff::{Role, StaffMember};
use filmless_runtime::services_from_env;
use filmless_store::port::{OsRandomness, PortError, Queue, QueueName, SystemClock};
use filmless_store::sealing::LocalSealer;

use crate::cli::SystemOptions;
use crate::instance::{
    AUDIT_BUCKET, DERIVED_BUCKET, INDEX_TABLE, Running, SLIPS_BUCKET, STUDIES_BUCKET, USAGE_BUCKET,
};
use crate::up::outbox::OutboxFolder;
use crate::up::sealing_key;

pub async fn services(options: &SystemOptions) -> anyhow::Result<Services> {
    if options.env {
        return Ok(services_from_env().await?);
    }
    let running = Running::find(&options.target)?;
    let connection = running.connection()?;
    let outbox = OutboxFolder::new(&running.data).context("cannot open the outbox")?;
    Ok(Services {
        studies: connection.bucket(STUDIES_BUCKET),
        derived: connection.bucket(DERIVED_BUCKET),
        slips: connection.bucket(SLIPS_BUCKET),
        audit: connection.bucket(AUDIT_BUCKET),
        usage: connection.bucket(USAGE_BUCKET),
        index: connection.index(INDEX_TABLE),
        queue: Arc::new(SweptLater),
        messengers: outbox.messengers(),
        sealer: Arc::new(LocalSealer::new(&sealing_key::load_or_create(&running.data)?, OsRandomness)),
        clock: Arc::new(SystemClock),
        randomness: Arc::new(OsRandomness),
        settings: Arc::new(running.settings),
    })
}

/// The queues belong to the running process. What a command makes due waits in the outbox until that process sweeps it.
struct SweptLater;

#[async_trait]
impl Queue for SweptLater {
    async fn send(&self, _: QueueName, _: &str, _: Duration) -> Result<(), PortError> {
        let source = "the running system sends it within seconds".into();
        Err(PortError::Unavailable { operation: "send from the command line", source })
    }

    fn is_at_hand(&self) -> bool {
        false
    }
}

/// Anybody with access to storage may do everything; on AWS, IAM grants that access. The log names the operating
/// system's user and the machine.
pub fn operator() -> (StaffMember, String) {
    let user =
        std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
    let machine = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let member = StaffMember { subject: format!("cli:{user}"), name: user, roles: Role::ALL.into() };
    (member, Some(machine.trim()).filter(|m| !m.is_empty()).unwrap_or("this machine").to_owned())
}
