//! How something stands, so that a trouble that lasts is told once, and tried again ever more seldom.

use std::time::Duration;

/// The first pause after something failed, and the longest one.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);

/// How something stands.
#[derive(Debug)]
pub struct Standing {
    /// What is wrong; nothing where all is well.
    trouble: Option<String>,
    pause: Duration,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            trouble: None,
            pause: FIRST,
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

    /// How long to wait before the next attempt: twice as long each time, until all is well.
    pub fn pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
