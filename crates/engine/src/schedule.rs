//! How long a schedule may leave between two runs.

use croner::{Cron, parser::CronParser};

use ::chrono::{DateTime, Duration, TimeZone as _, Timelike as _, Utc};

use crate::duration;

/// The longest time between two runs, in hours: of `rate(…)`, AWS `cron(…)`, five- or six-field cron, `@daily`, `@every 6h`.
/// Infinite for one that ends; `None` for a text that is no schedule.
pub(crate) fn max_gap_hours(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.len() > 256 {
        return None;
    }
    if let Some(rate) = inside(text, "rate(") {
        return duration::days(rate).map(|days| days * 24.0);
    }
    if let Some(every) = text.strip_prefix("@every ") {
        return duration::days(every).map(|days| days * 24.0);
    }
    if let Some(cron) = inside(text, "cron(") {
        return aws(cron);
    }
    // Kubernetes takes a time zone in front, which moves runs but not the gaps between them.
    let text = match text
        .strip_prefix("CRON_TZ=")
        .or_else(|| text.strip_prefix("TZ="))
    {
        Some(zoned) => zoned.split_once(char::is_whitespace)?.1.trim(),
        None => text,
    };
    let fields = match text {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        other => other,
    };
    let fields: Vec<&str> = fields.split_whitespace().collect();
    match fields.as_slice() {
        [_, _, _, _, _] => gap(&fields.join(" ")),
        // Seconds in front change no gap by as much as a minute.
        [_, five @ ..] if five.len() == 5 => gap(&five.join(" ").replace('?', "*")),
        _ => None,
    }
}

fn inside<'a>(text: &'a str, open: &str) -> Option<&'a str> {
    text.strip_prefix(open)?.strip_suffix(')').map(str::trim)
}

/// AWS: minutes, hours, day of month, month, day of week (1 is Sunday), year.
fn aws(cron: &str) -> Option<f64> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = fields.as_slice() else {
        return None;
    };
    let weekday = shift_weekdays(weekday)?;
    let any = |field: &str| field.replace('?', "*");
    let gap = gap(&format!(
        "{minute} {hour} {} {month} {}",
        any(day),
        any(&weekday)
    ))?;
    Some(if *year == "*" { gap } else { f64::INFINITY })
}

/// Day-of-week numbers from AWS's (1 is Sunday) to cron's (0 is Sunday). What stands behind `#` or `/` is a count.
fn shift_weekdays(field: &str) -> Option<String> {
    let mut shifted = String::new();
    let mut counting = false;
    for c in field.chars() {
        match c {
            '1'..='7' if !counting => shifted.push(char::from_digit(c.to_digit(10)? - 1, 10)?),
            '0' | '8' | '9' if !counting => return None,
            _ => {
                counting = matches!(c, '#' | '/') || counting && c.is_ascii_digit();
                shifted.push(c);
            }
        }
    }
    Some(shifted)
}

/// The longest gap of a five-field pattern. The times of day are the same on every day that it runs: the days are looked at one by one,
/// the times once.
fn gap(pattern: &str) -> Option<f64> {
    let cron: Cron = CronParser::new().parse(pattern).ok()?;
    let start = Utc.with_ymd_and_hms(2024, 1, 1, 0, 0, 0).single()?;
    let first = next(&cron, start, true)?;
    let day_end = midnight(first)? + Duration::days(1);
    let mut longest = Duration::zero();
    let mut last = first;
    while let Some(run) = next(&cron, last, false) {
        if run >= day_end {
            break;
        }
        longest = longest.max(run - last);
        last = run;
    }
    let (first_time, last_time) = (first - midnight(first)?, last - midnight(first)?);
    // Eight years hold every pattern of weekdays, month ends and leap days; one day is like the other where no field tells them apart.
    let every_day = pattern.split(' ').skip(2).all(|field| field == "*");
    let mut day = midnight(first)?;
    let limit = day + Duration::days(if every_day { 1 } else { 8 * 366 });
    while day < limit {
        let Some(following) = next(&cron, day + Duration::days(1), true) else {
            return Some(f64::INFINITY);
        };
        let following_day = midnight(following)?;
        longest = longest.max(following_day + first_time - (day + last_time));
        day = following_day;
    }
    #[expect(clippy::cast_precision_loss, reason = "minutes of eight years")]
    Some(longest.num_minutes() as f64 / 60.0)
}

fn next(cron: &Cron, from: DateTime<Utc>, inclusive: bool) -> Option<DateTime<Utc>> {
    cron.find_next_occurrence(&from, inclusive).ok()
}

fn midnight(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    time.with_hour(0)?
        .with_minute(0)?
        .with_second(0)?
        .with_nanosecond(0)
}

#[cfg(test)]
mod tests {
    use super::max_gap_hours;

    #[test]
    fn gaps_of_common_schedules() {
        for (text, hours) in [
            ("rate(12 hours)", 12.0),
            ("rate(1 day)", 24.0),
            ("cron(0 5 ? * * *)", 24.0),
            ("cron(0 5 ? * MON-FRI *)", 72.0),
            ("cron(0 5 ? * 2-6 *)", 72.0),
            ("cron(0 5 1 * ? *)", 31.0 * 24.0),
            ("cron(0 5 ? * 1 *)", 168.0),
            ("0 3 * * *", 24.0),
            ("*/15 * * * *", 0.25),
            ("0 9-17 * * 1-5", 64.0),
            ("0 0 3 * * *", 24.0),
            ("@daily", 24.0),
            ("@weekly", 168.0),
            ("@every 6h", 6.0),
            ("TZ=Europe/Berlin 0 3 * * *", 24.0),
        ] {
            assert_eq!(max_gap_hours(text), Some(hours), "{text}");
        }
        assert_eq!(max_gap_hours("cron(0 5 1 1 ? 2027)"), Some(f64::INFINITY));
        for text in ["", "daily", "cron(0 5 * * *)", "99 * * * *", "rate(x)"] {
            assert_eq!(max_gap_hours(text), None, "{text}");
        }
    }
}
