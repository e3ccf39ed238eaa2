//! Terraform and OpenTofu source, plan and state to evaluated resources.

pub mod functions;
pub mod json;
pub mod value;
