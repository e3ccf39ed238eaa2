//! The linter that stands before every signature: what looks like health information about a person is not signed.
//!
//! It would rather refuse too much than too little, for a store with Object Lock keeps a record for years, and nobody could take
//! it out again. It knows shapes, not meanings: a name alone has none. What keeps names out is that the forms of the results have
//! no field for what was found in a database other than numbers.

use std::{
    fmt::{self, Write as _},
    sync::LazyLock,
};

use regex::Regex;
use serde_json::Value;

/// The longest text in a record, in Unicode scalar values. Messages and remedies are shorter; a dumped row often is not.
const MAX_TEXT: usize = 4_000;

/// How deep values may nest.
const MAX_DEPTH: usize = 64;

/// How many suspects are told of.
const MAX_SUSPECTS: usize = 100;

/// What stands for a text that was taken out.
const REDACTED: &str = "(redacted)";

/// What a text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phi {
    /// A social security number.
    SocialSecurityNumber,
    /// The number of a medical record, a patient, a member or an account.
    RecordNumber,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A date of birth.
    BirthDate,
    /// A field whose name says that it holds what identifies a person.
    Field,
    /// Longer than any text of a result.
    Overlong,
    /// Nested deeper than any result.
    Overdeep,
}

impl Phi {
    /// Its word in records and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SocialSecurityNumber => "social-security-number",
            Self::RecordNumber => "record-number",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::BirthDate => "birth-date",
            Self::Field => "identifying-field",
            Self::Overlong => "overlong-text",
            Self::Overdeep => "overdeep-value",
        }
    }
}

impl fmt::Display for Phi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where something looks like health information. The text itself is never repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// A JSON pointer (RFC 6901). A key that is itself suspect stands in it as `?`.
    pub pointer: String,
    /// What it looks like.
    pub looks_like: Phi,
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        };
        write!(f, "{} at {place}", self.looks_like)
    }
}

/// Everything in a value that looks like health information, in the value's order; of very many the first hundred.
pub fn lint(value: &Value) -> Vec<Suspect> {
    let mut copy = value.clone();
    walk(&mut copy)
}

/// Replaces every text in which [`lint()`] finds something, and tells what was found. What remains passes the linter.
pub fn redact(value: &mut Value) -> Vec<Suspect> {
    let mut found = walk(value);
    if found.len() == MAX_SUSPECTS {
        // So much of it is suspect that the rest would hardly be of use.
        *value = Value::String(REDACTED.to_owned());
        found.truncate(MAX_SUSPECTS);
    }
    found
}

fn walk(value: &mut Value) -> Vec<Suspect> {
    let mut found = Vec::new();
    visit(value, &mut String::new(), 0, &mut found);
    found
}

fn visit(value: &mut Value, pointer: &mut String, depth: usize, found: &mut Vec<Suspect>) {
    let mut tell = |pointer: &str, looks_like| {
        if found.len() < MAX_SUSPECTS {
            let pointer = pointer.to_owned();
            found.push(Suspect {
                pointer,
                looks_like,
            });
        }
    };
    if depth > MAX_DEPTH {
        tell(pointer, Phi::Overdeep);
        *value = Value::String(REDACTED.to_owned());
        return;
    }
    match value {
        Value::String(text) => {
            if let Some(looks_like) = looks_like(text) {
                tell(pointer, looks_like);
                REDACTED.clone_into(text);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let length = pointer.len();
                let _ = write!(pointer, "/{index}");
                visit(item, pointer, depth + 1, found);
                pointer.truncate(length);
            }
        }
        Value::Object(fields) => {
            let mut kept = serde_json::Map::new();
            for (index, (key, mut item)) in std::mem::take(fields).into_iter().enumerate() {
                let length = pointer.len();
                pointer.push('/');
                if let Some(looks_like) = looks_like(&key) {
                    pointer.push('?');
                    if found.len() < MAX_SUSPECTS {
                        let pointer = pointer.clone();
                        found.push(Suspect {
                            pointer,
                            looks_like,
                        });
                    }
                    kept.insert(format!("{REDACTED} {index}"), Value::Null);
                } else {
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    if names_a_person(&key) && !matches!(item, Value::Null | Value::Bool(_)) {
                        if found.len() < MAX_SUSPECTS {
                            let pointer = pointer.clone();
                            found.push(Suspect {
                                pointer,
                                looks_like: Phi::Field,
                            });
                        }
                        item = Value::Null;
                    } else {
                        visit(&mut item, pointer, depth + 1, found);
                    }
                    kept.insert(key, item);
                }
                pointer.truncate(length);
            }
            *fields = kept;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A number of the Social Security Administration: never 000, 666 or 9xx, never 00, never 0000.
static SSN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?:^|[^0-9A-Za-z-])(\d{3})[- ](\d{2})[- ](\d{4})(?:$|[^0-9A-Za-z-])")
});

