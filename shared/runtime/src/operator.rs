//! What an operator's command gets on AWS, where its environment has the variables of all functions.

use std::sync::Arc;

use filmless_delivery::{Services, Settings};
use filmless_store::aws::SqsDeadLetters;
use filmless_store::port::DeadLetters;
use filmless_store::{Bucket, Index};

use crate::environment::Environment;
use crate::parts::{all_queues, common_of, connect, messengers_of, release_of};
use crate::{ConfigError, settings};

const PROGRAM: &str = "filmless";

/// For a command that does the work of several functions.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn services_from_env() -> Result<Services, ConfigError> {
    let env = Environment::of(PROGRAM);
    let aws = connect(&env).await?;
    let settings = Settings {
        hospital: settings::hospital(&env)?,
        public_url: settings::public_url(&env)?,
        email_from: settings::email_from(&env)?,
        finance_report_to: settings::finance_report_to(&env),
        quiet_period: settings::quiet_period(&env)?,
        release_on: settings::release_on(&env)?,
        identity: settings::identity(&env)?,
        message_secrets: settings::message_secrets(&env)?,
        link_ttl: settings::link_ttl(&env)?,
        session_ttl: settings::session_ttl(&env)?,
        session_idle: settings::session_idle(&env)?,
        trusted_proxies: settings::trusted_proxies(&env)?,
        quiet_hours: settings::quiet_hours(&env)?,
        channels: settings::channels(&env)?,
        sms_countries: settings::sms_countries(&env)?,
        ..Settings::default()
    };
    let common = common_of(&env, &aws, all_queues(&env)?, settings)?;
    let release = release_of(&env, &aws, common.clone())?;
    Ok(Services {
        studies: aws.bucket(&env.required("STUDIES_BUCKET")?),
        derived: aws.bucket(&env.required("DERIVED_BUCKET")?),
        slips: release.slips,
        audit: aws.bucket(&env.required("AUDIT_BUCKET")?),
        usage: aws.bucket(&env.required("USAGE_BUCKET")?),
        index: common.index,
        queue: common.queue,
        messengers: messengers_of(&env, &aws)?,
        sealer: release.sealer,
        clock: common.clock,
        randomness: common.randomness,
        settings: common.settings,
    })
}

/// For a command that only looks where studies are.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn index_and_studies_from_env() -> Result<(Index, Bucket), ConfigError> {
    let env = Environment::of(PROGRAM);
    let aws = connect(&env).await?;
    Ok((aws.index(&env.required("INDEX_TABLE")?), aws.bucket(&env.required("STUDIES_BUCKET")?)))
}

/// For a command that reads the dead-letter queues.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn dead_letters_from_env() -> Result<Arc<dyn DeadLetters>, ConfigError> {
    let env = Environment::of(PROGRAM);
    let aws = connect(&env).await?;
    Ok(Arc::new(SqsDeadLetters::new(aws.sqs(), all_queues(&env)?)))
}
