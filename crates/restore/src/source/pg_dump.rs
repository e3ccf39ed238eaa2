//! Dumps by `pg_dump`.

use super::{Form, Source};
use crate::{
    config,
    context::{Context, Failure},
    result::ArtifactKind,
};

/// A dump by `pg_dump`.
pub(crate) struct PgDump(config::PgDump);

impl PgDump {
    pub(crate) const fn new(dump: config::PgDump) -> Self {
        Self(dump)
    }
}

impl Source for PgDump {
    fn kind(&self) -> ArtifactKind {
        ArtifactKind::PgDump
    }

    fn form(&self) -> Form {
        match self.0.format {
            config::DumpFormat::Directory => Form::Either,
            _ => Form::Stream,
        }
    }

    fn restore(&self, context: &mut Context) -> Result<(), Failure> {
        let _stream = context.take_stream()?;
        Ok(())
    }
}
