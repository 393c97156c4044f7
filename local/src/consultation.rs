//! `filmless consultation`: what was signed, verified without asking the system that stores it.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use filmless_consult::{Verified, VerifiedMinutes, verify};
use serde_json::json;

use crate::cli::{ConsultationAct, ConsultationOptions};
use crate::counted::counted;
use crate::print::print;

pub fn run(options: &ConsultationOptions) -> anyhow::Result<ExitCode> {
    let ConsultationAct::Verify { files } = &options.act;
    let parts: Vec<String> = files.iter().map(|file| text_of(file)).collect::<Result<_, _>>()?;
    match verify(&parts.concat()) {
        Ok(verified) => {
            print(&if options.json { as_json(&verified) } else { told(&verified) });
            Ok(ExitCode::SUCCESS)
        }
        Err(unverified) => {
            eprintln!("filmless: {unverified}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn text_of(file: &Path) -> anyhow::Result<String> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn told(verified: &Verified) -> String {
    let Verified { consultation, head, is_ended, minutes, documents } = verified;
    let mut told = format!(
        "The record of consultation {consultation} holds {}, and names {}: all are here.\nHead {}",
        counted(head.sequence, "line"),
        counted(*documents as u64, "signed document"),
        head.digest
    );
    if !is_ended {
        told.push_str(
            "\nThe record does not say that the meeting ended: its time ran out, or its end was cut off.",
        );
    }
    for VerifiedMinutes { version, digest, head, signatures } in minutes {
        let signed = counted(*signatures as u64, "signature");
        told.push_str(&format!(
            "\nMinutes, version {version}: {digest}, {signed}, written after line {} ({})",
            head.sequence, head.digest
        ));
    }
    told
}

fn as_json(verified: &Verified) -> String {
    let Verified { consultation, head, is_ended, minutes, documents } = verified;
    let version = |it: &VerifiedMinutes| json!({ "version": it.version, "digest": it.digest, "head": it.head, "signatures": it.signatures });
    let minutes: Vec<_> = minutes.iter().map(version).collect();
    json!({ "consultation": consultation, "head": head, "is_ended": is_ended, "minutes": minutes, "documents": documents })
        .to_string()
}
