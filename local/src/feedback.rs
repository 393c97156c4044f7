//! `filmless feedback`: what a provider reports of messages, for whoever sends them without AWS.

use std::io::BufRead;
use std::process::ExitCode;

use anyhow::Context;
use filmless_delivery::feedback::{read_report, record_feedback};

use crate::cli::SystemOptions;
use crate::{print, system};

pub async fn run(options: SystemOptions) -> anyhow::Result<ExitCode> {
    let services = system::services(&options).await?;
    let (mut recorded, mut passed_over) = (0, 0);
    for line in std::io::stdin().lock().lines() {
        let line = line.context("standard input cannot be read")?;
        match read_report(&line) {
            Some(feedback) => {
                record_feedback(&services, &feedback).await.context("a report could not be recorded")?;
                recorded += 1;
            }
            None => passed_over += 1,
        }
    }
    if options.json {
        print(&serde_json::json!({ "recorded": recorded, "passed_over": passed_over }).to_string());
    } else {
        print(&format!("{recorded} reports recorded, {passed_over} lines passed over"));
    }
    Ok(ExitCode::SUCCESS)
}
