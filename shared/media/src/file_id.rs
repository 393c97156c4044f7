//! Names of files that every system can read (PS3.10 8.2 and 8.5).

use std::fmt;

use crate::MediaError;

/// Most components of a file id.
const COMPONENTS_MAX: usize = 8;
/// Most characters of one component.
const CHARACTERS_MAX: usize = 8;

/// Where a file is below the root of its file-set: `DICOM/S0000001/I0000001`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(String);

impl FileId {
    /// Takes a path with `/` between its components.
    ///
    /// # Errors
    /// [`MediaError::BadFileId`].
    pub fn parse(path: &str) -> Result<Self, MediaError> {
        let is_good = |part: &str| {
            (1..=CHARACTERS_MAX).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        if path.split('/').count() <= COMPONENTS_MAX && path.split('/').all(is_good) {
            Ok(Self(path.to_owned()))
        } else {
            Err(MediaError::BadFileId)
        }
    }

    /// The file of an instance by the places of its series and itself, both from 1: `DICOM/S0000001/I0000001`.
    ///
    /// # Errors
    /// [`MediaError::BadFileId`] beyond 9,999,999 series or instances.
    pub fn of_instance(series: usize, instance: usize) -> Result<Self, MediaError> {
        Self::parse(&format!("DICOM/S{series:07}/I{instance:07}"))
    }

    /// The path, with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The value of Referenced File ID (0004,1500): its components as values.
    pub(crate) fn value(&self) -> String {
        self.0.replace('/', "\\")
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_every_system_reads_are_taken() {
        for good in ["DICOMDIR", "A", "DICOM/S0000001/I0000001", "1/2/3/4/5/6/7/A_B_C_D8"] {
            assert_eq!(FileId::parse(good).unwrap().path(), good);
        }
        for bad in ["", "/A", "A/", "a", "IMAGE.DCM", "ABCDEFGHI", "Ả", "A B", "1/2/3/4/5/6/7/8/9", "A\\B"]
        {
            assert!(matches!(FileId::parse(bad), Err(MediaError::BadFileId)), "{bad}");
        }
    }

    #[test]
    fn a_set_has_room_for_ten_million_instances_of_a_series() {
        assert_eq!(FileId::of_instance(12, 345).unwrap().value(), "DICOM\\S0000012\\I0000345");
        assert!(FileId::of_instance(1, 9_999_999).is_ok());
        assert!(matches!(FileId::of_instance(1, 10_000_000), Err(MediaError::BadFileId)));
    }
}
