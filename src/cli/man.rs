//! `flexready man`: the manual, made of the same arguments as `--help`. One page for all verbs.

use std::io;

use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;

/// The program, then each verb as a section of its own.
pub(super) fn page() -> String {
    let mut command = Cli::command();
    command.build();
    let pieces = program(&command).expect("memory takes every line");
    let title = pieces.find(".TH ").unwrap_or_default();
    let (preamble, text) = pieces.split_at(title);
    let lines = text.lines().filter(|line| !is_preamble(line));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let text = text.replace("EXTRA\nExit codes: ", "\"EXIT CODES\"\n");
    format!("{preamble}{text}")
}

/// Without the list of verbs, which refers to a page for each.
fn program(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for verb in command.get_subcommands().filter(|c| c.get_name() != "help") {
        page.extend(section(verb)?.as_bytes());
    }
    man.render_extra_section(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(words(page))
}

/// A verb: what would be sections of its own page are parts of one. What every verb takes is said once, above.
fn section(verb: &Command) -> io::Result<String> {
    let is_common = |arg: &Arg| arg.is_global_set() || arg.get_id() == "help";
    let verb = verb.clone().mut_args(|arg| match is_common(&arg) {
        true => arg.hide(true),
        false => arg,
    });
    let man = Man::new(verb.clone());
    let mut text = Vec::new();
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    if verb.get_arguments().any(|arg| !arg.is_hide_set()) {
        man.render_options_section(&mut text)?;
    }
    if verb.get_after_help().is_some() {
        man.render_extra_section(&mut text)?;
    }
    let name = verb.get_name().to_uppercase();
    let parts = words(text).replace("\n.SH ", "\n.SS ");
    Ok(format!(".SH \"FLEXREADY {name}\"\n{parts}"))
}

fn words(text: Vec<u8>) -> String {
    String::from_utf8(text).expect("the arguments' words are UTF-8")
}

/// What every piece that is rendered begins with, and a page needs once.
fn is_preamble(line: &str) -> bool {
    [".ie ", ".el "].iter().any(|start| line.starts_with(start))
}
