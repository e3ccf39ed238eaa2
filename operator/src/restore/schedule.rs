//! When a verification runs: cron in a time zone, jitter, and slots that were missed.
//!
//! At changes of the clocks a slot at a fixed time is neither lost nor run twice: one that falls into the hour that is left out runs at its
//! end, and one in the hour that comes twice runs in the first. A Kubernetes `CronJob` would leave out the first and run the second
//! twice; a verification that is left out is a gap in the evidence.

use croner::{Cron, parser::CronParser};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sha2::{Digest as _, Sha256};

/// The most slots of a gap that are counted. A gap of more is told as of so many.
pub const COUNT_LIMIT: u64 = 1000;

/// A schedule that cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The expression.
    #[error(
        "schedule.cron: `{0}` is no cron expression of five fields: minute, hour, day of month, month, day of week"
    )]
    Cron(String),
    /// The time zone.
    #[error(
        "schedule.timeZone: `{0}` is not in the IANA database: give a name such as America/New_York"
    )]
    Zone(String),
}

/// When a verification runs.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    /// Between a slot and its run.
    jitter: SignedDuration,
    /// How late a run may begin, counted from its slot with the jitter.
    deadline: Option<SignedDuration>,
}

/// What a schedule asks for at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// The slot whose run is to begin.
    pub run: Option<Timestamp>,
    /// The newest slot that was missed, and how many were, at most [`COUNT_LIMIT`].
    pub missed: Option<(Timestamp, u64)>,
}

impl Schedule {
    /// Reads a schedule. The jitter is the UID's own, between nothing and the given seconds: it moves every run of a verification by the
    /// same time, so that the time between two runs is that of the schedule.
    ///
    /// # Errors
    /// See [`ScheduleError`].
    pub fn new(
        cron: &str,
        zone: Option<&str>,
        jitter_seconds: u32,
        starting_deadline_seconds: Option<u32>,
        uid: &str,
    ) -> Result<Self, ScheduleError> {
        let wrong = || ScheduleError::Cron(cron.to_owned());
        if cron.split_whitespace().count() != 5 {
            return Err(wrong());
        }
        let pattern = CronParser::new().parse(cron).map_err(|_| wrong())?;
        let name = zone.unwrap_or("UTC");
        // The database of the program, not that of the machine: every replica reckons alike, and the image needs none.
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| ScheduleError::Zone(name.to_owned()))?;
        Ok(Self {
            cron: pattern,
            zone,
            jitter: jitter(uid, jitter_seconds),
            deadline: starting_deadline_seconds
                .map(|seconds| SignedDuration::from_secs(i64::from(seconds))),
        })
    }

    /// Between a slot and its run.
    pub const fn jitter(&self) -> SignedDuration {
        self.jitter
    }

    /// The first slot after a moment; `None` where there is none, as on a 30th of February.
    pub fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        let from = moment.to_zoned(self.zone.clone());
        let next = self
            .cron
            .find_next_occurrence(&from, false)
            .ok()?
            .timestamp();
        (next > moment).then_some(next)
    }

    /// Whether it is too late for the run of a slot.
    pub fn is_too_late(&self, slot: Timestamp, now: Timestamp) -> bool {
        self.deadline
            .is_some_and(|deadline| now.duration_since(slot) - self.jitter > deadline)
    }

    /// What is due, when the slots up to `since` have been seen to: the newest slot runs, the ones before it are missed, and so is the
    /// newest when it is too late for it.
    pub fn due(&self, since: Timestamp, now: Timestamp) -> Due {
        let mut due = Due::default();
        // A slot is due when its jitter has passed.
        let Ok(until) = now.checked_sub(self.jitter) else {
            return due;
        };
        let mut count = 0_u64;
        let mut newest = None;
        let mut before_newest = None;
        let mut slot = self.after(since);
        while let Some(this) = slot.filter(|slot| *slot <= until) {
            count += 1;
            before_newest = newest.replace(this);
            if count > COUNT_LIMIT {
                // The rest is not counted; the newest two are found from the other side.
                let (last, one_before) = self.last_two(until);
                newest = last.or(newest);
                before_newest = one_before.or(before_newest);
                break;
            }
            slot = self.after(this);
        }
        let Some(newest) = newest else {
            return due;
        };
        if self.is_too_late(newest, now) {
            due.missed = Some((newest, count.min(COUNT_LIMIT)));
        } else {
            due.run = Some(newest);
            due.missed = before_newest.map(|slot| (slot, (count - 1).min(COUNT_LIMIT)));
        }
        due
    }

    /// The last slot up to a moment, and the one before.
    fn last_two(&self, until: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let previous = |moment: Timestamp, inclusive| {
            let from = moment.to_zoned(self.zone.clone());
            let found = self.cron.find_previous_occurrence(&from, inclusive).ok()?;
            Some(found.timestamp())
        };
        let last = previous(until, true);
        (last, last.and_then(|last| previous(last, false)))
    }
}

