//! The lines of the ledger behind a figure. No images, no names.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{LinesAsked, LinesPage};
use filmless_domain::StoredCode;
use filmless_domain::staff::Act;
use filmless_domain::usage::Reversal;
use serde::Deserialize;

use super::table::{dong, lines_address, sum};
use crate::pages::answer::page;
use crate::pages::staff::console::Console;
use crate::pages::staff::frame::StaffFrame;
use crate::pages::staff::trouble::Trouble;
use crate::pages::staff::usage::{or_unknown, payer_words};
use crate::texts::console;

#[derive(Template)]
#[template(path = "staff/finance_lines.html")]
struct LinesShown<'a> {
    frame: StaffFrame<'a>,
    month: &'a str,
    choices: Vec<String>,
    figure: String,
    rows: Vec<[String; 7]>,
    is_first: bool,
    next: Option<String>,
}

/// Which lines. A blank field means all; `-` means unknown.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    month: String,
    department: String,
    payer: String,
    after: u64,
}

impl Asked {
    fn department(&self) -> Option<&str> {
        chosen(&self.department)
    }

    fn payer(&self) -> Option<&str> {
        Some(self.payer.as_str()).filter(|payer| !payer.is_empty())
    }
}

fn chosen(text: &str) -> Option<&str> {
    match text {
        "" => None,
        "-" => Some(""),
        text => Some(text),
    }
}

/// `GET /staff/finance/lines`
pub(crate) async fn show(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let lines = LinesAsked {
        month: asked.month.clone(),
        department: asked.department().map(str::to_owned),
        payer: asked.payer().map(str::to_owned),
        after: asked.after,
    };
    let LinesPage { lines, after } = console.desk.usage_lines(&lines).await.map_err(console.trouble())?;
    let month = console.desk.usage_month(&asked.month).await.map_err(console.trouble())?;
    let is_in = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
    let figure = sum(&month, |group| {
        is_in(asked.department(), &group.department) && is_in(asked.payer(), &group.payer)
    });
    let frame = console.frame();
    let language = frame.language;
    let row = |line: &filmless_delivery::staff::ChargeLine| {
        let why = match StoredCode::read(&line.reason) {
            StoredCode::Known(Reversal::Recalled) => frame.t.finance.was_recalled.to_owned(),
            StoredCode::Known(Reversal::OrderChanged) => frame.t.finance.was_moved.to_owned(),
            StoredCode::Unknown(code) => console::hold_reason(language, &StoredCode::read(&code)).to_owned(),
        };
        [
            line.day.to_string(),
            line.accession_number.clone(),
            line.service_code.clone(),
            or_unknown(&frame, &line.department),
            payer_words(&frame, line.payer),
            dong(line.amount_vnd, language),
            why,
        ]
    };
    let rows = lines.iter().map(row).collect();
    let mut choices = Vec::new();
    choices.extend(asked.department().map(|name| or_unknown(&frame, name)));
    choices.extend(asked.payer().map(|payer| payer_words(&frame, payer)));
    let filters: Vec<(&str, &str)> = [("department", asked.department()), ("payer", asked.payer())]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect();
    let next = after.map(|after| format!("{}&after={after}", lines_address(&asked.month, &filters)));
    let shown = LinesShown {
        month: &asked.month,
        choices,
        figure: dong(figure.charged_vnd, language),
        rows,
        is_first: asked.after == 0,
        next,
        frame,
    };
    Ok(page(StatusCode::OK, &shown)?)
}
