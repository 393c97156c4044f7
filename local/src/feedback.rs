//! `filmless feedback`: records what a provider or relay reports of messages, for systems that send without AWS.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::process::ExitCode;

use anyhow::Context;
use filmless_delivery::notice::feedback::{Feedback, Recorded, read_report, record_feedback};
use filmless_delivery::notice::relay_report::{RelayReportError, read_relay_report};
use filmless_delivery::parts::Release;

use crate::cli::SystemOptions;
use crate::counted::counted;
use crate::print::print;
use crate::system;

/// Exit code 1 if a line could not be read or is about an unknown message.
pub async fn run(options: SystemOptions) -> anyhow::Result<ExitCode> {
    let release = Release::from(system::services(&options).await?);
    let (mut recorded, mut unknown, mut passed_over) = (0, 0, 0);
    let mut unread = BTreeMap::<String, usize>::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.context("standard input cannot be read")?;
        match read(&line) {
            Ok(Some(feedback)) => {
                let done =
                    record_feedback(&release, &feedback).await.context("a report could not be recorded")?;
                recorded += 1;
                unknown += usize::from(done == Recorded::OfUnknown);
            }
            Ok(None) => passed_over += 1,
            Err(error) => *unread.entry(error.to_string()).or_default() += 1,
        }
    }
    let refused = unread.values().sum::<usize>();
    if options.json {
        let done = serde_json::json!({
            "recorded": recorded, "unknown": unknown, "passed_over": passed_over, "unread": unread,
        });
        print(&done.to_string());
    } else {
        print(&format!(
            "{} recorded, {unknown} of them for messages that are not known (kept for a week); \
             {} passed over, {refused} not read.",
            counted(recorded, "report"),
            counted(passed_over, "line")
        ));
    }
    for (why, count) in &unread {
        eprintln!("filmless: {}: {why}", counted(count, "time"));
    }
    Ok(if unknown + refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `None` for lines that say nothing about delivery: SES events about other things, headings, empty lines.
fn read(line: &str) -> Result<Option<Feedback>, RelayReportError> {
    if let Some(feedback) = read_report(line) {
        return Ok(Some(feedback));
    }
    let is_of_aws = serde_json::from_str::<serde_json::Value>(line)
        .is_ok_and(|json| ["Message", "mail", "notification"].iter().any(|field| json.get(*field).is_some()));
    if is_of_aws { Ok(None) } else { read_relay_report(line) }
}