/// Digits behind the name of what they number.
static NAMED_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:^|[^a-z])(?:ssn|social[ _-]?security(?:[ _-]?(?:number|no|num))?",
        r"|mrn|(?:medical|health)[ _-]?record(?:[ _-]?(?:number|no|num|id))?|(?:patient|member|subscriber|beneficiary)[ _-]?(?:id|no|num|number)",
        r"|mbi|npi|dea)\b\.?[ #:=_'\x22/-]{1,4}[a-z]{0,3}-?\d{4}",
    ))
});

/// Letters before digits, as hospitals number their records: `MRN0012345`.
static MRN: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)(?:^|[^a-z0-9])mrn\d{4,}"));

/// An address of RFC 5321. What stands before it tells whether it is the user of a URL.
static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?P<before>://|)(?P<user>[A-Za-z0-9][A-Za-z0-9._%+'-]*)@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})",
    )
});

/// A number of North America, of which neither area nor exchange begins with 0 or 1.
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^0-9A-Za-z./:-])(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?:$|[^0-9A-Za-z-])",
    )
});

/// Any number in the form of E.164.
static INTERNATIONAL: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?:^|[\s:=('\x22])\+[1-9](?:[ .()-]{0,2}\d){7,14}\b"));

/// A date behind what says that somebody was born on it.
static BORN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[^a-z])(?:dob|d\.o\.b|date[ _-]of[ _-]birth|birth[ _-]?da(?:te|y)|born)\b[^0-9A-Za-z]{0,4}(?:on )?(?:[a-z]{3,9}\.? )?\d{1,4}",
    )
});

/// A date in the order of the United States.
static US_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^0-9A-Za-z/.-])(?:0?[1-9]|1[0-2])([/.-])(?:0?[1-9]|[12]\d|3[01])[/.-](?:19|20)\d{2}(?:$|[^0-9A-Za-z/-])",
    )
});

/// A day of the twentieth century: older than anything that runs today.
static OLD_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^0-9A-Za-z/.-])(19\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:$|[^0-9-])",
    )
});

fn looks_like(text: &str) -> Option<Phi> {
    // Bytes first: counting and searching cost.
    if text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT {
        return Some(Phi::Overlong);
    }
    let has = |pattern: &LazyLock<Option<Regex>>, text: &str| {
        pattern.as_ref().is_some_and(|regex| regex.is_match(text))
    };
    if text.contains('@') && has_email(text) {
        return Some(Phi::Email);
    }
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if SSN.as_ref().is_some_and(|regex| {
        let mut at = 0;
        // Matches may share the character between them.
        while let Some(found) = regex.captures_at(text, at) {
            let part = |index| found.get(index).map_or("", |part| part.as_str());
            let (area, group, serial) = (part(1), part(2), part(3));
            let issued = !matches!(area, "000" | "666") && !area.starts_with('9');
            if issued && group != "00" && serial != "0000" {
                return true;
            }
            at = found.get(3).map_or(text.len(), |part| part.end());
        }
        false
    }) {
        return Some(Phi::SocialSecurityNumber);
    }
    if has(&NAMED_NUMBER, text) || has(&MRN, text) {
        return Some(Phi::RecordNumber);
    }
    if has(&BORN, text) || has(&US_DATE, text) {
        return Some(Phi::BirthDate);
    }
    if OLD_DATE.as_ref().is_some_and(|regex| {
        regex
            .captures_iter(text)
            .any(|found| found.get(1).is_none_or(|day| day.as_str() != "1970-01-01"))
    }) {
        return Some(Phi::BirthDate);
    }
    if has(&PHONE, text) || has(&INTERNATIONAL, text) {
        return Some(Phi::Phone);
    }
    None
}

/// Whether a text holds the address of a person, in contrast to a service account, a Git remote or the user of a URL.
fn has_email(text: &str) -> bool {
    EMAIL.as_ref().is_some_and(|regex| {
        regex.captures_iter(text).any(|found| {
            let part = |name| found.name(name).map_or("", |part| part.as_str());
            let service = part("host").ends_with(".gserviceaccount.com");
            part("before").is_empty() && part("user") != "git" && !service
        })
    })
}

