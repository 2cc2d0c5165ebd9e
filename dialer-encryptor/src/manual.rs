//! What does the manual say? Pages made from the flags, and what flags cannot tell.

mod roff;
mod sections;

use crate::cli::{Cli, Manual};
use crate::error::shown;
use crate::replace::{Access, replace};
use clap::CommandFactory;
use clap_mangen::Man;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Writes the pages, and gives the exit code.
#[must_use]
pub fn command(asked: &Manual) -> ExitCode {
    let Err(error) = write(&asked.folder) else { return ExitCode::SUCCESS };
    // Nobody is left to tell when printing fails.
    let _ = writeln!(
        io::stderr().lock(),
        "The manual cannot be written ({error}). Check that the folder can be made and who may \
         write to it: {}",
        shown(&asked.folder)
    );
    ExitCode::from(2)
}

fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in pages()? {
        replace(&folder.join(name), &text, Access { mode: 0o644, owner: None })?;
    }
    Ok(())
}

/// The pages by their file names: the program's, and one for each command.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Cli::command();
    program.build();
    let names: Vec<String> =
        program.get_subcommands().map(|it| it.get_name().to_string()).collect();
    let mut pages = vec![page(program.clone(), "", &names)?];
    for command in program.get_subcommands().filter(|it| it.get_name() != "help") {
        pages.push(page(command.clone(), command.get_name(), &names)?);
    }
    Ok(pages)
}

/// One page; `name` is empty for the program's own.
fn page(command: clap::Command, name: &str, all: &[String]) -> io::Result<(String, Vec<u8>)> {
    let title = if name.is_empty() { PROGRAM.to_string() } else { format!("{PROGRAM}-{name}") };
    // What the sections below say better.
    let command = command.after_help("").disable_help_subcommand(true);
    let version = concat!("Callseal ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).title(title.to_ascii_uppercase()).section("1");
    let man = man.date(DATE).source(version).manual("Callseal");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    let mut text = roff::mended(&text);
    for (heading, body) in sections::of(name) {
        roff::section(&mut text, heading, body);
    }
    roff::see_also(&mut text, name, all);
    Ok((format!("{title}.1"), text))
}

/// When the sections were last written anew; a date of the build would make every build another one.
const DATE: &str = "2026-11-23";

/// Its name on the command line.
const PROGRAM: &str = "dialer-encryptor";
