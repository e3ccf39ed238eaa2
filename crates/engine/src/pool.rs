//! The threads that policies are read and evaluated on.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Expressions are bounded in depth, and within these bounds the parser and the evaluator need this many bytes at most.
const STACK_BYTES: usize = 8 << 20;

static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();

/// Runs `work` on a pool whose threads have enough stack; as many of them as rayon's global pool has.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = POOL.get_or_init(|| {
        ThreadPoolBuilder::new()
            .num_threads(rayon::current_num_threads())
            .stack_size(STACK_BYTES)
            .thread_name(|at| format!("policies-{at}"))
            .build()
            .ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Runs `work` on the calling thread, on a new stack unless there is enough left of its own.
pub(crate) fn here<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_BYTES, STACK_BYTES, work)
}
