//! A ZIP that grows in a temporary file, with the digest of each of its files.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::DeliveryError;

const BUFFER_BYTES: usize = 1 << 16;

/// How a file lies in a ZIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As it is: most DICOM files hardly shrink, and a phone has to unpack them again.
    Stored,
    /// Deflated: text.
    Deflated,
}

/// The ZIP. It takes as much of the disk as all files that are in it.
pub(super) struct Archive {
    zip: ZipWriter<File>,
    /// Name and SHA-256 of each file, as `sha256sum` writes them.
    sums: String,
}

impl Archive {
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { zip: ZipWriter::new(File::create_new(path)?), sums: String::new() })
    }

    /// Adds what can be read, piece by piece.
    pub fn add(&mut self, name: &str, bytes: &mut impl Read, packing: Packing) -> io::Result<()> {
        let method = match packing {
            Packing::Stored => CompressionMethod::Stored,
            Packing::Deflated => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(zip::DateTime::default())
            .large_file(true);
        self.zip.start_file(name, options)?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let read = bytes.read(&mut buffer)?;
            let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
            digest.update(part);
            self.zip.write_all(part)?;
        }
        writeln!(self.sums, "{}  {name}", hex::encode(digest.finalize())).map_err(io::Error::other)
    }

    /// Adds the digests of all files so far.
    pub fn add_sums(&mut self, name: &str) -> io::Result<()> {
        let sums = std::mem::take(&mut self.sums);
        self.add(name, &mut sums.as_bytes(), Packing::Stored)
    }

    pub fn finish(self) -> io::Result<()> {
        self.zip.finish()?;
        Ok(())
    }

    /// Adds a file off the async threads.
    pub async fn with_file(mut self, name: String, file: PathBuf) -> Result<Self, DeliveryError> {
        let added = tokio::task::spawn_blocking(move || -> io::Result<Self> {
            self.add(&name, &mut File::open(file)?, Packing::Stored)?;
            Ok(self)
        });
        added.await.map_err(DeliveryError::internal("a ZIP"))?.map_err(DeliveryError::internal("a ZIP"))
    }

    /// Adds bytes off the async threads.
    pub async fn with_bytes(
        mut self,
        name: String,
        bytes: Vec<u8>,
        packing: Packing,
    ) -> Result<Self, DeliveryError> {
        let added = tokio::task::spawn_blocking(move || -> io::Result<Self> {
            self.add(&name, &mut bytes.as_slice(), packing)?;
            Ok(self)
        });
        added.await.map_err(DeliveryError::internal("a ZIP"))?.map_err(DeliveryError::internal("a ZIP"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_named_with_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zip");
        let mut archive = Archive::create(&path).unwrap();
        archive.add("A", &mut &b"abc"[..], Packing::Stored).unwrap();
        archive.add("B/C", &mut &b""[..], Packing::Deflated).unwrap();
        archive.add_sums("SHA256SUMS").unwrap();
        archive.finish().unwrap();
        let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
        let mut sums = String::new();
        zip.by_name("SHA256SUMS").unwrap().read_to_string(&mut sums).unwrap();
        assert_eq!(
            sums,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  A\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  B/C\n"
        );
    }
}
