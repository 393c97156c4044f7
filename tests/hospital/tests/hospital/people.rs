//! The people of the hospital: ordinary ones, and those whom computers confuse.

use filmless_domain::person_name::fold;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::chance::Chance;

/// One person, as they really are.
#[derive(Debug, Clone)]
pub struct Person {
    pub number: usize,
    /// The name as the hospital writes it, family name first.
    pub name: String,
    /// The name before marriage, or before a newborn was named. It holds until that day.
    pub former: Option<(String, Date)>,
    pub born: Date,
    /// Only the year of birth is known.
    pub knows_year_only: bool,
    pub sex: &'static str,
    /// Patient codes; most people have one.
    pub codes: Vec<String>,
    pub phone: String,
    pub email: String,
    /// Their name in another script.
    pub ideographic: Option<&'static str>,
    /// The person most easily confused with them.
    pub double: Option<usize>,
    /// Their code belonged to somebody else before.
    pub has_used_code: bool,
}

const FAMILIES: [&str; 10] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Võ", "Bùi", "Đỗ", "Hồ"];
const MIDDLES: [&str; 8] = ["Thị", "Văn", "Minh", "Ngọc", "Đức", "Thanh", "Quốc", "Kim"];
const GIVEN: [&str; 20] = [
    "Hoà", "Bình", "Ánh", "Dũng", "Hồng", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quân", "Sơn", "Tâm", "Uyên",
    "Việt", "Xuân", "Yến", "Long", "Hà", "Hải",
];
/// Pairs that differ in what software likes to ignore: order, marks, vowels.
const DOUBLES: [(&str, &str); 6] = [
    ("Minh Anh", "Anh Minh"),
    ("Thị Hoà", "Thị Hoa"),
    ("Gia Bảo", "Bảo Gia"),
    ("Văn Lãm", "Văn Lâm"),
    ("Bảo Long", "Bảo Lân"),
    ("Thu Hương", "Thu Hường"),
];
const FOREIGN_DOUBLES: [(&str, &str); 2] = [("สมชาย ใจดี", "สมชัย ใจดี"), ("សុខា សំណាង", "សុខី សំណាង")];
const CHINESE: [(&str, &str); 3] = [("Wang Xiaoming", "王^小明"), ("Li Na", "李^娜"), ("Chen Wei", "陈^伟")];

impl Person {
    /// The name that is valid on a day.
    pub fn name_on(&self, day: Date) -> &str {
        match &self.former {
            Some((former, until)) if day < *until => former,
            _ => &self.name,
        }
    }

    /// Whether software that compares only name and birth date can tell the two apart.
    pub fn is_told_from(&self, other: &Self) -> bool {
        let words = |person: &Self| {
            let mut words: Vec<String> = fold(&person.name).split_whitespace().map(str::to_owned).collect();
            words.sort();
            words
        };
        words(self) != words(other)
            || (self.born != other.born && !self.is_of_unknown_birth() && !other.is_of_unknown_birth())
    }

    pub fn is_of_unknown_birth(&self) -> bool {
        self.born == date(1900, 1, 1)
    }
}

struct Registry<'a> {
    chance: &'a mut Chance,
    people: Vec<Person>,
}

/// Makes this many people at random.
pub fn people(chance: &mut Chance, count: usize) -> Vec<Person> {
    let mut registry = Registry { chance, people: Vec::new() };
    while registry.people.len() < count {
        match registry.chance.below(100) {
            0..=9 => registry.twins(),
            10..=15 => registry.namesakes(),
            16..=21 => registry.newborn(),
            22..=29 => registry.elderly(),
            30..=34 => registry.renamed(),
            35..=37 => registry.foreign_twins(),
            38..=40 => registry.chinese(),
            41..=45 => registry.with_two_codes(),
            46..=48 => registry.heir_of_a_code(),
            _ => {
                registry.ordinary();
            }
        }
    }
    registry.people.truncate(count);
    // Forget doubles that were cut off.
    for person in &mut registry.people {
        person.double = person.double.filter(|double| *double < count);
    }
    registry.people
}

