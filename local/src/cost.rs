//! `filmless cost`: what a study costs.

use std::fmt::Write;
use std::io::Read;
use std::process::ExitCode;

use anyhow::Context;
use filmless_domain::cost::{Calls, Cost, Prices, StudyShape};
use serde_json::json;

use crate::cli::CostOptions;
use crate::counted::counted;
use crate::print::print;

pub fn run(options: &CostOptions) -> anyhow::Result<ExitCode> {
    let prices = match &options.prices {
        None => Prices::default(),
        Some(file) => {
            let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            serde_json::from_slice(&text)
                .with_context(|| format!("{} is not a price list", file.display()))?
        }
    };
    let shapes = shapes(options)?;
    if options.json {
        let studies: Vec<_> = shapes
            .iter()
            .map(|shape| {
                let calls = Calls::of(shape.files, shape.series);
                json!({ "study": shape, "calls": calls, "usd": Cost::of(shape, &prices) })
            })
            .collect();
        print(&json!({ "prices": prices, "studies": studies }).to_string());
    } else {
        print(&table(&shapes, &prices));
    }
    Ok(ExitCode::SUCCESS)
}

fn shapes(options: &CostOptions) -> anyhow::Result<Vec<StudyShape>> {
    let Some(file) = &options.studies else { return Ok(StudyShape::usual()) };
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
        text
    } else {
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            serde_json::from_str(line).with_context(|| format!("line {} is not a study", number + 1))
        })
        .collect()
}

fn table(shapes: &[StudyShape], prices: &Prices) -> String {
    let mut text =
        String::from("US dollars    delivery   messages  a viewing  first year  ten years      total\n");
    let (mut delivery, mut total) = (0.0, 0.0);
    for shape in shapes {
        let cost = Cost::of(shape, prices);
        delivery += cost.delivery;
        total += cost.total_first_year;
        let _ = writeln!(
            text,
            "{:<12} {:>9.5}  {:>9.5}  {:>9.5}  {:>10.5}  {:>9.5}  {:>9.5}",
            shape.name,
            cost.delivery,
            cost.messages,
            cost.viewing,
            cost.first_year,
            cost.ten_years,
            cost.total_first_year
        );
    }
    let _ = write!(
        text,
        "{}: {delivery:.5} to deliver, {total:.5} with messages, viewings and the first year.",
        counted(shapes.len(), "study")
    );
    text
}
