//! CPU time, wall time and peak memory of a program.

use std::{
    fs, io,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// User and system time, in seconds.
    pub(crate) cpu: f64,
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Peak resident memory, in MiB.
    pub(crate) peak_mib: f64,
}

/// The run with the least CPU time of `times` runs. Its exit code does not count: findings are not failures here.
pub(crate) fn best_of(times: usize, command: impl Fn() -> Command) -> io::Result<Cost> {
    let mut best: Option<Cost> = None;
    for _ in 0..times {
        let cost = once(&mut command())?;
        if best.is_none_or(|best| cost.cpu < best.cpu) {
            best = Some(cost);
        }
    }
    best.ok_or_else(|| io::Error::other("nothing was measured"))
}

fn once(command: &mut Command) -> io::Result<Cost> {
    let before = children_cpu()?;
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = 0.0;
    while child.try_wait()?.is_none() {
        peak = peak_mib(child.id()).unwrap_or(peak).max(peak);
        thread::sleep(Duration::from_millis(1));
    }
    let wall = start.elapsed().as_secs_f64();
    Ok(Cost {
        cpu: children_cpu()? - before,
        wall,
        peak_mib: peak,
    })
}

/// CPU seconds of all children that have ended: `cutime` and `cstime` of `/proc/self/stat` (proc(5)), in ticks of 10 ms.
fn children_cpu() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: f64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Ok(ticks / 100.0)
}

/// Peak resident memory of a process, in MiB: `VmHWM` of `/proc/PID/status`.
pub(crate) fn peak_mib(process: u32) -> Option<f64> {
    in_mib(&format!("/proc/{process}/status"), "VmHWM:")
}

/// Memory of a process now, in MiB, in which a page that several share counts in parts (`Pss`); resident memory where that may not
/// be read.
pub(crate) fn resident_mib(process: u32) -> Option<f64> {
    in_mib(&format!("/proc/{process}/smaps_rollup"), "Pss:")
        .or_else(|| in_mib(&format!("/proc/{process}/status"), "VmRSS:"))
}

fn in_mib(file: &str, field: &str) -> Option<f64> {
    let status = fs::read_to_string(file).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}
