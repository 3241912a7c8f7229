//! `flexready man`: one manual page for all commands, from the same definitions as `--help`.

use std::io;

use clap::{Arg, Command};
use clap_mangen::Man;

/// Renders the manual page: the program, then one section for each command.
pub(crate) fn render_manual(mut command: Command) -> String {
    command.build();
    let roff = render_program(&command).expect("memory takes every line");
    let title = roff.find(".TH ").unwrap_or_default();
    let (preamble, text) = roff.split_at(title);
    let lines = text.lines().filter(|line| !is_preamble(line));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let text = text.replace("EXTRA\nExit codes: ", "\"EXIT CODES\"\n");
    format!("{preamble}{text}")
}

/// Renders all sections except the list of commands, which would refer to one page for each command.
fn render_program(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for verb in command.get_subcommands().filter(|c| c.get_name() != "help") {
        page.extend(render_command(verb)?.as_bytes());
    }
    man.render_extra_section(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(into_utf8(page))
}

/// Renders one command. Sections become subsections. Options that all commands share are omitted, because the
/// program's section lists them.
fn render_command(verb: &Command) -> io::Result<String> {
    let is_common = |arg: &Arg| arg.is_global_set() || arg.get_id() == "help";
    let verb = verb
        .clone()
        .mut_args(|arg| if is_common(&arg) { arg.hide(true) } else { arg });
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
    let parts = into_utf8(text).replace("\n.SH ", "\n.SS ");
    Ok(format!(".SH \"FLEXREADY {name}\"\n{parts}"))
}

fn into_utf8(text: Vec<u8>) -> String {
    String::from_utf8(text).expect("the arguments' words are UTF-8")
}

/// Whether a line is part of the preamble. Every rendered part starts with it, but a page needs it only once.
fn is_preamble(line: &str) -> bool {
    [".ie ", ".el "].iter().any(|start| line.starts_with(start))
}
