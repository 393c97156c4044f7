//! `cargo run -p filmless-slip --example sample_slip OUT_DIR`: writes what one made-up patient would get, in both
//! languages (`slip.pdf`, `email.eml`, `sms.txt`, `qr.png`, and the same with `-en`).

use std::path::PathBuf;
use std::{env, fs};

use filmless_domain::{BirthDate, Hospital, Language, Secret};
use filmless_slip::{EmailContent, SlipContent, SmsContent, email_message, qr_png, slip_pdf, sms_text};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::args().nth(1).ok_or("usage: sample_slip OUT_DIR")?);
    fs::create_dir_all(&out)?;
    for (language, suffix) in [(Language::Vi, ""), (Language::En, "-en")] {
        let hospital = Hospital::default();
        let password = Secret::new("K7QM-2WXA".into());
        let link = Secret::new("https://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu".into());
        let slip = SlipContent {
            hospital: &hospital,
            language,
            patient_name: "NGUYỄN THỊ ÁNH HỒNG",
            birth_date: BirthDate::parse("1958-03-02")?,
            sex: Some("F"),
            patient_id: "N20-0317542",
            study_title: "Chụp cắt lớp vi tính ngực không tiêm thuốc cản quang [Không in phim]",
            modalities: &["CT".to_owned()],
            study_date: Some("2020-11-23".parse()?),
            accession_number: "A20201123001",
            department: Some("Khoa Khám bệnh"),
            result: None,
            account: "N20-0317542",
            password: &password,
            link: &link,
            guide_url: "https://xem.benhvien.example/guide",
            portal_url: "https://xem.benhvien.example",
            issued_at: "2020-11-23T02:05:00Z".parse()?,
            expires_on: "2021-02-21".parse()?,
            version: 1,
        };
        let pdf = slip_pdf(&slip)?;
        let qr = qr_png(link.expose())?;
        let email = email_message(&EmailContent {
            hospital: &hospital,
            language,
            patient_name: slip.patient_name,
            study_title: slip.study_title,
            study_date: slip.study_date,
            result: None,
            is_birth_date_known: true,
            account: slip.account,
            password: Some(&password),
            link: &link,
            guide_url: slip.guide_url,
            portal_url: slip.portal_url,
            expires_on: slip.expires_on,
            from: "ketqua@benhvien.example",
            to: "hong@mail.example",
            message_id: "notice-0001.1@benhvien.example",
            date: slip.issued_at,
            qr_png: &qr,
            slip_pdf: Some(&pdf),
        })?;
        let sms = sms_text(&SmsContent {
            hospital: &hospital,
            language,
            account: slip.account,
            password: Some(&password),
            link: &link,
            guide_url: slip.guide_url,
        });
        let name = |file: &str, ending: &str| out.join(format!("{file}{suffix}.{ending}"));
        fs::write(name("slip", "pdf"), pdf)?;
        fs::write(name("qr", "png"), qr)?;
        fs::write(name("email", "eml"), email)?;
        fs::write(name("sms", "txt"), sms.text)?;
    }
    Ok(())
}
