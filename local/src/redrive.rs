//! `filmless redrive`: the dead letters.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use filmless_delivery::upkeep::dead_letters::{DeadLetterLine, DeadObject, line};
use filmless_embedded::{DurableQueue, RetryPolicy};
use filmless_runtime::dead_letters_from_env;
use filmless_store::port::{DeadLetters, QueueName};
use serde_json::json;

use crate::cli::{QueueWord, RedriveOptions};
use crate::counted::counted;
use crate::instance::Running;
use crate::print::print;

pub async fn run(options: RedriveOptions) -> anyhow::Result<ExitCode> {
    let letters: Arc<dyn DeadLetters> = if options.system.env {
        dead_letters_from_env().await?
    } else {
        let running = Running::find(&options.system.target)?;
        let queues = DurableQueue::attach(&running.data, RetryPolicy::default()).await;
        Arc::new(queues.context("the queues cannot be opened")?)
    };
    let queues = options.queue.map_or_else(|| QueueName::ALL.to_vec(), |word| vec![queue_of(word)]);
    let mut lines = Vec::new();
    for queue in &queues {
        let found = letters.list(*queue).await.context("a dead-letter queue does not answer")?;
        lines.extend(found.iter().map(|message| line(*queue, message)));
    }
    let mut sent_back = 0;
    if let (Some(word), false) = (options.queue, options.dry_run) {
        let sent = letters.redrive(queue_of(word)).await;
        sent_back = sent.context("not all could be sent back; run it again")?;
    }
    if options.system.json {
        print(&json!({ "dead_letters": lines, "sent_back": sent_back }).to_string());
    } else {
        print(&text(&lines, sent_back));
    }
    Ok(ExitCode::SUCCESS)
}

fn text(lines: &[DeadLetterLine], sent_back: usize) -> String {
    let row = |line: &DeadLetterLine| {
        let sent_at = line.sent_at.map(|at| format!("{at:.0}")).unwrap_or_default();
        let object = |object: &DeadObject| {
            let version = object.version_id.as_deref().unwrap_or("-");
            let size =
                object.size_bytes.map(|bytes| format!(" ({})", counted(bytes, "byte"))).unwrap_or_default();
            format!("{}/{}… version {version}{size}", object.bucket, object.folder)
        };
        let what = match &line.study_instance_uid {
            Some(study) => study.as_str().to_owned(),
            None => line.objects.iter().map(object).collect::<Vec<_>>().join(", "),
        };
        let why = line.last_error.as_deref().unwrap_or("-");
        format!("{:<9} {:<15} {:>2}x  {sent_at:<20} {why:<22} {what}", line.queue, line.task, line.receives)
    };
    let mut rows: Vec<String> = lines.iter().map(row).collect();
    rows.push(format!("{}, {sent_back} sent back.", counted(lines.len(), "dead letter")));
    rows.join("\n")
}

const fn queue_of(word: QueueWord) -> QueueName {
    match word {
        QueueWord::Intake => QueueName::Intake,
        QueueWord::Settle => QueueName::Settle,
        QueueWord::Downloads => QueueName::Downloads,
        QueueWord::Release => QueueName::Release,
        QueueWord::Notices => QueueName::Notices,
    }
}
