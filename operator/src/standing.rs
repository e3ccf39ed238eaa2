//! How something stands, so that a trouble that lasts is told once, and tried again ever more seldom.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The first pause after something failed, and the longest one.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);
/// Failures of a watch that are further apart have nothing to do with each other: between attempts is less than a minute.
const APART: Duration = Duration::from_mins(2);

/// How something stands.
#[derive(Debug)]
pub struct Standing {
    /// What is wrong; nothing where all is well.
    trouble: Option<String>,
    pause: Duration,
    /// When a watch failed last.
    failed: Option<Instant>,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            trouble: None,
            pause: FIRST,
            failed: None,
        }
    }
}

impl Standing {
    /// Takes note of how it stands now. Whether that is news: the log has one line for each change.
    pub fn becomes(&mut self, trouble: Option<&str>) -> bool {
        if trouble.is_none() {
            self.pause = FIRST;
        }
        let is_news = self.trouble.as_deref() != trouble;
        if is_news {
            self.trouble = trouble.map(str::to_owned);
        }
        is_news
    }

    /// The same of a watch that failed. One that goes on says nothing until something changes, so that what failed long ago is over.
    pub fn fails(&mut self, trouble: &str, now: Instant) -> bool {
        if self
            .failed
            .is_some_and(|failed| now.duration_since(failed) >= APART)
        {
            self.becomes(None);
        }
        self.failed = Some(now);
        self.becomes(Some(trouble))
    }

    /// How long to wait before the next attempt: twice as long each time, until all is well.
    pub fn pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST);
        pause
    }
}

/// How each of many stands, by what tells it from the others.
#[derive(Debug, Default)]
pub struct Standings(Mutex<BTreeMap<String, String>>);

impl Standings {
    /// Takes note of how one stands now. Whether that is a trouble, and news.
    pub fn is_news(&self, one: &str, trouble: Option<&str>) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(trouble) = trouble else {
            all.remove(one);
            return false;
        };
        all.insert(one.to_owned(), trouble.to_owned()).as_deref() != Some(trouble)
    }

    /// What is wrong from here on is news.
    pub fn forget(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_of_each_is_news_once() {
        let standings = Standings::default();
        assert!(!standings.is_news("a", None));
        assert!(standings.is_news("a", Some("away")));
        assert!(!standings.is_news("a", Some("away")));
        assert!(standings.is_news("b", Some("away")));
        assert!(standings.is_news("a", Some("full")));
        assert!(!standings.is_news("a", None));
        assert!(standings.is_news("a", Some("full")));
        assert!(!standings.is_news("b", Some("away")));
        standings.forget();
        assert!(standings.is_news("b", Some("away")));
    }

    #[test]
    fn each_change_is_news_once() {
        let mut standing = Standing::default();
        assert!(!standing.becomes(None));
        assert!(standing.becomes(Some("missing")));
        assert!(!standing.becomes(Some("missing")));
        assert!(standing.becomes(Some("forbidden")));
        assert!(standing.becomes(None));
        assert!(!standing.becomes(None));
        assert!(standing.becomes(Some("missing")));
    }

    #[test]
    fn what_failed_long_ago_is_over() {
        let start = Instant::now();
        let mut standing = Standing::default();
        let mut fails = |seconds| {
            let is_news = standing.fails("away", start + Duration::from_secs(seconds));
            (is_news, standing.pause().as_secs())
        };
        assert_eq!(fails(0), (true, 1));
        assert_eq!(fails(119), (false, 2));
        assert_eq!(fails(238), (false, 4));
        assert_eq!(fails(358), (true, 1));
    }

    #[test]
    fn pauses_grow_until_all_is_well() {
        let mut standing = Standing::default();
        let seconds = |standing: &mut Standing| -> Vec<u64> {
            (0..7).map(|_| standing.pause().as_secs()).collect()
        };
        assert_eq!(seconds(&mut standing), [1, 2, 4, 8, 10, 10, 10]);
        standing.becomes(Some("missing"));
        assert_eq!(standing.pause().as_secs(), 10);
        standing.becomes(None);
        assert_eq!(standing.pause().as_secs(), 1);
    }
}
