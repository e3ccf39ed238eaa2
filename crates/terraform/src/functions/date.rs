//! Timestamps (RFC 3339) and durations.

use super::{Args, Ty, Val};
use crate::value::Unk;

/// A moment as written: seconds since 1970 in UTC, nanoseconds, and the offset of its zone in seconds.
struct Timestamp {
    seconds: i64,
    nanos: i64,
    offset: i64,
}

/// Year, month, day, hour, minute, second and weekday (0 is Sunday) in the timestamp's zone.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: i64,
}

/// Days since 1970 of a date (Howard Hinnant's algorithm, for years from 0).
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn days_in(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    days_of(next_year, next, 1) - days_of(year, month, 1)
}

impl Timestamp {
    fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).ok_or_else(|| "not a valid RFC 3339 timestamp".to_owned())
    }

    fn read(text: &str) -> Option<Self> {
        let digits = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                part.parse::<i64>().ok()
            } else {
                None
            }
        };
        let separator =
            |at: usize, byte: u8| text.as_bytes().get(at).is_some_and(|found| *found == byte);
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if !separators.into_iter().all(|(at, byte)| separator(at, byte)) {
            return None;
        }
        let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
        let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
        let valid =
            (1..=12).contains(&month) && day >= 1 && hour < 24 && minute < 60 && second < 60;
        if !valid || day > days_in(year, month) {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut nanos = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let kept = fraction
                .get(..length.min(9))
                .filter(|kept| !kept.is_empty())?;
            nanos = format!("{kept:0<9}").parse().ok()?;
            rest = fraction.get(length..)?;
        }
        let offset = match rest.as_bytes() {
            b"Z" => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2]
                if [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) =>
            {
                let two = |a: u8, b: u8| i64::from(a - b'0') * 10 + i64::from(b - b'0');
                let (hours, minutes) = (two(*h1, *h2), two(*m1, *m2));
                if hours > 23 || minutes > 59 {
                    return None;
                }
                (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        let seconds =
            days_of(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
        Some(Self {
            seconds,
            nanos,
            offset,
        })
    }

    fn civil(&self) -> Civil {
        let local = self.seconds + self.offset;
        let (days, of_day) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            weekday: (days + 4).rem_euclid(7),
        }
    }

    /// `+02:00`, or without the colon.
    fn zone(&self, colon: &str) -> String {
        let (sign, size) = if self.offset < 0 {
            ('-', -self.offset)
        } else {
            ('+', self.offset)
        };
        format!("{sign}{:02}{colon}{:02}", size / 3600, size / 60 % 60)
    }

    fn zone_or_z(&self) -> String {
        if self.offset == 0 {
            "Z".to_owned()
        } else {
            self.zone(":")
        }
    }
}

/// Whether a text is a timestamp of RFC 3339.
pub(super) fn is_timestamp(text: &str) -> bool {
    Timestamp::read(text).is_some()
}

pub(super) fn timeadd(args: &Args<'_>) -> Result<Val, String> {
    let mut time = Timestamp::parse(args.text(0)?)?;
    let nanos = duration(args.text(1)?).ok_or("not a valid duration")? + i128::from(time.nanos);
    let seconds =
        i64::try_from(nanos.div_euclid(1_000_000_000)).map_err(|_| "the duration is too long")?;
    time.seconds += seconds;
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        ..
    } = time.civil();
    if !(0..=9999).contains(&year) {
        return Err("the year is out of range".to_owned());
    }
    let zone = time.zone_or_z();
    Ok(Val::str(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"
    )))
}

pub(super) fn timecmp(args: &Args<'_>) -> Result<Val, String> {
    let (a, b) = (
        Timestamp::parse(args.text(0)?)?,
        Timestamp::parse(args.text(1)?)?,
    );
    Ok(Val::num(
        match (a.seconds, a.nanos).cmp(&(b.seconds, b.nanos)) {
            std::cmp::Ordering::Less => -1_i64,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        },
    ))
}

