//! `filmless status`: where studies are.

use std::fmt::Write;
use std::process::ExitCode;

use anyhow::Context;
use filmless_delivery::staff::status::{Status, StudyStatus, status};
use filmless_domain::StudyInstanceUid;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_runtime::index_and_studies_from_env;
use filmless_store::{Bucket, Index};

use crate::cli::{StatusOptions, SystemOptions};
use crate::instance::{INDEX_TABLE, Running, STUDIES_BUCKET};
use crate::print::print;

pub async fn run(options: StatusOptions) -> anyhow::Result<ExitCode> {
    let study = options.study.as_deref().map(StudyInstanceUid::parse).transpose();
    let study = study.context("the study is not a Study Instance UID")?;
    let (index, studies) = storage(&options.system).await?;
    let found = status(&index, &studies, study.as_ref(), i32::from(options.days)).await;
    let mut found = found.context("the system does not answer; is `filmless up` running?")?;
    found.studies.retain(|study| is_wanted(&options, study));
    if is_narrowed(&options) {
        // A refused file has no known patient or modality.
        found.quarantined.retain(|refusal| options.reason.as_deref() == Some(refusal.code.code()));
        found.quarantined_more = 0;
    }
    if options.system.json {
        print(&serde_json::to_string(&found)?);
    } else {
        print(&table(&found));
    }
    let is_missing = study.is_some() && found.studies.is_empty();
    if is_missing {
        eprintln!("filmless: no instance of this study has arrived");
    }
    Ok(if is_missing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether a filter was given that only applies to studies.
fn is_narrowed(options: &StatusOptions) -> bool {
    [&options.state, &options.reason, &options.patient, &options.modality].iter().any(|asked| asked.is_some())
}

fn is_wanted(options: &StatusOptions, study: &StudyStatus) -> bool {
    let is = |asked: &Option<String>, found: Option<&str>| {
        asked.as_deref().is_none_or(|asked| found.is_some_and(|found| found.eq_ignore_ascii_case(asked)))
    };
    let has = |asked: &String| study.modalities.iter().any(|found| found.eq_ignore_ascii_case(asked));
    is(&options.state, Some(&study.state))
        && is(&options.reason, study.reason.as_ref().map(|reason| reason.code.code()))
        && is(&options.patient, study.patient_id.as_deref())
        && options.modality.as_ref().is_none_or(has)
}

async fn storage(options: &SystemOptions) -> anyhow::Result<(Index, Bucket)> {
    if options.env {
        return Ok(index_and_studies_from_env().await?);
    }
    let connection = Running::find(&options.target)?.connection()?;
    Ok((connection.index(INDEX_TABLE), connection.bucket(STUDIES_BUCKET)))
}

pub(crate) fn table(status: &Status) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<10} {:<16} {:<10} {:<14} {:<18} {:<8} {:>6} {:>6}  STUDY",
        "STATE", "RECEIVED", "TAKEN", "PATIENT", "ACCESSION", "MODALITY", "SERIES", "IMAGES"
    );
    for study in &status.studies {
        text.push_str(&row(study));
    }
    if status.studies.is_empty() {
        text.push_str("no studies\n");
    }
    for (title, is_note) in [("REFUSED", false), ("PASSED OVER", true)] {
        let objects: Vec<_> = status.quarantined.iter().filter(|object| object.is_note == is_note).collect();
        if !objects.is_empty() {
            let _ = writeln!(text, "\n{title}: {}", objects.len());
        }
        for object in objects {
            let _ = writeln!(
                text,
                "{:<28} {}{}\n{:<28} {}",
                object.code.code(),
                one_line(&object.key),
                object.accession_number.iter().map(|number| format!("  order {number}")).collect::<String>(),
                "",
                object.message
            );
        }
    }
    if status.quarantined_more > 0 {
        let _ =
            writeln!(text, "and {} more, older ones: `aws s3 ls` below quarantine/", status.quarantined_more);
    }
    text.trim_end().to_owned()
}

