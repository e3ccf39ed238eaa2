//! The linter that stands before every signature: what looks like health information about a person is not signed.
//!
//! It would rather refuse too much than too little, for a store with Object Lock keeps a record for years, and nobody could take
//! it out again. It knows shapes, not meanings: a name alone has none. What keeps names out is that the forms of the results have
//! no field for what was found in a database other than numbers.

use std::{
    borrow::Cow,
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
    /// What a database says where it quotes a row.
    QuotedRow,
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
            Self::QuotedRow => "quoted-row",
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

/// The form of a number of the Social Security Administration.
static SSN: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"[0-9]{3}[-. ][0-9]{2}[-. ][0-9]{4}"));

/// Nine digits not far from the name of such a number.
static BARE_SSN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?s)(?:^|[^0-9A-Za-z])(?i:ssn|soc(?:ial)?[ _.-]{0,2}sec(?:urity)?)(?:[^A-Za-z].{0,60})?[^0-9A-Za-z][0-9]{9}(?:$|[^0-9A-Za-z])",
        r"|(?:^|[^0-9A-Za-z])[0-9]{9}[^0-9A-Za-z](?:.{0,20}[^A-Za-z])?(?i:ssn|social security)(?:$|[^A-Za-z])",
    ))
});

/// Digits behind the name of what they number.
static NAMED_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:(?:^|[^0-9A-Za-z])(?i:ssn|soc(?:ial)?[ _.-]{0,2}sec(?:urity)?(?:[ _-]?(?:number|no|num))?|mrn|hicn|mbi|npi",
        r"|(?:medical|health)[ _-]?record(?:[ _-]?(?:number|no|num|id))?",
        r"|(?:patient|member|subscriber|beneficiary|enrollee|insurance|medicare|medicaid|health[ _-]?plan|encounter|prescription|passport|driver'?s?[ _-]?licen[cs]e)",
        r"[ _-]?(?:id|no|nr|num|number))[^0-9A-Za-z]{1,6}",
        // Base64 ends with such letters and an equals sign now and then, and what stands behind it is something else.
        r"|[a-z](?:Ssn|SSN|Mrn|MRN)(?:=[='\x22(# ]{0,3}|[^0-9A-Za-z=][^0-9A-Za-z]{0,5}))",
        r"(?i:(?:is|was|of|for|no|nr|num|number|id|value)[^0-9A-Za-z]{1,4}){0,2}(?:[A-Za-z]{1,3}-?)?[0-9](?:[ .-]?[0-9]){3}",
        // Of the Drug Enforcement Administration, in full: the three letters alone are hexadecimal too.
        r"|(?:^|[^0-9A-Za-z])(?i:dea(?:[ _-]?(?:number|no|nr|num))?)[^0-9A-Za-z]{1,6}[A-Za-z][A-Za-z9][0-9]{7}(?:$|[^0-9A-Za-z])",
    ))
});

/// Letters before digits, as hospitals number their records: `MRN0012345`.
static MRN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?:(?:^|[^0-9A-Za-z])(?i:mrn|ssn|hicn|npi)|[a-z](?:Mrn|MRN))[0-9]{4}")
});

/// A number of Medicare, of which no letter is S, L, O, I, B or Z.
static MBI: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:^|[^0-9A-Za-z-])[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]",
        r"-?[AC-HJKMNP-RT-Y]{2}[0-9]{2}(?:$|[^0-9A-Za-z-])",
    ))
});

/// What PostgreSQL says where it quotes values of a row.
static QUOTED_ROW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"Key \([^)]{1,80}\)=\(|(?i:failing row contains) \(|COPY [^,]{1,80}, line [0-9]+(?:, column [^:]{1,80})?: ""#,
    )
});

/// An address of RFC 5321. What stands before it tells whether it is the user of a URL.
static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?P<before>://|)(?P<user>[\p{L}\p{N}][\p{L}\p{N}._%+'-]*|"[^"@]{1,64}")"#,
        r"@(?P<host>[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:xn--[A-Za-z0-9-]+|\p{L}{2,}))",
    ))
});

/// A number of North America, of which neither area nor exchange begins with 0 or 1.
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^0-9A-Za-z./:-])(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\)[ .-]{0,2}|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}(?:$|[^0-9A-Za-z-])",
    )
});