impl Registry<'_> {
    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.chance.below(texts.len())]
    }

    fn add(&mut self, name: String, born: Date, sex: &'static str) -> usize {
        let number = self.people.len();
        self.people.push(Person {
            number,
            name,
            former: None,
            born,
            knows_year_only: false,
            sex,
            codes: vec![format!("N{:03}-{number:05}", self.chance.below(30))],
            phone: format!("09{number:08}"),
            email: format!("nguoi.benh.{number}@example.vn"),
            ideographic: None,
            double: None,
            has_used_code: false,
        });
        number
    }

    fn pair(&mut self, one: usize, other: usize) {
        self.people[one].double = Some(other);
        self.people[other].double = Some(one);
    }

    fn birth(&mut self, from: i16, to: i16) -> Date {
        let days = i64::from(to - from) * 365;
        date(from, 1, 2) + i64::try_from(self.chance.below(usize::try_from(days).unwrap())).unwrap().days()
    }

    fn sex(&mut self) -> &'static str {
        if self.chance.per_mille(500) { "F" } else { "M" }
    }

    fn ordinary(&mut self) -> usize {
        let (family, middle, given) = (self.of(&FAMILIES), self.of(&MIDDLES), self.of(&GIVEN));
        let name = format!("{family} {middle} {given}");
        let (born, sex) = (self.birth(1940, 2020), self.sex());
        self.add(name, born, sex)
    }

    /// The same birth date and home, and nearly the same name.
    fn twins(&mut self) {
        let family = self.of(&FAMILIES);
        let (one, other) = DOUBLES[self.chance.below(DOUBLES.len())];
        let (born, sex) = (self.birth(1990, 2025), self.sex());
        let other_sex = if self.chance.per_mille(600) { sex } else { self.sex() };
        let one = self.add(format!("{family} {one}"), born, sex);
        let other = self.add(format!("{family} {other}"), born, other_sex);
        self.pair(one, other);
    }

    fn foreign_twins(&mut self) {
        let (one, other) = FOREIGN_DOUBLES[self.chance.below(FOREIGN_DOUBLES.len())];
        let (born, sex) = (self.birth(1980, 2020), self.sex());
        let one = self.add(one.to_owned(), born, sex);
        let other = self.add(other.to_owned(), born, sex);
        self.pair(one, other);
    }

    /// The same name, and a different or unknown birth date.
    fn namesakes(&mut self) {
        let one = self.ordinary();
        let (name, sex) = (self.people[one].name.clone(), self.people[one].sex);
        let born = self.birth(1940, 2020);
        let other = self.add(name, born, sex);
        if self.chance.per_mille(300) {
            self.people[one].born = date(1900, 1, 1);
            self.people[other].born = date(1900, 1, 1);
        }
        self.pair(one, other);
    }

    /// Newborns called after their mother, who is in the hospital, too. Some are two; some are named later.
    fn newborn(&mut self) {
        let mother = self.ordinary();
        self.people[mother].sex = "F";
        let (mother, name) = (mother, self.people[mother].name.clone());
        let born = date(2030, 1, 1);
        let lead = self.of(&["CB", "Con bà"]);
        if self.chance.per_mille(300) {
            let (one, other) = (self.sex(), self.sex());
            let one = self.add(format!("{lead} {name} 1"), born, one);
            let other = self.add(format!("{lead} {name} 2"), born, other);
            self.pair(one, other);
            return;
        }
        let sex = self.sex();
        let child = self.add(format!("{lead} {name}"), born, sex);
        self.people[child].double = Some(mother);
        if self.chance.per_mille(300) {
            let former = self.people[child].name.clone();
            let given = self.of(&GIVEN);
            self.people[child].name = format!("{} Gia {given}", name.split_whitespace().next().unwrap());
            self.people[child].former = Some((former, date(2030, 1, 15)));
        }
    }

    fn elderly(&mut self) {
        let person = self.ordinary();
        let year = self.birth(1930, 1960).year();
        self.people[person].born = date(year, 1, 1);
        self.people[person].knows_year_only = true;
    }

    fn renamed(&mut self) {
        let person = self.ordinary();
        let family = self.of(&FAMILIES);
        let former = self.people[person].name.clone();
        let rest = former.split_once(' ').unwrap().1.to_owned();
        self.people[person].name = format!("{family} {rest}");
        let day = date(2030, 1, 5) + i64::try_from(self.chance.below(40)).unwrap().days();
        self.people[person].former = Some((former, day));
    }

    fn chinese(&mut self) {
        let (name, ideographic) = CHINESE[self.chance.below(CHINESE.len())];
        let (born, sex) = (self.birth(1960, 2010), self.sex());
        let person = self.add(name.to_owned(), born, sex);
        self.people[person].ideographic = Some(ideographic);
    }

    fn with_two_codes(&mut self) {
        let person = self.ordinary();
        let second = format!("X{person:06}");
        self.people[person].codes.push(second);
    }

    /// Somebody who was given another person's former code.
    fn heir_of_a_code(&mut self) {
        let heir = self.ordinary();
        let from = self.chance.below(heir.max(1));
        if from != heir && self.people[from].is_told_from(&self.people[heir]) {
            self.people[heir].codes = vec![self.people[from].codes[0].clone()];
            self.people[heir].has_used_code = true;
        }
    }
}