/// Go's `time.ParseDuration`, in nanoseconds: `-1h30.5m`.
fn duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
            .count();
        let (number, tail) = rest.split_at_checked(length)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let unit_length = tail
            .bytes()
            .take_while(|byte| !byte.is_ascii_digit() && *byte != b'.')
            .count();
        let (unit, tail) = tail.split_at_checked(unit_length)?;
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let whole: i128 = if whole.is_empty() {
            0
        } else {
            whole.parse::<i64>().ok()?.into()
        };
        let fraction = fraction.get(..fraction.len().min(15))?;
        let part: i128 = if fraction.is_empty() {
            0
        } else {
            fraction.parse::<i64>().ok()?.into()
        };
        let ten = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
        total = total.checked_add(whole * scale + part * scale / ten)?;
        rest = tail;
    }
    // Go holds durations in 64 bits.
    (total <= i128::from(i64::MAX)).then_some(if negative { -total } else { total })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) fn formatdate(args: &Args<'_>) -> Result<Val, String> {
    let time = Timestamp::parse(args.text(1)?)?;
    let civil = time.civil();
    let mut rest = args.text(0)?;
    args.spend_text(rest.len() * 4)?;
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at)
            .ok()
            .and_then(|at| names.get(at))
            .copied()
            .unwrap_or("")
    };
    let short = |name: &'static str| name.get(..3).unwrap_or(name);
    let mut out = String::new();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let mut closed = false;
            let mut characters = rest.char_indices().skip(1).peekable();
            let mut end = rest.len();
            while let Some((at, c)) = characters.next() {
                if c != '\'' {
                    out.push(c);
                } else if characters.peek().is_some_and(|(_, next)| *next == '\'') {
                    characters.next();
                    out.push('\'');
                } else {
                    closed = true;
                    end = at + 1;
                    break;
                }
            }
            if !closed {
                return Err("the format has a quote that is not closed".to_owned());
            }
            rest = rest.get(end..).unwrap_or_default();
            continue;
        }
        if !first.is_ascii_alphabetic() {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let length = rest.chars().take_while(|c| *c == first).count();
        let token = rest.get(..length).unwrap_or_default();
        rest = rest.get(length..).unwrap_or_default();
        let twelve = if civil.hour % 12 == 0 {
            12
        } else {
            civil.hour % 12
        };
        let written = match token {
            "YYYY" => format!("{:04}", civil.year),
            "YY" => format!("{:02}", civil.year % 100),
            "MMMM" => name(&MONTHS, civil.month - 1).to_owned(),
            "MMM" => short(name(&MONTHS, civil.month - 1)).to_owned(),
            "MM" => format!("{:02}", civil.month),
            "M" => civil.month.to_string(),
            "DD" => format!("{:02}", civil.day),
            "D" => civil.day.to_string(),
            "EEEE" => name(&WEEKDAYS, civil.weekday).to_owned(),
            "EEE" => short(name(&WEEKDAYS, civil.weekday)).to_owned(),
            "hh" => format!("{:02}", civil.hour),
            "h" => civil.hour.to_string(),
            "HH" => format!("{twelve:02}"),
            "H" => twelve.to_string(),
            "AA" => if civil.hour < 12 { "AM" } else { "PM" }.to_owned(),
            "aa" => if civil.hour < 12 { "am" } else { "pm" }.to_owned(),
            "mm" => format!("{:02}", civil.minute),
            "m" => civil.minute.to_string(),
            "ss" => format!("{:02}", civil.second),
            "s" => civil.second.to_string(),
            "Z" => time.zone_or_z(),
            "ZZZ" if time.offset == 0 => "UTC".to_owned(),
            "ZZZ" | "ZZZZ" => time.zone(""),
            "ZZZZZ" => time.zone(":"),
            _ => return Err("the format has an unknown sequence of letters".to_owned()),
        };
        out.push_str(&written);
    }
    Ok(Val::str(out))
}

/// `timestamp` and `plantimestamp`: set, but another text in each run.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions of the table have one signature"
)]
pub(super) fn now(_: &Args<'_>) -> Result<Val, String> {
    let unk = Unk::because("the time of the run is not known");
    Ok(Val::unknown(Unk {
        ty: Ty::String.into(),
        set: true,
        not_null: true,
        ..unk
    }))
}