/// Any number in the form of E.164.
static INTERNATIONAL: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?:^|[\s:=('\x22,;<>\[|])\+[1-9](?:[ .()-]{0,2}[0-9]){7,14}\b"));

/// Any number behind what says that it is called.
static NAMED_PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:(?:^|[^0-9A-Za-z])(?i:(?:tele|cell|mobile|home|work)?[ _-]?phone|tel|fax|pager|(?:mobile|cell)[ _-]?(?:number|no|nr))|[a-z](?:Phone|Fax))(?i:[ _-]?(?:number|no|nr|num))?",
        r"[^0-9A-Za-z]{1,6}(?i:(?:is|was|of|no)[^0-9A-Za-z]{1,4})?[0-9](?:[ ().-]{0,2}[0-9]){6,14}(?:$|[^0-9A-Za-z])",
    ))
});

/// A date behind what says that somebody was born on it.
static BORN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:(?:^|[^0-9A-Za-z])(?i:dob|d\.o\.b\.?|(?:date|day|year)[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day|year)|born)|[a-z](?:Dob|DOB|DateOfBirth|Birth[Dd]ate))",
        // Not a slash nor a plus: base64 has three letters between two of them often enough.
        r"[^0-9A-Za-z/+]{1,6}(?i:(?:is|was|on|in|of)[^0-9A-Za-z]{1,3})?(?i:[a-z]{3,9}\.?[ -])?[0-9]{1,4}",
        r"|(?:^|[^0-9A-Za-z])(?i:dob)[0-9]{4}",
    ))
});

/// A date in an order in which only people write it: month or day first.
static PEOPLES_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:^|[^0-9A-Za-z/.-])(?:(?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|[12][0-9]|3[01])|(?:0?[1-9]|[12][0-9]|3[01])[/.-](?:0?[1-9]|1[0-2]))",
        r"[/.-](?:19|20)[0-9]{2}(?:$|[^0-9A-Za-z/-])",
    ))
});

/// A day of the twentieth century: older than anything that runs today.
static OLD_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^0-9A-Za-z/.-])(19[0-9]{2}[/.-](?:0[1-9]|1[0-2])[/.-](?:0[1-9]|[12][0-9]|3[01]))(?:$|[^0-9-])",
    )
});

/// Such a day with the name of its month.
static OLD_DATE_IN_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:^|[^0-9A-Za-z])((?:[0-3]?[0-9](?:st|nd|rd|th)?[ .-]{1,2}(?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?[ ,.-]{1,3}",
        r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?[ -][0-3]?[0-9](?:st|nd|rd|th)?[ ,.-]{1,3})19[0-9]{2})(?:$|[^0-9A-Za-z-])",
    ))
});

/// Such a day as HL7 and DICOM write it: `19570312`.
static BASIC_DATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"19[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"));

/// What eight digits are the end of where they are a place in a server's log (`0/16B3748`) or a fraction.
static BEFORE_NO_DATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?:^|[^0-9A-Za-z./_-])(?:[0-9A-F]{1,3}/|[0-9]+\.)$"));

/// What they are the start of where they are a part of a UUID or a size.
static AFTER_NO_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"^(?:-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-| (?:bytes|KiB|MiB|GiB|rows)(?:$|[^0-9A-Za-z]))")
});

/// The zeros of the digits that are not ASCII, of which the others follow in order.
const ZEROS: [char; 22] = [
    '\u{660}',
    '\u{6f0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
];

/// The ASCII digit of the same value as one that is not ASCII.
fn ascii_digit(sign: char) -> Option<char> {
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(sign).checked_sub(u32::from(*zero))?;
        char::from_digit(value, 10)
    })
}

/// A text with the signs that only look different made the same, and `@` where a URL has it otherwise.
fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return if text.contains("%40") {
            text.replace("%40", "@").into()
        } else {
            text.into()
        };
    }
    text.chars()
        .filter(|sign| {
            !matches!(
                sign,
                '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
            )
        })
        .map(|sign| match sign {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
            sign if sign.is_whitespace() => ' ',
            sign if sign.is_ascii() => sign,
            // The full-width forms of ASCII.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            sign => ascii_digit(sign).unwrap_or(sign),
        })
        .collect::<String>()
        .replace("%40", "@")
        .into()
}

