//! Keys in a listing, and where the listing continues.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::EncodingType;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// A key from a listing. We request `encoding-type=url`, because a key may contain what XML cannot. A server that does
/// not know the parameter just leaves it out of its answer.
pub(crate) fn listed_key(listed: &str, encoding: Option<&EncodingType>) -> String {
    if encoding != Some(&EncodingType::Url) {
        return listed.to_owned();
    }
    percent_decode_str(&listed.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Where the next page begins, if there is one.
pub(crate) fn next_marker(page: &ListObjectVersionsOutput) -> Option<ListMarker> {
    let key = page.is_truncated().unwrap_or_default().then(|| page.next_key_marker()).flatten()?;
    Some(ListMarker {
        key: listed_key(key, page.encoding_type()),
        version_id: page.next_version_id_marker().filter(|id| !id.is_empty()).map(str::to_owned),
    })
}

/// The version after which a listing continues.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListMarker {
    /// Key of the last version seen.
    pub key: String,
    /// Its version; `None` to continue after all versions of the key.
    #[serde(default)]
    pub version_id: Option<String>,
}

impl std::fmt::Debug for ListMarker {
    /// A key may contain a name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ListMarker(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_their_server_encoded_them() {
        for encoded in ["a%20b%2B%01/%E1%BA%BF", "a+b%2B%01/%E1%BA%BF"] {
            assert_eq!(listed_key(encoded, Some(&EncodingType::Url)), "a b+\u{1}/ế");
        }
        assert_eq!(listed_key("a+b%20", None), "a+b%20");
    }
}
