//! `filmless demo`: uploads a study as a hospital would, and shows what the patient gets.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use filmless_delivery::staff::status::{StudyStatus, status};
use filmless_domain::{ObjectKey, StudyInstanceUid, object_key};
use filmless_store::Served;
use indicatif::ProgressBar;
use mail_parser::MessageParser;

use crate::cli::DemoOptions;
use crate::instance::{SLIPS_BUCKET, STUDIES_BUCKET};
use crate::print::print;
use crate::send;
use crate::up::{Metrics, System, init_logging};

/// A head MRI of 16 slices, in the public domain; see `local/demo/PROVENANCE.md`.
const STUDY: &[u8] = include_bytes!("../demo/head-mr.zip");
const STUDY_INSTANCE_UID: &str = "1.2.826.0.1.3680043.2.1143.2592092611698916978113112155415165916";
const ORDER: &[u8] = include_bytes!("../demo/order.json");
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn run(options: DemoOptions) -> anyhow::Result<ExitCode> {
    let metrics = Metrics::new();
    init_logging(options.up.log_format, &metrics);
    let system = System::start(&options.up, metrics).await?;
    print(&serde_json::to_string(&system.running)?);
    let study = StudyInstanceUid::parse(STUDY_INSTANCE_UID)?;
    let is_there = system.services.index.study(&study).await?.is_some_and(|s| s.released_at.is_some());
    if is_there {
        eprintln!("The sample study is there from an earlier run.");
    } else {
        upload(&system).await.context("the upload failed")?;
    }
    let delivered = wait(&system, &study).await?;
    print(&what_the_patient_got(&system, &study, &delivered)?);
    if options.once {
        system.stop().await;
    } else {
        print(&format!("\nOpen {}/outbox to read the messages. Ctrl-C ends.", system.running.portal));
        system.until_stopped().await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Uploads over S3, with the AWS SDK, from files, as a hospital does.
async fn upload(system: &System) -> anyhow::Result<()> {
    let bucket = system.running.connection_of_uploader()?.bucket(STUDIES_BUCKET);
    let batch = send::new_batch()?;
    for (name, bytes, content_type) in [
        ("incoming/{}/head-mr.zip", STUDY, "application/zip"),
        ("orders/{}/order.json", ORDER, "application/json"),
    ] {
        let key = ObjectKey::parse(&name.replace("{}", &batch))?;
        bucket.put(&key, bytes, Served::uncached(content_type)).await?;
    }
    Ok(())
}

async fn wait(system: &System, study: &StudyInstanceUid) -> anyhow::Result<StudyStatus> {
    let started = Instant::now();
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    loop {
        let found =
            status(&system.services.index, &system.services.studies, Some(study), 1).await?.studies.pop();
        let state = found.as_ref().map_or("uploaded", |s| s.state.as_str()).to_owned();
        spinner.set_message(format!("{state} after {} s", started.elapsed().as_secs()));
        if let Some(found) = found
            && found.state == "released"
            // One that is being sent is not in the outbox yet.
            && found.notices.iter().all(|n| n.state != "pending" && n.state != "sending")
        {
            spinner.finish_and_clear();
            return Ok(found);
        }
        if started.elapsed() > PATIENCE {
            bail!("the study is still {state} after {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn what_the_patient_got(
    system: &System,
    study: &StudyInstanceUid,
    delivered: &StudyStatus,
) -> anyhow::Result<String> {
    let sms = system.outbox.sms().into_iter().next().context("no SMS was sent")?;
    let (file, email) = system.outbox.emails().into_iter().next().context("no email was sent")?;
    let email = MessageParser::default().parse(&email).context("the email cannot be read")?;
    let link =
        sms.text.split_whitespace().find(|word| word.contains("/x/")).context("the SMS has no link")?;
    let data = &system.running.data;
    let slip = data.join("buckets").join(SLIPS_BUCKET).join(object_key::slip_pdf(study, 1).as_str());
    Ok(format!(
        "\nA hospital uploaded a study of {} images. The patient got:\n\n\
         SMS to {} ({}, {} part)\n{}\n\n\
         Email \"{}\"\n  {}\n\n\
         Slip   {}\n\
         Link   {link}   (birth date 01/01/1966)",
        delivered.instances,
        sms.to,
        sms.encoding,
        sms.parts,
        sms.text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
        email.subject().unwrap_or_default(),
        data.join("outbox/email").join(file).display(),
        slip.display(),
    ))
}
