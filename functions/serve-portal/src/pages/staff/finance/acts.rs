//! What finance can do here: start an export now, and set the budget of films.

use axum::Form;
use axum::response::Response;
use filmless_delivery::staff::Refusal;
use filmless_domain::staff::Act;
use serde::Deserialize;

use crate::pages::answer::see_other;
use crate::pages::staff::console::Console;
use crate::pages::staff::trouble::Trouble;

#[derive(Deserialize)]
pub(crate) struct Month {
    month: String,
}

#[derive(Deserialize)]
pub(crate) struct Budget {
    period: String,
    films: String,
}

/// `POST /staff/finance/export`: requests the export of a month, and leads back to the page that shows how it ends.
pub(crate) async fn export(console: Console, Form(asked): Form<Month>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    console.desk.ask_export(&asked.month).await.map_err(console.trouble())?;
    Ok(see_other("/staff/finance", [])?)
}

/// `POST /staff/finance/budget`: sets how many films may be printed in a month or year; a blank number removes the
/// budget.
pub(crate) async fn set_budget(console: Console, Form(typed): Form<Budget>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let digits: String = typed.films.chars().filter(|c| !matches!(c, '.' | ',' | ' ')).collect();
    let films = match digits.as_str() {
        "" => None,
        digits => Some(digits.parse().map_err(|_| console.trouble()(Refusal::BadBudget.into()))?),
    };
    console.desk.set_film_budget(typed.period.trim(), films).await.map_err(console.trouble())?;
    Ok(see_other("/staff/finance", [])?)
}
