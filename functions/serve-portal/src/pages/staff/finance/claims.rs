//! Compares claims to the insurance with what was delivered. Finance uploads a file; `export-usage` compares it with
//! the code of `filmless usage reconcile` and deletes it; this page shows the stored result. No content of a file
//! appears in an answer or a log.

use std::time::Duration;

use askama::Template;
use axum::body::to_bytes;
use axum::extract::{Path, Query, Request};
use axum::http::header::{CONTENT_TYPE, REFRESH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use filmless_delivery::staff::{CLAIMS_BYTES_MAX, ClaimsView, Reconciled, Refusal, RiskLine};
use filmless_domain::StoredCode;
use filmless_domain::number::grouped;
use filmless_domain::staff::Act;
use filmless_domain::usage::ClaimFinding;
use serde::Deserialize;

use super::sides::latest_months;
use super::table::dong;
use crate::multipart::{boundary_of, parts_of};
use crate::pages::answer::{page, see_other};
use crate::pages::moments::moment;
use crate::pages::staff::console::Console;
use crate::pages::staff::frame::StaffFrame;
use crate::pages::staff::trouble::Trouble;
use crate::pages::staff::usage::{or_unknown, payer_words};

/// Most bytes that are read of a body. More than a file may have, so that we can tell the sender of a larger one.
const BODY_BYTES_MAX: usize = 4 * CLAIMS_BYTES_MAX;
/// How long an upload may take.
const BODY_WAIT_MAX: Duration = Duration::from_secs(60);

#[derive(Template)]
#[template(path = "staff/finance_claims.html")]
struct ClaimsPage<'a> {
    frame: StaffFrame<'a>,
    month: String,
    months: Vec<String>,
    megabytes: usize,
    is_waiting: bool,
    failed: Option<(String, String)>,
    found: Option<Found>,
    list_url: Option<String>,
}

/// The result of the last comparison.
struct Found {
    at: String,
    facts: Vec<(&'static str, String)>,
    tables: Vec<Risk>,
}

/// Amounts at risk: name, rows, rows without an amount, amount.
struct Risk {
    title: &'static str,
    head: &'static str,
    rows: Vec<[String; 4]>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    month: String,
}

/// `GET /staff/finance/claims`
pub(crate) async fn show(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let mut months = latest_months();
    let month = if asked.month.is_empty() { months[0].clone() } else { asked.month };
    let ClaimsView { reconciled, attempt, has_list } =
        console.desk.claims(&month).await.map_err(console.trouble())?;
    let (waiting, _) = console.desk.usage_state().await.map_err(console.trouble())?;
    if !months.contains(&month) {
        months.push(month.clone());
    }
    let frame = console.frame();
    let failed = attempt.and_then(|attempt| Some((moment(frame.shared, attempt.at), attempt.failed?)));
    let is_waiting = waiting.claims.contains(&month);
    let shown = ClaimsPage {
        megabytes: CLAIMS_BYTES_MAX >> 20,
        is_waiting,
        failed,
        found: reconciled.map(|reconciled| Found::of(&frame, &reconciled)),
        list_url: has_list.then(|| format!("/staff/finance/claims/{month}/list")),
        month,
        months,
        frame,
    };
    let mut response = page(StatusCode::OK, &shown)?;
    if is_waiting {
        response.headers_mut().insert(REFRESH, HeaderValue::from_static("3"));
    }
    Ok(response)
}

/// `POST /staff/finance/claims`: a form with a month and a file. The body is read only if the sender may do this.
pub(crate) async fn upload(console: Console, request: Request) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let bad_form = || console.trouble()(Refusal::BadClaimsForm.into());
    let bad_size = || console.trouble()(Refusal::BadClaimsSize.into());
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(boundary_of).ok_or_else(bad_form)?.to_owned();
    let body = tokio::time::timeout(BODY_WAIT_MAX, to_bytes(request.into_body(), BODY_BYTES_MAX));
    let body = body.await.map_err(|_| bad_form())?.map_err(|_| bad_size())?;
    let parts = parts_of(&body, &boundary).ok_or_else(bad_form)?;
    let value =
        |name: &str| parts.iter().find(|part| part.name == name).map(|part| &body[part.value.clone()]);
    let month = value("month").and_then(|month| std::str::from_utf8(month).ok()).ok_or_else(bad_form)?;
    let file = value("file").ok_or_else(bad_form)?;
    console.desk.ask_reconcile(month, file.to_vec()).await.map_err(console.trouble())?;
    Ok(see_other(&format!("/staff/finance/claims?month={month}"), [])?)
}

/// `GET /staff/finance/claims/{month}/list`: leads to a presigned URL of the rows to correct.
pub(crate) async fn list(console: Console, Path(month): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let url = console.desk.claims_list_url(&month).await.map_err(console.trouble())?;
    Ok(see_other(&url, [])?)
}

impl Found {
    fn of(frame: &StaffFrame<'_>, reconciled: &Reconciled) -> Self {
        let (words, usage, language) = (frame.t.claims, frame.t.usage, frame.language);
        let number = |value: u64| grouped(i64::try_from(value).unwrap_or(i64::MAX), language);
        let sum = |of: fn(&filmless_delivery::staff::ReceivableGroup) -> i64| {
            dong(reconciled.groups.iter().map(of).sum(), language)
        };
        let facts = vec![
            (words.dossiers, number(reconciled.dossiers)),
            (words.lines, number(reconciled.claims)),
            (words.matched, number(reconciled.matched_claims)),
            (words.bad_rows, number(reconciled.bad_rows)),
            (words.other_rows, number(reconciled.other_rows)),
            (words.other_files, number(reconciled.other_files)),
            (words.claimed, sum(|group| group.claimed_vnd)),
            (words.accepted, sum(|group| group.accepted_vnd)),
            (words.at_risk, dong(reconciled.total.amount_vnd, language)),
        ];
        let row = |name: String, line: &RiskLine| {
            let amount = dong(line.amount_vnd, language);
            [name, number(line.rows), number(line.rows_without_amount), amount]
        };
        let total = || row(words.total_once.to_owned(), &reconciled.total);
        let findings = reconciled.findings.iter().map(|line| (StoredCode::read(&line.name), line));
        let claimed = findings.filter(|(kind, _)| *kind != ClaimFinding::StudyWithoutClaim.into());
        let finding = |(kind, line): (StoredCode<ClaimFinding>, _)| {
            row(kind.known().map_or(kind.code(), |kind| kind.words(language)).to_owned(), line)
        };
        let mut findings: Vec<_> = claimed.map(finding).collect();
        findings.push(total());
        let mut departments: Vec<_> =
            reconciled.departments.iter().map(|line| row(or_unknown(frame, &line.name), line)).collect();
        departments.push(total());
        let mut payers: Vec<_> =
            reconciled.payers.iter().map(|line| row(payer_words(frame, &line.name), line)).collect();
        payers.push(total());
        let unclaimed = vec![row(words.unclaimed.to_owned(), &reconciled.unclaimed)];
        let tables = vec![
            Risk { title: words.by_finding, head: words.finding, rows: findings },
            Risk { title: words.by_department, head: usage.department, rows: departments },
            Risk { title: words.by_payer, head: usage.payer, rows: payers },
            Risk { title: words.outside, head: words.finding, rows: unclaimed },
        ];
        Self { at: moment(frame.shared, reconciled.at), facts, tables }
    }
}
