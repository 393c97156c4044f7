//! Reads what is sent: every SMS and email, and every tenth slip.

use filmless_delivery::Services;
use filmless_domain::ObjectKey;
use filmless_store::ObjectVersion;
use mail_parser::MessageParser;

use crate::exam::exam_in;
use crate::oracle::{Oracle, exam_of};
use crate::ports::Reached;

impl Oracle {
    /// Reads an SMS: whoever holds the phone gets account, password and link.
    pub fn read_sms(&mut self, message: &Reached) {
        let text = String::from_utf8(message.text.clone()).unwrap();
        let Some(exam) = self.check_receiver(message) else { return };
        let after = |label: &str| text.lines().find_map(|line| line.strip_prefix(label)).map(str::to_owned);
        let account = ["Tai khoan ", "TK ", "Account ", "User "].into_iter().find_map(after);
        let password = ["Mat khau ", "MK ", "Password ", "Pass "].into_iter().find_map(after);
        let link = text.split_whitespace().find_map(|word| word.split_once("/x/"));
        let (Some(account), Some(password), Some((_, token))) = (account, password, link) else { return };
        self.is_given(exam, &account, &password, token);
    }

    /// Reads an email: it also names the patient and the examination.
    pub fn read_email(&mut self, message: &Reached) {
        let Some(exam) = self.check_receiver(message) else { return };
        let owner = self.truth.owner(exam);
        let parsed = MessageParser::default().parse(&message.text).unwrap();
        let text = parsed.body_text(0).unwrap();
        if let Some(named) = exam_in(&text)
            && self.truth.owner(named) != owner
        {
            self.violate(
                "was told by email",
                owner,
                self.truth.owner(named),
                exam,
                format!("of examination {named}"),
            );
        }
        let greeting = text.lines().find_map(|line| line.trim().strip_prefix("Kính gửi Ông/Bà "));
        let name = greeting.map(|name| name.trim_end_matches(',').to_owned());
        if let Some(name) = name.filter(|name| !self.truth.is_written_of(owner, name)) {
            self.violate("was told by email", owner, owner, exam, format!("the name {name}"));
        }
    }

    /// Checks that clerks wrote this receiver for the patient, and that nobody is notified of a recalled examination.
    fn check_receiver(&mut self, message: &Reached) -> Option<usize> {
        let exam = exam_of(message.name.split_once("-v")?.0)?;
        self.figures.messages += 1;
        let owner = self.truth.owner(exam);
        if !self.truth.is_reached_at(owner, &message.to) {
            self.violate("was told", usize::MAX, owner, exam, format!("at {}", message.to));
        }
        if self.truth.cancelled.contains(&exam) {
            self.violate("was told of what was withdrawn", owner, owner, exam, String::new());
        }
        Some(exam)
    }

    fn is_given(&mut self, exam: usize, name: &str, password: &str, token: &str) {
        let owner = self.truth.owner(exam);
        let account = self.seats.accounts.entry(name.to_owned()).or_default();
        if account.links.is_empty() {
            account.person = owner;
        }
        account.links.push(token.to_owned());
        account.password = password.to_owned();
        let person = account.person;
        if person != owner {
            self.violate("got the account of another", owner, person, exam, name.to_owned());
        }
    }

    /// Reads the newest slip of an examination.
    pub async fn read_slip(&mut self, services: &Services, exam: usize) {
        let key = ObjectKey::parse(&format!("{}/v1/slip.pdf", self.truth.exams[exam].uid())).unwrap();
        let object = ObjectVersion { key: &key, version_id: None };
        let Ok(pdf) = services.slips.get(object, 1 << 24).await else { return };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("slip.pdf");
        std::fs::write(&file, &pdf).unwrap();
        let output =
            std::process::Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(&file).arg("-").output();
        let Ok(output) = output else { return };
        self.figures.slips += 1;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let owner = self.truth.owner(exam);
        if let Some(named) = exam_in(&text)
            && self.truth.owner(named) != owner
        {
            self.violate(
                "was given a slip",
                owner,
                self.truth.owner(named),
                exam,
                format!("of examination {named}"),
            );
        }
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if !lines.iter().any(|line| self.truth.is_written_of(owner, line)) {
            self.violate("was given a slip", owner, owner, exam, "without their name or code".into());
        }
    }
}
