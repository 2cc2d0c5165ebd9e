//! How does a run go through the folders of one format, one after the other?

use crate::catalog::Catalog;
use crate::config::Config;
use crate::error::RunError;
use crate::folders::{self, Folders};
use crate::format::Format;
use crate::journal::Journal;
use crate::pipeline::{Early, Parts, Pipeline};
use crate::progress::Progress;
use crate::recover;
use crate::sources::{self, Source};
use crate::spool::Spool;
use crate::summary::Summary;
use shared::recipient::Recipient;
use std::collections::HashSet;
use std::path::PathBuf;

/// Lists what a run would seal, and touches nothing.
///
/// # Errors
/// When the format's folder cannot be read.
pub fn dry_run(config: &Config, format: Format, summary: &mut Summary) -> Result<(), RunError> {
    let mut left = config.max_files;
    let base = folders::open_source(config, format)?;
    for source in sources::of(base, format, config, summary)? {
        let mut spool = Spool::new(&source.folder, format, HashSet::new());
        loop {
            let names = spool.next_names()?;
            if names.is_empty() {
                break;
            }
            let now = names.len().min(left);
            left -= now;
            summary.left_for_next_run += names.len() - now;
            summary.would_seal.extend(names.into_iter().take(now));
        }
    }
    Ok(())
}

/// What all formats of a run share.
pub struct Run<'a, 'c> {
    /// The configuration.
    pub config: &'a Config,
    /// For whom.
    pub recipients: &'a [Recipient],
    /// The recipients as the journal writes them.
    pub named: &'a str,
    /// What was intended.
    pub journal: &'a mut Journal,
    /// The rows, unless they are left alone.
    pub catalog: Option<&'a mut Catalog<'c>>,
    /// Recordings that no row names yet.
    pub early: &'a mut Early,
    /// Who may stop it.
    pub progress: &'a Progress,
    /// The folders that this run has looked after.
    pub visited: HashSet<PathBuf>,
}

impl Run<'_, '_> {
    /// Seals what is complete in the folders of a format, unless another run is at work there.
    ///
    /// # Errors
    /// When the format's own folder cannot be worked on.
    pub fn seal_format(&mut self, format: Format, summary: &mut Summary) -> Result<(), RunError> {
        let base = folders::open_source(self.config, format)?;
        let Some(_lock) = folders::lock(&base)? else {
            summary.locked.push(format);
            return Ok(());
        };
        let mut left = self.config.max_files;
        let mut failed = None;
        for source in sources::of(base, format, self.config, summary)? {
            let day = source.day.clone();
            self.visited.insert(source.folder.path.clone());
            match (self.seal_source(format, source, &mut left, summary), day) {
                (Ok(()), _) => {}
                (Err(error), Some(day)) => summary.fail_format(format, Some(&day), &error),
                (Err(error), None) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn seal_source(
        &mut self,
        format: Format,
        source: Source,
        left: &mut usize,
        summary: &mut Summary,
    ) -> Result<(), RunError> {
        if self.is_idle(format, &source)? {
            return Ok(());
        }
        let Source { folder, day, .. } = source;
        let folders = Folders::prepare(self.config, format, folder, day.as_deref())?;
        let stuck = recover::repair(&folders, self.journal, self.named, summary)?;
        let pipeline = Pipeline::new(Parts {
            config: self.config,
            folders: &folders,
            recipients: self.recipients,
            fingerprints: self.named,
            journal: self.journal,
            catalog: self.catalog.as_deref_mut(),
            progress: self.progress,
            left: *left,
            early: self.early,
            summary,
        });
        *left = pipeline.run(Spool::new(&folders.source, format, stuck))?;
        if day.is_some() {
            folders.tidy();
        }
        Ok(())
    }

    /// Whether there is nothing to do for a day, which then costs no sync.
    fn is_idle(&self, format: Format, source: &Source) -> Result<bool, RunError> {
        if source.day.is_none() || source.is_unfinished {
            return Ok(false);
        }
        let open = self.journal.unfinished(source.folder.path.as_os_str());
        let is_finished = open.map_err(self.journal.failed())?.is_empty();
        let spool = Spool::new(&source.folder, format, HashSet::new());
        Ok(is_finished && spool.count_left()? == 0)
    }
}
