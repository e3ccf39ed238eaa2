//! Spans of time as configurations write them.

/// Days, from `30d`, `720h`, `1h30m`, `P30D`, `PT72H`, `2w`, `1y`. A month has 30 days, a year 365. `m` is minutes but in the date part of
/// an ISO 8601 duration, where it is months.
pub(crate) fn days(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let (mut rest, iso) = match text.strip_prefix('p') {
        Some(rest) => (rest, true),
        None => (text.as_str(), false),
    };
    let mut time = !iso;
    let mut total = 0.0;
    let mut any = false;
    while !rest.is_empty() {
        if let (Some(left), true, false) = (rest.strip_prefix('t'), iso, time) {
            (rest, time) = (left, true);
            continue;
        }
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let number: f64 = rest.get(..end)?.parse().ok()?;
        rest = rest.get(end..)?.trim_start();
        let unit_end = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        // In an ISO duration `T` may follow a unit at once.
        let unit_end = if iso { unit_end.min(1) } else { unit_end };
        let unit = match (rest.get(..unit_end)?, time) {
            ("y" | "yr" | "year" | "years", _) => 365.0,
            ("m", false) | ("mo" | "month" | "months", _) => 30.0,
            ("w" | "week" | "weeks", _) => 7.0,
            ("d" | "day" | "days", _) => 1.0,
            ("h" | "hr" | "hour" | "hours", true) => 1.0 / 24.0,
            ("m" | "min" | "minute" | "minutes", true) => 1.0 / 1440.0,
            ("s" | "sec" | "second" | "seconds", true) => 1.0 / 86400.0,
            ("ms", true) => 1.0 / 86_400_000.0,
            _ => return None,
        };
        total += number * unit;
        any = true;
        rest = rest.get(unit_end..)?.trim_start();
    }
    any.then_some(total)
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn the_forms_of_configurations() {
        for (text, expected) in [
            ("30d", 30.0),
            ("720h", 30.0),
            ("P30D", 30.0),
            ("PT72H", 3.0),
            ("P1DT12H", 1.5),
            ("2w", 14.0),
            ("1y", 365.0),
            ("P1M", 30.0),
        ] {
            assert_eq!(days(text), Some(expected), "{text}");
        }
        for text in ["", "P", "7", "d", "1x", "P1H", "-1d"] {
            assert_eq!(days(text), None, "{text}");
        }
    }
}
