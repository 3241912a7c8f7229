//! `flexready man`: the manual, made of the same arguments as `--help`.

use clap::{Command, CommandFactory};

use super::Cli;

/// One page: the program, then each verb.
pub(super) fn page() -> String {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    let render = |command: Command, page: &mut Vec<u8>| {
        clap_mangen::Man::new(command)
            .render(page)
            .expect("memory takes every line");
    };
    render(command.clone(), &mut page);
    for verb in command.get_subcommands().filter(|c| c.get_name() != "help") {
        render(verb.clone(), &mut page);
    }
    String::from_utf8(page).expect("the arguments' words are UTF-8")
}
