//! What pages and software show of a series.

use serde::{Deserialize, Serialize};

/// The attributes of a series that pages and software show. One struct goes from the header of a file through the items of the
/// index to the study page, so a new attribute is read in one place and shown in one place.
///
/// Each field is stored flat in its item, under the name it has here, and is missing in items from before it existed. Items of
/// instances once had names of their own for two of them; those items are never written again, so both names cannot meet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeriesAttributes {
    /// Series Number (0020,0011).
    #[serde(default, alias = "series_number")]
    pub number: Option<i64>,
    /// Series Description (0008,103E).
    #[serde(default, alias = "series_description")]
    pub description: Option<String>,
    /// Modality (0008,0060); `OT` if the file names none.
    #[serde(default)]
    pub modality: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_with_the_earlier_names_is_read() {
        let read = |json: &str| serde_json::from_str::<SeriesAttributes>(json).unwrap();
        let expected = SeriesAttributes {
            number: Some(2),
            description: Some("t1".to_owned()),
            modality: "MR".to_owned(),
        };
        assert_eq!(read(r#"{"series_number": 2, "series_description": "t1", "modality": "MR"}"#), expected);
        assert_eq!(read(&serde_json::to_string(&expected).unwrap()), expected);
        assert_eq!(read("{}"), SeriesAttributes::default());
    }
}
