//! Runs the runbook's own commands on a system.

use std::process::{Command, Stdio};

use crate::binary::binary;
use crate::patients::Patient;
use crate::system::System;

const RUNBOOK: &str = include_str!("../../../../docs/OPERATIONS.md");
const CONFIGURATION: &str = include_str!("../../../../docs/CONFIGURATION.md");

/// The commands in the code blocks of the runbook and its appendices, as a shell reads them, then those that its
/// sentences name. Commands that erase come last.
fn commands() -> Vec<String> {
    let (mut is_code, mut code) = (false, String::new());
    for line in RUNBOOK.lines().chain(CONFIGURATION.lines()) {
        match line.trim_start().strip_prefix("```") {
            Some(language) => is_code = !is_code && language == "sh",
            None if is_code => code.push_str(&format!("{}\n", line.trim())),
            None => {}
        }
    }
    let lines = code.replace("\\\n", " ");
    // Every second part of a line lies between two backticks. A fence gives no command here.
    let inline = RUNBOOK.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let mut commands: Vec<String> =
        lines.lines().chain(inline).filter(|line| line.starts_with("filmless ")).map(str::to_owned).collect();
    commands.sort_by_key(|command| command.contains(" erase "));
    commands
}

/// Runs every command that can run anywhere. Only addresses, folders, month, patient and study are this test's.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_runbook_does_what_it_says_on_a_running_system() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let system = System::start_in(folder.path(), &[]);
    let patient = Patient::other(&system, 4400).await;
    std::fs::write(
        place.path().join("reports.csv"),
        format!("{}-v1-sms.json,sms,delivered,2026-03-01T09:00:00+07:00\n", patient.study.uid),
    )
    .unwrap();
    let folders = [
        ("/var/lib/filmless", folder.path().to_str().unwrap().to_owned()),
        ("/var/backups/filmless", place.path().join("backups").to_str().unwrap().to_owned()),
        ("/srv/filmless-restored", place.path().join("restored").to_str().unwrap().to_owned()),
    ];
    let month = jiff::Zoned::now().strftime("%Y-%m").to_string();
    let all = commands();
    let mut run = 0;
    for written in &all {
        // `up` is already running.
        if written.starts_with("filmless up ") {
            continue;
        }
        let mut line = written.replace(" STUDY", &format!(" {}", patient.study.uid));
        line = line.replace(" PATIENT", &format!(" {}", patient.study.patient_id)).replace("2026-11", &month);
        line = line.replacen("filmless", binary().to_str().unwrap(), 1).replace(" --env", "");
        for (from, to) in &folders {
            line = line.replace(from, to);
        }
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(place.path()).stdin(Stdio::null());
        let output = command.env("FILMLESS_DATA", folder.path()).output().unwrap();
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{written}: {told}");
        run += 1;
    }
    assert!(run > 30 && all.len() - run == 1, "{run} of {} commands were run", all.len());
    // The accounts are as the block leaves them.
    let (_, accounts) = system.command(&["staff-account", "list"]);
    assert!(accounts.contains("nam") && !accounts.contains("lan"), "{accounts}");
}
