//! `cargo run -p filmless-slip --example other_scripts OUT_DIR`: slips of invented patients whose names are written in other
//! scripts, with the longest codes, to be looked at.

use std::path::PathBuf;
use std::{env, fs};

use filmless_domain::{BirthDate, Hospital, Language, Secret};
use filmless_slip::{SlipContent, slip_pdf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::args().nth(1).ok_or("usage: other_scripts OUT_DIR")?);
    fs::create_dir_all(&out)?;
    let long = "BN0123456789-".repeat(14);
    let names = [
        ("thai", "สมชาย ใจดี", "N20-0317542"),
        ("khmer", "សុខ ចាន់ថា (Sok Chantha)", "N20-0317542"),
        ("arabic", "محمد علي", "N20-0317542"),
        ("chinese", "王小明 / Vương Tiểu Minh", "N20-0317542"),
        ("long", "NGUYỄN THỊ ÁNH HỒNG", &long),
    ];
    for (file, name, code) in names {
        let hospital = Hospital::default();
        let password = Secret::new("K7QM-2WXA".into());
        let link = Secret::new("https://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu".into());
        let slip = SlipContent {
            hospital: &hospital,
            language: Language::Vi,
            patient_name: name,
            birth_date: BirthDate::parse("1958-03-02")?,
            sex: Some("F"),
            patient_id: code,
            study_title: "Chụp cắt lớp vi tính ngực không tiêm thuốc cản quang [Không in phim]",
            modalities: &["CT".to_owned()],
            study_date: Some("2020-11-23".parse()?),
            accession_number: code,
            department: Some("Khoa Khám bệnh"),
            result: None,
            account: code,
            password: &password,
            link: &link,
            guide_url: "https://xem.benhvien.example/guide",
            portal_url: "https://xem.benhvien.example",
            issued_at: "2020-11-23T02:05:00Z".parse()?,
            expires_on: "2021-02-21".parse()?,
            version: 1,
        };
        fs::write(out.join(format!("{file}.pdf")), slip_pdf(&slip)?)?;
    }
    Ok(())
}