fn looks_like(text: &str) -> Option<Phi> {
    // Bytes first: counting and searching cost.
    if text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT {
        return Some(Phi::Overlong);
    }
    let text = &*plain(text);
    let has = |pattern: &LazyLock<Option<Regex>>| {
        pattern.as_ref().is_some_and(|regex| regex.is_match(text))
    };
    if text.contains('@') && has_email(text) {
        return Some(Phi::Email);
    }
    if has(&QUOTED_ROW) {
        return Some(Phi::QuotedRow);
    }
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if has_ssn(text) || has(&BARE_SSN) {
        return Some(Phi::SocialSecurityNumber);
    }
    if has(&NAMED_NUMBER) || has(&MRN) || has(&MBI) {
        return Some(Phi::RecordNumber);
    }
    if has(&BORN)
        || has(&PEOPLES_DATE)
        || has_day(&OLD_DATE, text)
        || has_day(&OLD_DATE_IN_WORDS, text)
        || has_basic_date(text)
    {
        return Some(Phi::BirthDate);
    }
    if has(&PHONE) || has(&INTERNATIONAL) || has(&NAMED_PHONE) {
        return Some(Phi::Phone);
    }
    None
}

/// Whether there is a social security number, and not a part of something longer: never 000, 666 or 9xx, never 00, never 0000.
fn has_ssn(text: &str) -> bool {
    let Some(regex) = SSN.as_ref() else {
        return false;
    };
    let bytes = text.as_bytes();
    let is = |at: Option<usize>, what: fn(&u8) -> bool| {
        at.and_then(|at| bytes.get(at)).is_some_and(what)
    };
    let joins = |byte: &u8| matches!(byte, b'-' | b'.');
    let mut at = 0;
    while let Some(found) = regex.find_at(text, at) {
        let (start, end) = (found.start(), found.end());
        at = start + 1;
        let signs = found.as_str();
        let part = |from: usize, to: usize| signs.get(from..to).unwrap_or_default();
        let issued = !matches!(part(0, 3), "000" | "666")
            && !signs.starts_with('9')
            && part(4, 6) != "00"
            && part(7, 11) != "0000";
        let before = |back: usize| start.checked_sub(back);
        let longer = is(before(1), u8::is_ascii_digit)
            || (is(before(1), joins) && is(before(2), u8::is_ascii_digit))
            || is(Some(end), u8::is_ascii_alphanumeric)
            || (is(Some(end), joins) && is(Some(end + 1), u8::is_ascii_digit));
        if issued && !longer && part(3, 4) == part(6, 7) {
            return true;
        }
    }
    false
}

/// Whether there is a day other than the first of the clock of computers.
fn has_day(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| {
        regex.captures_iter(text).any(|found| {
            let day = found.get(1).map_or("", |day| day.as_str());
            let digits: String = day.chars().filter(char::is_ascii_digit).collect();
            let first = match digits.as_str() {
                "19700101" => true,
                "11970" | "011970" => day.to_ascii_lowercase().contains("jan"),
                _ => false,
            };
            !first
        })
    })
}

/// Whether there is a day of eight digits, and not a part of what results hold otherwise.
fn has_basic_date(text: &str) -> bool {
    let is = |pattern: &LazyLock<Option<Regex>>, text: &str| {
        pattern.as_ref().is_some_and(|regex| regex.is_match(text))
    };
    BASIC_DATE.as_ref().is_some_and(|regex| {
        regex.find_iter(text).any(|found| {
            let before = text.get(..found.start()).unwrap_or_default();
            let after = text.get(found.end()..).unwrap_or_default();
            let joins = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_alphanumeric());
            // Not the first day of the clock of computers.
            found.as_str() != "19700101"
                && !joins(before.chars().next_back())
                && !joins(after.chars().next())
                && !is(&BEFORE_NO_DATE, before)
                && !is(&AFTER_NO_DATE, after)
        })
    })
}

/// The last parts of names of systemd's units: `postgresql@15-main.service` is nobody's address.
const UNITS: &[&str] = &[
    "automount",
    "device",
    "mount",
    "path",
    "scope",
    "service",
    "slice",
    "socket",
    "swap",
    "target",
    "timer",
];

