//! Restore verification: a backup is fetched, opened, restored into a scratch database, asserted on and destroyed,
//! and a [`RestoreResult`] says what was seen.
//!
//! Two processes share the work, so that the network and the key never meet: the caller's process reads the backup
//! from its [`location`] and hands its bytes on; a sandbox without network, in namespaces of its own, holds the key,
//! the scratch database and nothing else. The sandbox's first process dies with the caller and takes every process,
//! and the file system in memory, with it.
//!
//! The sandbox is made of Linux's namespaces and seccomp: the crate is empty elsewhere.
#![cfg(target_os = "linux")]

pub mod canary;
pub mod check;
pub mod config;
pub mod context;
pub mod jail;
mod location;
pub mod manifest;
mod protocol;
pub mod result;
pub mod run;
pub mod sandbox;
pub mod scratch;
pub mod server;
pub mod source;
pub mod stream;

pub use config::{ConfigError, RestoreVerification};
pub use context::{Context, Failure};
pub use result::{Reason, RestoreResult, Verdict};
pub use run::{IsolationChoice, Options, Run, verify};
