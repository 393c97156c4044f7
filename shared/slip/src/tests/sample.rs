//! One made-up patient, and the tools that read what was made for her.

use std::path::Path;
use std::process::Command;

use filmless_domain::{BirthDate, Hospital, Language, Secret};

use crate::SlipContent;

pub(super) const LINK: &str = "https://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu";

/// Texts that break careless layouts and formats.
pub(super) const NASTY: [&str; 12] = [
    "",
    " ",
    "山田 太郎",
    "🙂👨‍👩‍👧 Nguyễn",
    "محمد عبد الله",
    "שלום עולם",
    "a\r\nBcc: victim@mail.example\r\n\r\nbody",
    "\0\u{1}\u{1b}[31m\u{7f}\u{202e}gnp",
    "<script>alert(1)</script>&\"'",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301} z\u{300}\u{301}\u{303}\u{309}\u{323}",
    "=?utf-8?q?fake?= <x@y>",
    "देवनागरी Ελληνικά Кириллица ไทย",
];

pub(super) fn long_name() -> String {
    "Nguyễn Phước Tôn Nữ ".repeat(15)
}

pub(super) fn unbroken() -> String {
    "Ư".repeat(300)
}

pub(super) struct Sample {
    pub(super) hospital: Hospital,
    pub(super) password: Secret,
    pub(super) link: Secret,
    pub(super) modalities: Vec<String>,
}

impl Sample {
    pub(super) fn new() -> Self {
        Self {
            hospital: Hospital::default(),
            password: Secret::new("K7QM-2WXA".into()),
            link: Secret::new(LINK.into()),
            modalities: vec!["CT".into(), "SR".into()],
        }
    }

    pub(super) fn slip(&self, language: Language) -> SlipContent<'_> {
        SlipContent {
            hospital: &self.hospital,
            language,
            patient_name: "NGUYỄN THỊ ÁNH HỒNG",
            birth_date: BirthDate::parse("1958-03-02").unwrap(),
            sex: Some("F"),
            patient_id: "N20-0317542",
            study_title: "Chụp cắt lớp vi tính ngực [Không in phim]",
            modalities: &self.modalities,
            study_date: Some(jiff::civil::Date::constant(2020, 11, 23)),
            accession_number: "A20201123001",
            department: Some("Khoa Khám bệnh"),
            result: None,
            account: "N20-0317542",
            password: &self.password,
            link: &self.link,
            guide_url: "https://xem.benhvien.example/guide",
            portal_url: "https://xem.benhvien.example",
            issued_at: "2020-11-23T02:05:00Z".parse().unwrap(),
            expires_on: jiff::civil::Date::constant(2021, 2, 21),
            version: 1,
        }
    }
}

/// Runs a tool of the test set-up and returns its output.
pub(super) fn run(tool: &str, package: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(tool).args(arguments).current_dir(folder).output().unwrap_or_else(|error| {
        panic!("`{tool}` cannot be started ({error}): install it with `apt-get install {package}`")
    });
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    text
}
