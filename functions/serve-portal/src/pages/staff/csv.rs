//! Tables for other programs (RFC 4180).

/// A line of a table (RFC 4180). Values that a spreadsheet would read as a formula are disarmed.
pub(crate) fn csv_line(values: &[&str]) -> String {
    let quoted = values.iter().map(|value| {
        let guard = if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", value.replace('"', "\"\""))
    });
    format!("{}\r\n", quoted.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_holds_no_formula_and_no_broken_line() {
        assert_eq!(csv_line(&["Hoà", "a \"b\", c"]), "\"Hoà\",\"a \"\"b\"\", c\"\r\n");
        assert_eq!(csv_line(&["=1+1", "+84", "-2", "@x"]), "\"'=1+1\",\"'+84\",\"'-2\",\"'@x\"\r\n");
    }
}
