//! `cargo run -p filmless-slip --example sample_minutes OUT_DIR [PICTURE…]`: the minutes of a made-up consultation, signed and
//! unsigned, with English beside the Vietnamese in the second (`minutes.pdf`, `minutes-en.pdf`).

use std::path::PathBuf;
use std::{env, fs};

use filmless_consult::{ConsultationId, MemberId, MinutesText, Signer, WrittenMinutes};
use filmless_domain::chain::ChainHead;
use filmless_slip::{MinutesContent, MinutesPicture, minutes_pdf};

const TEXT: &str = r#"{
    "facility": "Bệnh viện Đa khoa Tỉnh Mẫu",
    "patient": { "name": "NGUYỄN THỊ ÁNH HỒNG", "birth": "02/03/1958", "age": "68 tuổi", "sex": "Nữ",
        "patient_id": "N20-0317542", "record_number": "BA-2026-11873", "department": "Nội hô hấp", "bed": "12" },
    "diagnosis": "Nốt đơn độc thùy trên phổi phải, chưa rõ bản chất",
    "began_at": "2026-11-30T01:00:00Z", "ended_at": "2026-11-30T01:45:00Z",
    "place": "Bệnh viện Đa khoa Tỉnh Mẫu\nBệnh viện Chợ Rẫy",
    "attendees": [
        { "id": "00000001", "name": "Nguyễn Văn Chủ", "title": "PGS.TS.", "facility": "Bệnh viện Chợ Rẫy",
          "licence": "001345/HCM-CCHN", "role": "chair",
          "present": [{ "from": "2026-11-30T01:00:00Z", "until": "2026-11-30T01:45:00Z" }] },
        { "id": "00000002", "name": "Trần Thị Thư", "title": "ĐD.", "facility": "Bệnh viện Đa khoa Tỉnh Mẫu",
          "licence": "", "role": "secretary",
          "present": [{ "from": "2026-11-30T01:00:00Z", "until": "2026-11-30T01:20:00Z" },
                      { "from": "2026-11-30T01:22:00Z", "until": "2026-11-30T01:45:00Z" }] },
        { "id": "00000003", "name": "Lê Thị Lan", "title": "BS. CKII", "facility": "Bệnh viện Phạm Ngọc Thạch",
          "licence": "003345/HCM-CCHN", "role": "member", "present": [] }
    ],
    "question": "Nốt thùy trên phổi phải: theo dõi hay sinh thiết?\nCần chụp PET/CT trước không?",
    "course": "Ho kéo dài hai tháng, không sốt. Sút 3 kg trong ba tháng. Chụp cắt lớp vi tính ngực ngày 23/11/2026 thấy nốt 12 mm ở thùy trên phổi phải, bờ tua gai, co kéo màng phổi. So với phim năm 2024 nốt lớn thêm 5 mm.",
    "treatment_so_far": "Kháng sinh bảy ngày, không đổi.",
    "shown": [
        { "study_instance_uid": "1.2.840.113619.2.55.3.604688119.971.1606093200.123",
          "series_instance_uid": "1.2.840.113619.2.55.3.604688119.971.1606093200.123.2",
          "description": "Ngực 1 mm, cửa sổ phổi", "seconds": 754, "frame": 86 },
        { "study_instance_uid": "1.2.840.113619.2.55.3.604688119.971.1406093200.77",
          "series_instance_uid": "1.2.840.113619.2.55.3.604688119.971.1406093200.77.3",
          "description": "Ngực 1 mm (2024)", "seconds": 48, "frame": 80 }
    ],
    "shown_left_out": 0,
    "key_images": [],
    "opinions": [
        { "name": "BS. CKII Lê Thị Lan", "text": "Nốt bờ tua gai, lớn dần, nguy cơ cao. Đề nghị sinh thiết dưới hướng dẫn CT, không cần chờ PET/CT.",
          "at": "2026-11-30T01:30:00Z", "digest": "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92" }
    ],
    "conclusion": "1. Sinh thiết nốt thùy trên phổi phải dưới hướng dẫn cắt lớp vi tính.\n2. Không cần chụp PET/CT trước sinh thiết.",
    "treatment": "Chuyển Khoa Ngoại lồng ngực, Bệnh viện Chợ Rẫy.",
    "follow_up": "Hội chẩn lại khi có kết quả giải phẫu bệnh."
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let out = PathBuf::from(arguments.next().ok_or("usage: sample_minutes OUT_DIR [PICTURE…]")?);
    fs::create_dir_all(&out)?;
    let pictures: Vec<Vec<u8>> = arguments.map(fs::read).collect::<Result<_, _>>()?;
    let mut text: serde_json::Value = serde_json::from_str(TEXT)?;
    for number in 1..=pictures.len() {
        let series = &text["shown"][0]["series_instance_uid"];
        let image = serde_json::json!({ "study_instance_uid": text["shown"][0]["study_instance_uid"],
            "series_instance_uid": series, "sop_instance_uid": format!("1.2.840.113619.{number}"), "frame": null,
            "caption": "Nốt 12 mm, bờ tua gai" });
        text["key_images"].as_array_mut().ok_or("no list")?.push(image);
    }
    let text: MinutesText = serde_json::from_value(text)?;
    let minutes = WrittenMinutes {
        consultation: ConsultationId::parse(&"c0".repeat(16))?,
        version: 1,
        replaces: None,
        by: MemberId::parse("00000002")?,
        at: "2026-11-30T02:05:00Z".parse()?,
        head: ChainHead { sequence: 412, ..ChainHead::default() },
        text,
    }
    .seal(None, false)?;
    let mut signatures = Vec::new();
    for one in &minutes.written.text.attendees {
        let one = one.clone();
        let (name, title, facility, licence) = (one.name, one.title, one.facility, one.licence);
        let id = one.id.ok_or("nobody")?;
        let by = Signer { id, name, title, facility, licence, role: one.role };
        signatures.push(minutes.sign(by, "2026-11-30T02:30:00Z".parse()?, &[])?);
    }
    let pictures: Vec<MinutesPicture<'_>> =
        pictures.iter().enumerate().map(|(key_image, bytes)| MinutesPicture { key_image, bytes }).collect();
    for (name, signatures, has_english) in [("minutes", &signatures[..], false), ("minutes-en", &[], true)] {
        let content = MinutesContent { minutes: &minutes, signatures, pictures: &pictures, has_english };
        fs::write(out.join(format!("{name}.pdf")), minutes_pdf(&content)?)?;
    }
    Ok(())
}