/// A key on one line, whatever characters it contains.
fn one_line(key: &str) -> String {
    key.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

fn row(study: &StudyStatus) -> String {
    let accession = study.accession_number.as_deref().unwrap_or("-");
    let mut text = format!(
        "{:<10} {:<16} {:<10} {:<14} {:<18} {:<8} {:>6} {:>6}  {}\n",
        study.state,
        study.received_at.to_zoned(HOSPITAL_TIME).strftime("%Y-%m-%d %H:%M").to_string(),
        study.study_date.map_or_else(|| "-".to_owned(), |date| date.to_string()),
        study.patient_id.as_deref().unwrap_or("-"),
        accession,
        study.modalities.join(","),
        study.series,
        study.instances,
        study.study_instance_uid
    );
    if let Some(reason) = &study.reason {
        let _ = writeln!(text, "           {}: {}", reason.code.code(), reason.message);
    }
    for notice in &study.notices {
        let since = match notice.reached_by.as_deref() {
            Some("opened") => "; the patient has opened the study since".to_owned(),
            Some(channel) => format!("; the patient was told by {channel}"),
            None => String::new(),
        };
        let _ = writeln!(text, "           {} {}{since}", notice.channel, notice.state);
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use filmless_delivery::staff::status::Reason;
    use filmless_domain::HoldReason;

    use super::*;
    use crate::cli::{Cli, Command};

    fn options(words: &[&str]) -> StatusOptions {
        match Cli::parse_from([&["filmless", "status"], words].concat()).command {
            Command::Status(options) => options,
            other => panic!("{other:?}"),
        }
    }

    fn study() -> StudyStatus {
        StudyStatus {
            study_instance_uid: "1.2.3".into(),
            accession_number: Some("CT.1".into()),
            patient_id: Some("N26-1".into()),
            study_date: Some("2020-11-23".parse().unwrap()),
            state: "held".into(),
            reason: Some(Reason { code: HoldReason::NoOrder.into(), message: "No order.".into() }),
            modalities: vec!["CT".into(), "SR".into()],
            series: 1,
            instances: 2,
            received_at: "2026-11-28T18:30:00Z".parse().unwrap(),
            last_received_at: "2026-11-28T18:30:00Z".parse().unwrap(),
            released_at: None,
            notices: Vec::new(),
        }
    }

    #[test]
    fn a_study_is_listed_if_it_is_all_that_is_asked_for() {
        for (words, expected) in [
            (vec![], true),
            (vec!["--state", "HELD"], true),
            (vec!["--state", "released"], false),
            (vec!["--reason", "no-order"], true),
            (vec!["--reason", "two-patients"], false),
            (vec!["--patient", "n26-1"], true),
            (vec!["--patient", "N26"], false),
            (vec!["--modality", "sr"], true),
            (vec!["--modality", "MR"], false),
            (vec!["--state", "held", "--modality", "CT", "--patient", "N26-1"], true),
            (vec!["--state", "held", "--modality", "MR", "--patient", "N26-1"], false),
        ] {
            assert_eq!(is_wanted(&options(&words), &study()), expected, "{words:?}");
        }
        let nameless = StudyStatus { patient_id: None, reason: None, ..study() };
        assert!(!is_wanted(&options(&["--patient", "N26-1"]), &nameless));
        assert!(!is_wanted(&options(&["--reason", "no-order"]), &nameless));
        assert!(is_narrowed(&options(&["--modality", "CT"])) && !is_narrowed(&options(&["--days", "7"])));
    }

    #[test]
    fn a_row_has_the_day_of_the_images_and_the_hour_at_the_hospital() {
        let status = Status { studies: vec![study()], quarantined: Vec::new(), quarantined_more: 0 };
        let text = table(&status);
        let row = text.lines().nth(1).unwrap();
        assert!(row.starts_with("held       2026-11-29 01:30 2020-11-23 N26-1"), "{text}");
        assert!(text.contains("no-order: No order."), "{text}");
        let undated = Status { studies: vec![StudyStatus { study_date: None, ..study() }], ..status };
        assert!(table(&undated).contains("01:30 -          N26-1"), "{}", table(&undated));
    }
}
