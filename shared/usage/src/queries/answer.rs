//! The answer to a named query, and how to format it.

use serde_json::{Map, json};

use crate::UsageError;

/// The value of a field in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A number with two decimals, in hundredths.
    Hundredths(i64),
    /// No value.
    Null,
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Names of its columns.
    pub columns: &'static [&'static str],
    /// Its rows, in order.
    pub rows: Vec<Vec<Value>>,
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Hundredths(n) => {
                let sign = if *n < 0 { "-" } else { "" };
                format!("{sign}{}.{:02}", n.unsigned_abs() / 100, n.unsigned_abs() % 100)
            }
            Self::Null => String::new(),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "JSON has doubles; dong of a study are far below 2^53")]
    fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Hundredths(n) => json!(*n as f64 / 100.0),
            Self::Null => serde_json::Value::Null,
        }
    }
}

impl Answer {
    /// Formats it as a list of JSON objects.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let object = |row: &Vec<Value>| {
            let members =
                self.columns.iter().zip(row).map(|(name, value)| ((*name).to_owned(), value.json()));
            serde_json::Value::Object(members.collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }

    /// Formats it as CSV (RFC 4180).
    ///
    /// # Errors
    /// [`UsageError::Csv`].
    pub fn to_csv(&self) -> Result<String, UsageError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns).map_err(UsageError::Csv)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Value::text)).map_err(UsageError::Csv)?;
        }
        let bytes = writer.into_inner().map_err(|error| UsageError::Io(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Formats it as a table for people: texts to the left, numbers to the right.
    #[must_use]
    pub fn to_table(&self) -> String {
        let texts: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(Value::text).collect()).collect();
        let width = |n: usize, name: &str| {
            let longest = texts.iter().filter_map(|row| row.get(n)).map(|text| text.chars().count()).max();
            longest.unwrap_or_default().max(name.chars().count())
        };
        let widths: Vec<usize> = self.columns.iter().enumerate().map(|(n, name)| width(n, name)).collect();
        let head = self.columns.iter().zip(&widths).map(|(name, width)| format!("{name:<width$}"));
        let mut lines = vec![head.collect::<Vec<_>>().join("  ").trim_end().to_owned()];
        for (row, texts) in self.rows.iter().zip(&texts) {
            let cells = row.iter().zip(texts).zip(&widths).map(|((value, text), width)| match value {
                Value::Text(_) | Value::Null => format!("{text:<width$}"),
                Value::Number(_) | Value::Hundredths(_) => format!("{text:>width$}"),
            });
            lines.push(cells.collect::<Vec<_>>().join("  ").trim_end().to_owned());
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_as_table_csv_and_json() {
        let answer = Answer {
            columns: &["name", "count", "each"],
            rows: vec![
                vec!["a,b".into(), 1200.into(), Value::Hundredths(-105)],
                vec!["c".into(), 3.into(), Value::Null],
            ],
        };
        assert_eq!(answer.to_table(), "name  count  each\na,b    1200  -1.05\nc         3");
        assert_eq!(answer.to_csv().unwrap(), "name,count,each\n\"a,b\",1200,-1.05\nc,3,\n");
        assert_eq!(
            answer.to_json(),
            json!([{"name": "a,b", "count": 1200, "each": -1.05}, {"name": "c", "count": 3, "each": null}])
        );
    }
}
