//! The command line of Filmless, and everything on one machine. Exit codes: 0 done, 1 failed, 2 wrong use.

mod audit;
mod backup;
mod cli;
mod consultation;
mod cost;
mod counted;
mod daily;
mod demo;
mod feedback;
mod instance;
mod print;
mod reconcile;
mod redrive;
mod send;
mod staff;
mod staff_accounts;
mod status;
mod system;
mod up;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    // The decoder's process does one thing, and drops its rights before there are threads.
    if std::env::args().nth(1).is_some_and(|command| command == "render-child") {
        return filmless_decoder::serve();
    }
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Up(options) => up::run(options).await,
        Command::Demo(options) => demo::run(options).await,
        Command::Send(options) => send::run(options).await,
        Command::Status(options) => status::run(options).await,
        Command::Staff(options) => staff::run(options).await,
        Command::StaffAccount(options) => staff_accounts::run(options).await,
        Command::Feedback(options) => feedback::run(options).await,
        Command::Daily(options) => daily::run(options).await,
        Command::Audit(options) => audit::run(options).await,
        Command::Consultation(options) => consultation::run(&options),
        Command::Reconcile(options) => reconcile::run(options).await,
        Command::Rebuild(options) => reconcile::rebuild(options).await,
        Command::Redrive(options) => redrive::run(options).await,
        Command::Backup(options) => backup::run(options).await,
        Command::Restore(options) => backup::restore(options).await,
        Command::Cost(options) => cost::run(&options),
        Command::Usage(options) => usage::run(options).await,
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("filmless: {error:#}");
    ExitCode::FAILURE
}
