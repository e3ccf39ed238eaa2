//! Tests in the order in which they come: one that runs with nothing beside it waits for all before it, the others for those before them that do.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// Those that came and have not ended, with whether they run alone.
#[derive(Debug)]
struct Queue {
    next: u64,
    there: BTreeMap<u64, bool>,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    next: 0,
    there: BTreeMap::new(),
});
static ENDED: Condvar = Condvar::new();

/// The turn of a test, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(u64);

fn queue() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until it is a test's turn.
pub(crate) fn turn(alone: bool) -> Turn {
    let mut queue_now = queue();
    let number = queue_now.next;
    queue_now.next += 1;
    queue_now.there.insert(number, alone);
    let waits = |queue: &mut Queue| {
        let mut before = queue.there.range(..number);
        before.any(|(_, is_alone)| alone || *is_alone)
    };
    let waited = ENDED.wait_while(queue_now, waits);
    drop(waited.unwrap_or_else(PoisonError::into_inner));
    Turn(number)
}

impl Drop for Turn {
    fn drop(&mut self) {
        queue().there.remove(&self.0);
        ENDED.notify_all();
    }
}
