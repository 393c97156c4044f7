//! Objects, index, accounts, queues, SMS and email. The only crate that names the AWS SDK.

pub mod port;