/// Whether a text holds the address of a person, in contrast to a service account, a Git remote, a unit of systemd or the user of a URL.
fn has_email(text: &str) -> bool {
    EMAIL.as_ref().is_some_and(|regex| {
        regex.captures_iter(text).any(|found| {
            let part = |name| found.name(name).map_or("", |part| part.as_str());
            let host = part("host");
            let service = host.ends_with(".gserviceaccount.com")
                || host
                    .rsplit('.')
                    .next()
                    .is_some_and(|last| UNITS.contains(&last));
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
    ["ssn", "mrn", "dob", "socialsecurity"]
        .iter()
        .any(|end| word.ends_with(end))
        || [
            "socialsecurityn",
            "medicalrecordn",
            "dateofbirth",
            "birthdate",
            "patientname",
            "patientid",
        ]
        .iter()
        .any(|part| word.contains(part))
        || matches!(
            word.as_str(),
            "firstname"
                | "lastname"
                | "fullname"
                | "memberid"
                | "subscriberid"
                | "beneficiaryid"
                | "phonenumber"
                | "emailaddress"
                | "streetaddress"
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn one_of(all: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
        prop::sample::select(all)
    }

    fn social_security_number() -> impl Strategy<Value = String> {
        let area = (1..900_u32).prop_filter("issued", |area| *area != 666);
        let parts = (area, 1..100_u32, 1..10_000_u32);
        let formatted = (parts, one_of(&["-", " ", ".", "\u{2013}"])).prop_map(
            |((area, group, serial), by)| format!("{area:03}{by}{group:02}{by}{serial:04}"),
        );
        let names = &["ssn", "SSN", "social security number", "Social-Security"];
        let glue = &["=", ": ", " is ", " (", "\": \"", "#"];
        prop_oneof![
            formatted,
            (one_of(names), one_of(glue), "[0-9]{9}")
                .prop_map(|(name, glue, number)| format!("{name}{glue}{number}")),
        ]
    }

    fn record_number() -> impl Strategy<Value = String> {
        let names = &[
            "mrn",
            "MRN",
            "medical record number",
            "patient id",
            "patient_id",
            "member number",
        ];
        let glue = &["=", ": ", " is ", "_", "-", " #", ")=("];
        (one_of(names), one_of(glue), "[A-Z]{0,2}[0-9]{6,10}")
            .prop_map(|(name, glue, number)| format!("{name}{glue}{number}"))
    }

    fn phone() -> impl Strategy<Value = String> {
        (200..1000_u32, 200..1000_u32, 0..10_000_u32, 0..6_u8).prop_map(
            |(area, exchange, line, form)| match form {
                0 => format!("({area}) {exchange}-{line:04}"),
                1 => format!("{area}-{exchange}-{line:04}"),
                2 => format!("{area}.{exchange}.{line:04}"),
                3 => format!("+1 {area} {exchange} {line:04}"),
                4 => format!("phone {area}{exchange}{line:04}"),
                _ => format!("tel: {area}{exchange}{line:04}"),
            },
        )
    }

    fn birth() -> impl Strategy<Value = String> {
        let names = &[
            "dob",
            "DOB",
            "date of birth",
            "dateOfBirth",
            "birth date",
            "born",
        ];
        let glue = &["=", ": ", " on ", " "];
        (
            one_of(names),
            one_of(glue),
            1900..2026_u32,
            1..13_u32,
            1..29_u32,
            0..3_u8,
        )
            .prop_map(|(name, glue, year, month, day, form)| match form {
                0 => format!("{name}{glue}{year}-{month:02}-{day:02}"),
                1 => format!("{name}{glue}{month}/{day}/{year}"),
                _ => format!("{name}{glue}{day} March {year}"),
            })
    }

    /// What results are full of.
    fn harmless() -> impl Strategy<Value = String> {
        let day = (2000..2100_u32, 1..13_u32, 1..32_u32);
        let time = (0..24_u32, 0..60_u32, 0..60_u32, 0..1000_u32);
        let moment = (day, time, 0..5_u8).prop_map(
            |((year, month, day), (hour, minute, second, milli), form)| match form {
                0 => format!(
                    "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
                ),
                1 => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}+10:30"),
                2 => format!("{year}-{month:02}-{day:02}"),
                3 => format!("{year}{month:02}{day:02}-{hour:02}{minute:02}{second:02}F"),
                _ => format!(
                    "s3://ehr-{year}-{month:02}-{day:02}/{year}/{month:02}/{day:02}/base.tar"
                ),
            },
        );
        prop_oneof![
            "(sha256:)?[0-9a-f]{64}",
            "[0-9a-f]{32}([0-9a-f]{8})?",
            "[A-Za-z0-9+/]{43}=",
            "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            "[0-7][0-9A-HJKMNP-TV-Z]{25}",
            "[0-9A-F]{24}",
            "[0-9A-F]{1,3}/[0-9A-F]{1,8}",
            // Without a unit eight digits behind 19 can be a day.
            "([02-9][0-9]{0,18}|1|1[0-8][0-9]{0,17})(ms)?",
            "[0-9]{1,19}( bytes| KiB| rows)",
            "arn:aws:(kms|rds|iam):us-east-1:[0-9]{12}:key/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            "(i|vol|snap|subnet|sg|vpc)-[0-9a-f]{17}",
            "(ehr|api|backup|postgres)-[a-z0-9]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}",
            "age1[02-9ac-hj-np-z]{58}",
            "[0-9]{1,3}\\.[0-9]{1,2}(\\.[0-9]{1,3})?(-[0-9]{1,2})?",
            any::<[u8; 4]>().prop_map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}/24")),
            any::<[u16; 8]>().prop_map(|parts| std::net::Ipv6Addr::from(parts).to_string()),
            moment,
        ]
    }

    proptest! {
        #[test]
        fn identifiers_are_found_wherever_they_stand(
            before in one_of(&["", "row ", "(", "value='", "x,", "id=7; ", "\"", "see: "]),
            identifier in prop_oneof![
                social_security_number(), record_number(), phone(), birth(),
                "[a-z][a-z0-9.]{3,10}[a-z0-9]@[a-z]{1,8}\\.(org|com|example\\.net)",
            ],
            after in one_of(&["", " ", ")", "'", ", next", ".", "\"", ";"]),
        ) {
            let text = format!("{before}{identifier}{after}");
            prop_assert_eq!(lint(&json!({"observed": text})).len(), 1, "{}", text);
            let mut value = json!([text]);
            redact(&mut value);
            prop_assert_eq!(value, json!([REDACTED]));
        }

        #[test]
        fn digests_sizes_times_and_ids_are_let_through(
            all in prop::collection::vec(harmless(), 1..6), by in one_of(&[", ", "; ", " at ", "\n"]),
        ) {
            prop_assert_eq!(lint(&json!(all.join(by))), []);
        }
    }

    #[test]
    fn finds_what_identifies_a_person() {
        let cases = [
            ("078-05-1120", Phi::SocialSecurityNumber),
            (
                "error near 000-12-3456 123-45-6789",
                Phi::SocialSecurityNumber,
            ),
            ("value 219 09 9999 is null", Phi::SocialSecurityNumber),
            ("ssn=219099999", Phi::SocialSecurityNumber),
            ("SSN is 219099999", Phi::SocialSecurityNumber),
            ("219099999 (ssn)", Phi::SocialSecurityNumber),
            ("soc. sec. no. 219099999", Phi::SocialSecurityNumber),
            ("ssn219-09-9999", Phi::SocialSecurityNumber),
            ("row-219-09-9999", Phi::SocialSecurityNumber),
            ("219.09.9999", Phi::SocialSecurityNumber),
            ("219\u{2011}09\u{2011}9999", Phi::SocialSecurityNumber),
            ("MRN: 00123456", Phi::RecordNumber),
            ("mrn #A-4711002", Phi::RecordNumber),
            ("MRN00123456", Phi::RecordNumber),
            ("patient_id=1234567", Phi::RecordNumber),
            ("medical record number 4711002", Phi::RecordNumber),
            ("mrn_00123456", Phi::RecordNumber),
            ("MRN is 12-34-56", Phi::RecordNumber),
            ("DEA no. AB1234563", Phi::RecordNumber),
            ("dea_number=a91234563", Phi::RecordNumber),
            ("patientMrn=00123456", Phi::RecordNumber),
            ("patientMRN=\"A-4711002\"", Phi::RecordNumber),
            ("patientMrn: 00123456", Phi::RecordNumber),
            ("patientSsn: 2190-99999", Phi::RecordNumber),
            ("Medicaid ID 12345678A", Phi::RecordNumber),
            // The number of the specimen card of the Centers for Medicare & Medicaid Services.
            ("1EG4-TE5-MK73", Phi::RecordNumber),
            ("1EG4TE5MK73", Phi::RecordNumber),
            ("jane.doe+lab@example.org", Phi::Email),
            ("mail <o'neil@mail.hospital.example.com>", Phi::Email),
            ("\"jane doe\"@example.org", Phi::Email),
            ("jos\u{e9}@example.org", Phi::Email),
            ("?to=jane%40example.org", Phi::Email),
            ("(212) 555-0134", Phi::Phone),
            ("(212)-555-0134", Phi::Phone),
            ("phone 2125550134", Phi::Phone),
            ("patientPhone=2125550134", Phi::Phone),
            ("fax no. 555-0134", Phi::Phone),
            ("+1\u{a0}212\u{a0}555\u{a0}0134", Phi::Phone),
            ("call 212-555-0134", Phi::Phone),
            ("1.212.555.0134", Phi::Phone),
            ("+1 212 555 0134", Phi::Phone),
            ("tel:+442079460958", Phi::Phone),
            ("+44 20 7946 0958", Phi::Phone),
            ("DOB 03/12/1957", Phi::BirthDate),
            ("born: March 3", Phi::BirthDate),
            ("date of birth=1957-03-12", Phi::BirthDate),
            ("dateOfBirth=57", Phi::BirthDate),
            ("dob_1957", Phi::BirthDate),
            ("born in 1957", Phi::BirthDate),
            ("31.12.1957", Phi::BirthDate),
            ("1957/03/12", Phi::BirthDate),
            ("12 March 1957", Phi::BirthDate),
            ("Mar. 12, 1957", Phi::BirthDate),
            (
                "DETAIL:  Key (ssn)=(219099999) already exists.",
                Phi::QuotedRow,
            ),
            ("Failing row contains (Doe, null).", Phi::QuotedRow),
            (
                "COPY patients, line 1, column name: \"Doe\"",
                Phi::QuotedRow,
            ),
            ("1957-03-12", Phi::BirthDate),
            ("(4711,Doe,1999-12-31)", Phi::BirthDate),
            ("12/31/2001", Phi::BirthDate),
            ("s3://b/doe_john_19570312.dump.age", Phi::BirthDate),
            ("s3://b/19570312/base.tar", Phi::BirthDate),
            ("|Doe^Jane||19570312|F", Phi::BirthDate),
            ("19570312", Phi::BirthDate),
            ("4711/19570312", Phi::BirthDate),
            // The digits of others: full-width, Arabic, Devanagari, bold.
            (
                "\u{ff12}\u{ff11}\u{ff19}\u{ff0d}\u{ff10}\u{ff19}\u{ff0d}\u{ff19}\u{ff19}\u{ff19}\u{ff19}",
                Phi::SocialSecurityNumber,
            ),
            (
                "\u{662}\u{661}\u{669}-\u{660}\u{669}-\u{669}\u{669}\u{669}\u{669}",
                Phi::SocialSecurityNumber,
            ),
            (
                "mrn \u{966}\u{967}\u{968}\u{969}\u{96a}\u{96f}",
                Phi::RecordNumber,
            ),
            (
                "\u{1d7cf}\u{1d7d7}\u{1d7d3}\u{1d7d5}-\u{1d7ce}\u{1d7d1}-\u{1d7cf}\u{1d7d0}",
                Phi::BirthDate,
            ),
            ("jane\u{ff20}example\u{ff0e}org", Phi::Email),
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
            "fe80::dea:1234",
            "0/DEA; 2026-11-24",
            "DEA/1234ABCD",
            "Hvhr1KXr+5/B23Cc5hueFrb9V2Pupn1kmb3vlZDnSSN=, 435.56.057",
            "qwtBBgiILjAhepe4fcV44QCD+CY3HFiG3GCZYaIbMRN=; 2090-05-08",
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
            "sha256:dea1234567890123dob1957",
            "aAA0/DoB/0Aa+//A0+aaAa+0++aA/AAAaAaa0AA0Aa+=",
            "registry.example.org/deal-1234:5000",
            "postgresql@15-main.service",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "the social security of 9 clinics",
            "mobile-20261124",
            "phonebook-20261124",
            "members: 123456789",
            "100.12.4896.75",
            "19570312 bytes, 19570312 rows",
            "0/19570312",
            "from A1/19570312 to 0/19991231, 16 segments",
            "19570312-7dec-11d0-a765-00a0c91e6bf6",
            "pvc-19570312-7DEC-11D0-A765-00A0C91E6BF6",
            "0.19570312",
            "sha256:19570312d2ab0a23",
            "000000010000000019570312",
            "1957031200",
            "19571312",
            "19500000",
            "19700101",
            "s3://ehr-backups/daily/20241124.dump.age",
            "s3://ehr-backups/20241124/base.tar",
            digest,
        ];
        for text in cases {
            assert_eq!(lint(&json!({"text": text, text: 1})), [], "{text}");
        }
        let numbers = json!({"count": 219_099_999, "seconds": 1957.03, "bytes": 2_125_550_134_u64, "rows": 19_570_312});
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
        for key in [
            "patientSsn",
            "legacy_mrn",
            "DOB",
            "patient-id",
            "dateOfBirthText",
        ] {
            assert_eq!(lint(&json!({ key: 1 })).len(), 1, "{key}");
        }
        for key in ["sessions", "policyId", "lineNumber", "dataAge"] {
            assert_eq!(lint(&json!({ key: 1 })), [], "{key}");
        }
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
