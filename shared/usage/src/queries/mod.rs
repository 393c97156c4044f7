//! The named queries. The same SQL runs on Athena and DuckDB, and [`Asked`] answers each without either.

mod answer;
mod asked;
mod event;
mod of_month;
mod over_time;
mod query;

use crate::Month;

pub use answer::{Answer, Value};
pub use asked::Asked;

/// A named query.
#[derive(Debug, Clone, Copy)]
pub struct NamedQuery {
    /// Its name.
    pub name: &'static str,
    /// Its SQL; every `?` is the month.
    pub sql: &'static str,
}

macro_rules! queries {
    ($($name:literal),*) => {
        /// All named queries, by name.
        pub const QUERIES: &[NamedQuery] = &[$(NamedQuery {
            name: $name,
            sql: include_str!(concat!("../../../../infra/athena/queries/", $name, ".sql")),
        }),*];
    };
}
queries!("films", "messages", "month-end", "reach", "storage", "studies", "unit-cost");

impl NamedQuery {
    /// The query with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        QUERIES.iter().find(|query| query.name == name).copied()
    }

    /// What it answers, as its first line says.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.sql.lines().next().unwrap_or_default().trim_start_matches("-- ")
    }

    /// The query about a month, which then takes in the exports.
    #[must_use]
    pub fn asked(&self, month: Month) -> Option<Asked> {
        Asked::new(self.name, month)
    }

    /// The statement for a month. Drops comments, because one of them mentions the parameter.
    #[must_use]
    pub fn statement(&self, month: Month) -> String {
        let lines = self.sql.lines().filter(|line| !line.starts_with("--"));
        lines.collect::<Vec<_>>().join("\n").replace('?', &format!("'{month}'"))
    }
}

/// What DuckDB must run first: defines the tables of the queries. `root` is a folder or an `s3://` address with
/// `exports/` and `prices/`.
#[must_use]
pub fn duckdb_tables(root: &str) -> String {
    let root = root.trim_end_matches('/').replace('\'', "''");
    format!(
        "CREATE VIEW usage_events AS SELECT * FROM read_parquet('{root}/exports/events/*/*/*.parquet', \
         hive_partitioning = true, union_by_name = true, hive_types = {{'month': VARCHAR, 'day': VARCHAR}});\n\
         CREATE VIEW usage_prices AS SELECT * REPLACE (coalesce(modality, '') AS modality) FROM \
         read_csv('{root}/prices/prices.csv', header = true, types = {{'item': 'VARCHAR', 'modality': 'VARCHAR', \
         'valid_from': 'VARCHAR', 'price_vnd': 'BIGINT', 'per': 'BIGINT', 'unit': 'VARCHAR', 'note': 'VARCHAR'}});\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_says_what_it_answers_and_takes_the_month() {
        for query in QUERIES {
            assert!(query.sql.starts_with("-- "), "{}", query.name);
            let statement = query.statement("2026-11".parse().unwrap());
            assert!(statement.contains("'2026-11'") && !statement.contains('?'), "{}", query.name);
        }
        assert!(NamedQuery::find("films").unwrap().about().starts_with("Films avoided"));
        assert!(NamedQuery::find("no such").is_none());
    }

    #[test]
    fn every_named_query_is_answered_and_an_empty_ledger_too() {
        for query in QUERIES {
            let asked = query.asked("2026-11".parse().unwrap()).unwrap();
            assert!(
                asked.answer(&crate::Prices::parse(crate::prices::DEFAULT_PRICES).unwrap()).rows.is_empty()
            );
        }
    }
}
