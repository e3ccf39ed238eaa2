//! Restore verification: a backup is fetched, opened, restored into a scratch database, asserted on and destroyed,
//! and a [`RestoreResult`] says what was seen.
//!
//! Two processes share the work, so that the network and the key never meet: the caller's process reads the backup
//! from its [`location`] and hands its bytes on; a sandbox without network, in namespaces of its own, holds the key,
//! the scratch database and nothing else. The sandbox's first process dies with the caller and takes every process,
//! and the file system in memory, with it.
//!
//! The sandbox is made of Linux's namespaces and seccomp: elsewhere the crate is only the document and the result.

#[cfg(target_os = "linux")]
pub mod canary;
#[cfg(target_os = "linux")]
pub mod check;
pub mod config;
#[cfg(target_os = "linux")]
pub mod context;
#[cfg(target_os = "linux")]
pub mod fetch;
#[cfg(target_os = "linux")]
pub mod jail;
#[cfg(target_os = "linux")]
mod location;
#[cfg(target_os = "linux")]
pub mod manifest;
pub mod message;
#[cfg(target_os = "linux")]
mod protocol;
pub mod record;
pub mod result;
#[cfg(target_os = "linux")]
pub mod run;
#[cfg(target_os = "linux")]
pub mod sandbox;
#[cfg(target_os = "linux")]
pub mod scratch;
#[cfg(target_os = "linux")]
pub mod server;
#[cfg(target_os = "linux")]
pub mod source;
#[cfg(target_os = "linux")]
pub mod stream;

pub use config::{ConfigError, RestoreVerification};
#[cfg(target_os = "linux")]
pub use context::{Context, Failure};
pub use result::{Reason, RestoreResult, Verdict};
#[cfg(target_os = "linux")]
pub use run::{IsolationChoice, Options, Run, verify};
