//! Calendar days. The clock is an input: nothing here asks what day it is.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A calendar day, `2026-11-24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(chrono::NaiveDate);

impl Date {
    /// The day as of which the fixtures of policies are judged, 2026-11-24.
    pub(crate) const FIXTURES: Self = match chrono::NaiveDate::from_ymd_opt(2026, 11, 24) {
        Some(day) => Self(day),
        None => Self(chrono::NaiveDate::MIN),
    };

    /// The day of a year, month and day of the month, where there is one.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        chrono::NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// The day that lies this many days later; the last day that can be told, if that is too far.
    pub fn plus_days(self, days: u32) -> Self {
        Self(
            self.0
                .checked_add_days(chrono::Days::new(u64::from(days)))
                .unwrap_or(chrono::NaiveDate::MAX),
        )
    }

    /// How many days lie between this day and a later one; negative for an earlier one.
    pub fn days_until(self, later: Self) -> i64 {
        (later.0 - self.0).num_days()
    }

    /// When it begins in UTC, in seconds since 1970.
    pub(crate) fn unix_seconds(self) -> i64 {
        self.0
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
            .timestamp()
    }

    /// The first day that can be told.
    pub const MIN: Self = Self(chrono::NaiveDate::MIN);

    /// The day this many days after 1970-01-01; the last day that can be told, if that is too far.
    pub fn from_unix_days(days: i64) -> Self {
        let day = i32::try_from(days)
            .ok()
            .and_then(chrono::NaiveDate::from_epoch_days);
        Self(day.unwrap_or(chrono::NaiveDate::MAX))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

impl std::str::FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Only the one form with all its digits.
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| {
                if at == 4 || at == 7 {
                    byte == b'-'
                } else {
                    byte.is_ascii_digit()
                }
            });
        if !shaped {
            return Err(format!("`{text}` is not a date: write it as 2027-01-31"));
        }
        text.parse()
            .map(Self)
            .map_err(|_| format!("there is no day {text}"))
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "description": "A calendar day, 2027-01-31."})
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_that_are_none_are_refused() {
        assert_eq!("2028-02-29".parse(), Ok(Date::new(2028, 2, 29).unwrap()));
        for text in [
            "2027-02-29",
            "2027-1-31",
            "31.01.2027",
            "",
            "2027-01-31T00:00",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