/// Whether a field of that name can hold only what identifies a person (45 CFR 164.514(b)(2)(i)).
fn names_a_person(key: &str) -> bool {
    let word: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    matches!(
        word.as_str(),
        "ssn"
            | "socialsecuritynumber"
            | "mrn"
            | "medicalrecordnumber"
            | "dob"
            | "dateofbirth"
            | "birthdate"
            | "patientname"
            | "patientid"
            | "firstname"
            | "lastname"
            | "fullname"
            | "phonenumber"
            | "emailaddress"
            | "streetaddress"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_what_identifies_a_person() {
        let cases = [
            ("078-05-1120", Phi::SocialSecurityNumber),
            (
                "error near 000-12-3456 123-45-6789",
                Phi::SocialSecurityNumber,
            ),
            ("value 219 09 9999 is null", Phi::SocialSecurityNumber),
            ("ssn=219099999", Phi::RecordNumber),
            ("MRN: 00123456", Phi::RecordNumber),
            ("mrn #A-4711002", Phi::RecordNumber),
            ("MRN00123456", Phi::RecordNumber),
            ("patient_id=1234567", Phi::RecordNumber),
            ("medical record number 4711002", Phi::RecordNumber),
            ("jane.doe+lab@example.org", Phi::Email),
            ("mail <o'neil@mail.hospital.example.com>", Phi::Email),
            ("(212) 555-0134", Phi::Phone),
            ("call 212-555-0134", Phi::Phone),
            ("1.212.555.0134", Phi::Phone),
            ("+1 212 555 0134", Phi::Phone),
            ("tel:+442079460958", Phi::Phone),
            ("+44 20 7946 0958", Phi::Phone),
            ("DOB 03/12/1957", Phi::BirthDate),
            ("born: March 3", Phi::BirthDate),
            ("date of birth=1957-03-12", Phi::BirthDate),
            ("1957-03-12", Phi::BirthDate),
            ("(4711,Doe,1999-12-31)", Phi::BirthDate),
            ("12/31/2001", Phi::BirthDate),
        ];
        for (text, expected) in cases {
            let found = lint(&json!({"observed": [text]}));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].looks_like, expected, "{text}");
            assert_eq!(found[0].pointer, "/observed/0");
            assert!(!format!("{found:?}").contains(text), "{text} is repeated");
        }
    }

    #[test]
    fn lets_normal_results_through() {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let cases = [
            "module.db[\"eu\"].aws_db_instance.this[0]",
            "Deployment/ehr/patients-api",
            "patients-nonempty",
            "public.patients",
            "select count(*) from public.patients where id > 100000",
            "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:rds:us-east-1:123456789012:snapshot:rds:ehr-2026-11-24-03-17",
            "s3://ehr-backups/daily/2026-11-22.dump.age",
            "s3://ehr-backups/2026/11/22/base.tar",
            "backups/11/22/2026/base.tar",
            "2026-11-24T03:17:00Z",
            "2026-11-24T03:17:00.123456+00:00",
            "1970-01-01T00:00:00Z",
            "20261124-031700F_20261125-031702I",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "00000001-0000-4000-8000-123456789012",
            "000000010000000A000000FE",
            "0/16B3748",
            "ghcr.io/hipaa-iac/runner:1.2.3@sha256:9f86d081884c7d659a2feaa0c55ad015",
            "git::ssh://git@github.com/org/modules.git//vpc?ref=v1.2.3",
            "git@github.com:org/modules.git",
            "postgres://app@db.internal.example.com:5432/ehr",
            "backup@project-1.iam.gserviceaccount.com",
            "system:serviceaccount:ehr:backup",
            "45 CFR 164.312(a)(2)(iv)",
            "45 CFR 164.308(a)(7)(ii)(A)",
            "10.0.0.0/16",
            "192.168.100.200",
            "fe80::1ff:fe23:4567:890a",
            "0.0.0.0/0",
            "PostgreSQL 15.18 (Debian 15.18-0+deb12u1)",
            "1.0.0+20261124031700",
            "v1.30.2+rke2r1",
            "TLSv1.2_2021",
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "2012-10-17",
            "http://s3.amazonaws.com/doc/2006-03-01/",
            "http://www.w3.org/2000/09/xmldsig#",
            "the backup window 03:17-04:17 of db-prod-001 is 26 h old",
            "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
            "$.spec.template.spec.containers[0].env[12]",
            "set deletion_protection = true",
            digest,
        ];
        for text in cases {
            assert_eq!(lint(&json!({"text": text, text: 1})), [], "{text}");
        }
        let numbers = json!({"count": 219_099_999, "seconds": 1957.03, "bytes": 2_125_550_134_u64});
        assert_eq!(lint(&numbers), []);
    }

    #[test]
    fn knows_fields_and_bounds() {
        let value = json!({"rows": [{"patient_name": "Doe", "n": 1}]});
        let found = lint(&value);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].to_string(),
            "identifying-field at /rows/0/patient_name"
        );
        assert_eq!(lint(&json!({ "ssn": false })), []);
        assert_eq!(lint(&json!("x".repeat(MAX_TEXT))), []);
        assert_eq!(
            lint(&json!("x".repeat(MAX_TEXT + 1)))[0].looks_like,
            Phi::Overlong
        );
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep]);
        }
        assert_eq!(lint(&deep)[0].looks_like, Phi::Overdeep);
        let many: Vec<Value> = (0..1000).map(|_| json!("078-05-1120")).collect();
        assert_eq!(lint(&json!(many)).len(), MAX_SUSPECTS);
    }

    #[test]
    fn redacting_leaves_nothing_and_keeps_the_rest() {
        let mut value = json!({"a": "by jane@example.org", "078-05-1120": 2, "n": 3, "dob": "x"});
        let found = redact(&mut value);
        assert_eq!(found.len(), 3);
        assert_eq!(lint(&value), []);
        let text = value.to_string();
        for gone in ["jane", "1120"] {
            assert!(!text.contains(gone));
        }
        assert_eq!(value["n"], 3);
        let mut many = json!((0..1000).map(|_| "078-05-1120").collect::<Vec<_>>());
        redact(&mut many);
        assert_eq!(lint(&many), []);
    }
}
