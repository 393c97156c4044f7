//! `filmless daily`: runs what AWS starts by schedule, for systems with another scheduler.

use filmless_delivery::parts::Upkeep;
use std::process::ExitCode;

use anyhow::Context;
use run_upkeep::handler::{Job, UpkeepEvent, handle};

use crate::cli::SystemOptions;
use crate::counted::counted;
use crate::print::print;
use crate::system;

pub async fn run(options: SystemOptions) -> anyhow::Result<ExitCode> {
    let upkeep = Upkeep::from(system::services(&options).await?);
    let done = handle(&upkeep, UpkeepEvent { job: Job::Daily }).await.context("the daily job failed")?;
    if options.json {
        print(&serde_json::to_string(&done)?);
    } else {
        print(&format!(
            "{} to be called, {} erased",
            counted(done.unreached, "patient"),
            counted(done.erased, "study")
        ));
    }
    Ok(ExitCode::SUCCESS)
}
