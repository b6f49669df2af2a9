//! `reelseal completions` and `reelseal man`: made from the command line's own definition.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::Error;
use crate::output;

/// Prints the completion script of `shell`.
pub(super) fn completions(shell: Shell) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "reelseal", &mut script);
    output::print_line(String::from_utf8_lossy(&script).trim_end())
}

/// Prints the manual page, or writes one page per command into `dir`.
pub(super) fn man(dir: Option<&Path>) -> Result<(), Error> {
    let Some(dir) = dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command())
            .render(&mut page)
            .map_err(|error| Error::system(format!("cannot write the manual page: {error}")))?;
        return output::print_line(String::from_utf8_lossy(&page).trim_end());
    };
    clap_mangen::generate_to(Cli::command(), dir)
        .map_err(|error| Error::io("cannot write manual pages into", dir, &error))
}