/// Between nothing and so many seconds, from the SHA-256 of a UID.
fn jitter(uid: &str, seconds: u32) -> SignedDuration {
    let digest = Sha256::digest(uid.as_bytes());
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let seconds = number % (u64::from(seconds) + 1);
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::new(cron, Some(zone), 0, None, "uid").unwrap()
    }

    /// The slots after a moment, with their offsets.
    fn slots(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let schedule = schedule(cron, zone);
        std::iter::successors(schedule.after(at(from)), |slot| schedule.after(*slot))
            .take(count)
            .map(|slot| {
                let zoned = slot.to_zoned(schedule.zone.clone());
                zoned.strftime("%Y-%m-%dT%H:%M%:z").to_string()
            })
            .collect()
    }

    // New York: on 2026-03-08 02:00-05:00 becomes 03:00-04:00; on 2026-11-01 02:00-04:00 becomes 01:00-05:00 (15 USC 260a).
    #[test]
    fn no_slot_is_lost_in_the_hour_that_is_left_out() {
        assert_eq!(
            slots("30 2 * * 0", "America/New_York", "2026-02-28T12:00:00Z", 3),
            [
                "2026-03-01T02:30-05:00",
                "2026-03-08T03:00-04:00",
                "2026-03-15T02:30-04:00"
            ]
        );
        // Berlin: on 2026-03-29 02:00+01:00 becomes 03:00+02:00 (Directive 2000/84/EC).
        assert_eq!(
            slots("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3),
            [
                "2026-03-28T02:30+01:00",
                "2026-03-29T03:00+02:00",
                "2026-03-30T02:30+02:00"
            ]
        );
        // What runs every hour has one run less on that day.
        assert_eq!(
            slots("0 * * * *", "America/New_York", "2026-03-08T05:59:00Z", 3),
            [
                "2026-03-08T01:00-05:00",
                "2026-03-08T03:00-04:00",
                "2026-03-08T04:00-04:00"
            ]
        );
    }

    #[test]
    fn no_slot_runs_twice_in_the_hour_that_comes_twice() {
        assert_eq!(
            slots("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2),
            ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"]
        );
        // Berlin: on 2026-10-25 03:00+02:00 becomes 02:00+01:00.
        assert_eq!(
            slots("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]
        );
        // Between the two passes of the hour nothing is due again.
        let schedule = schedule("30 1 * * *", "America/New_York");
        assert_eq!(
            schedule.after(at("2026-11-01T06:00:00Z")),
            Some(at("2026-11-02T06:30:00Z"))
        );
        // An interval goes on in real time.
        assert_eq!(
            slots(
                "*/30 * * * *",
                "America/New_York",
                "2026-11-01T05:29:00Z",
                3
            ),
            [
                "2026-11-01T01:30-04:00",
                "2026-11-01T01:00-05:00",
                "2026-11-01T01:30-05:00"
            ]
        );
    }

    // Lord Howe moves by half an hour, Berlin on the last Sundays of March and October, India never.
    #[test]
    fn zones_are_those_of_the_iana_database() {
        assert_eq!(
            slots(
                "15 2 4 10 *",
                "Australia/Lord_Howe",
                "2026-10-01T00:00:00Z",
                1
            ),
            ["2026-10-04T02:30+11:00"]
        );
        assert_eq!(
            slots("0 4 * * 0", "Europe/Berlin", "2026-03-28T12:00:00Z", 1),
            ["2026-03-29T04:00+02:00"]
        );
        assert_eq!(
            slots("0 0 1 * *", "Asia/Kolkata", "2026-01-15T00:00:00Z", 1),
            ["2026-02-01T00:00+05:30"]
        );
        assert_eq!(
            Schedule::new("0 0 * * *", Some("Mars/Olympus"), 0, None, "").unwrap_err(),
            ScheduleError::Zone("Mars/Olympus".to_owned())
        );
    }

    #[test]
    fn mistakes_are_told() {
        for cron in [
            "",
            "0 0 * *",
            "0 0 0 * * *",
            "61 0 * * *",
            "@daily",
            "TZ=UTC 0 0 * *",
        ] {
            assert!(Schedule::new(cron, None, 0, None, "").is_err(), "{cron}");
        }
        // There is no such day, ever.
        assert_eq!(
            schedule("0 0 30 2 *", "UTC").after(at("2026-01-01T00:00:00Z")),
            None
        );
    }

    #[test]
    fn the_newest_slot_runs_and_those_before_it_are_missed() {
        let daily = schedule("0 3 * * *", "UTC");
        let since = at("2026-05-01T03:00:00Z");
        assert_eq!(daily.due(since, at("2026-05-02T02:59:59Z")), Due::default());
        let due = daily.due(since, at("2026-05-02T03:00:00Z"));
        assert_eq!(
            due,
            Due {
                run: Some(at("2026-05-02T03:00:00Z")),
                missed: None
            }
        );
        let due = daily.due(since, at("2026-05-05T09:00:00Z"));
        assert_eq!(due.run, Some(at("2026-05-05T03:00:00Z")));
        assert_eq!(due.missed, Some((at("2026-05-04T03:00:00Z"), 3)));
    }

    #[test]
    fn a_slot_is_missed_when_it_is_too_late_for_it() {
        let daily = Schedule::new("0 3 * * *", None, 0, Some(7200), "uid").unwrap();
        let since = at("2026-05-01T03:00:00Z");
        assert!(daily.due(since, at("2026-05-02T05:00:00Z")).run.is_some());
        let due = daily.due(since, at("2026-05-02T05:00:01Z"));
        assert_eq!(
            due,
            Due {
                run: None,
                missed: Some((at("2026-05-02T03:00:00Z"), 1))
            }
        );
    }

    // An operator that is down over the change to summer time: three nights, each with one slot.
    #[test]
    fn missed_slots_are_counted_over_a_change_of_the_clocks() {
        let nightly =
            Schedule::new("30 2 * * *", Some("America/New_York"), 0, Some(3600), "uid").unwrap();
        let due = nightly.due(at("2026-03-06T07:30:00Z"), at("2026-03-09T12:00:00Z"));
        assert_eq!(
            due,
            Due {
                run: None,
                missed: Some((at("2026-03-09T06:30:00Z"), 3))
            }
        );
    }

    #[test]
    fn a_long_gap_is_not_counted_to_its_end() {
        let minutely = schedule("* * * * *", "UTC");
        let due = minutely.due(at("2020-01-01T00:00:00Z"), at("2026-01-01T00:00:30Z"));
        assert_eq!(due.run, Some(at("2026-01-01T00:00:00Z")));
        assert_eq!(due.missed, Some((at("2025-12-31T23:59:00Z"), COUNT_LIMIT)));
    }

    #[test]
    fn jitter_is_the_same_at_every_slot_and_within_bounds() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..200 {
            let uid = format!("uid-{number}");
            let schedule = Schedule::new("0 3 * * *", None, 600, None, &uid).unwrap();
            let seconds = schedule.jitter().as_secs();
            assert!((0..=600).contains(&seconds));
            assert_eq!(schedule.jitter(), jitter(&uid, 600));
            seen.insert(seconds);
            let since = at("2026-05-01T12:00:00Z");
            let slot = at("2026-05-02T03:00:00Z");
            let begins = slot + schedule.jitter();
            assert_eq!(schedule.due(since, begins).run, Some(slot));
            if seconds > 0 {
                let early = begins - SignedDuration::from_secs(1);
                assert_eq!(schedule.due(since, early).run, None);
            }
        }
        // 200 draws of 601 leave about 170 different ones.
        assert!(seen.len() > 140, "{}", seen.len());
    }
}
