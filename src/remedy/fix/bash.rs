//! Lines of a bash script: comments that nothing breaks out of, commands, and the functions that run SQL.

use std::fmt::Write;

use crate::checks::command::{self, quote};
use crate::checks::step::{Effect, Step, What};
use crate::facts::Facts;
use crate::question::Side;

const WIDTH: usize = 118;

/// A script under way.
#[derive(Default)]
pub(super) struct Script {
    body: String,
    /// Which sides are asked by SQL.
    sides: Vec<Side>,
}

impl Script {
    pub fn blank(&mut self) {
        self.body.push('\n');
    }

    /// A heading of a part.
    pub fn part(&mut self, title: &str) {
        writeln!(self.body, "\n### {title}").expect("writing to a string succeeds");
    }

    /// Comment lines, wrapped; what follows the first is indented by `indent`.
    pub fn comment(&mut self, text: &str, indent: &str) {
        let text = line(text);
        let next = format!("# {indent}");
        let options = textwrap::Options::new(WIDTH)
            .initial_indent("# ")
            .subsequent_indent(&next)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for row in textwrap::wrap(&text, options) {
            self.body.push_str(row.trim_end());
            self.body.push('\n');
        }
    }

    /// What a step brings with it.
    pub fn effect(&mut self, effect: &Effect) {
        for text in told(effect) {
            self.comment(&format!("  {text}"), "  ");
        }
    }

    /// A command that runs.
    pub fn run(&mut self, command: &str) {
        self.body.push_str(command);
        self.body.push('\n');
    }

    /// A command that does not run, for a person to take the mark off. It is not wrapped: it must stay one command.
    pub fn offer(&mut self, command: &str) {
        self.body.push_str("# ");
        self.body.push_str(command);
        self.body.push('\n');
    }

    /// A statement or command for a person's own session. Not wrapped either, and whatever a name holds, it stays on its line.
    pub fn statement(&mut self, statement: &str) {
        self.offer(&format!("    {}", line(statement)));
    }

    /// Says on stderr how far the script is.
    pub fn say(&mut self, text: &str) {
        writeln!(self.body, "say {}", quote(text)).expect("writing to a string succeeds");
    }

    /// The command of a step, if a shell can run it.
    pub fn command(&mut self, facts: &Facts, step: &Step) -> Option<String> {
        match &step.what {
            What::Words(_) => None,
            What::Sql {
                side,
                database,
                statement,
            } => {
                let database = database
                    .as_deref()
                    .or_else(|| first_database(facts, *side))?;
                if !self.sides.contains(side) {
                    self.sides.push(*side);
                }
                Some(format!(
                    "on_{side} {} {}",
                    quote(database),
                    quote(statement)
                ))
            }
            What::Parameter { .. } | What::Restart(_) | What::Az(_) => Some(
                Step {
                    note: None,
                    ..step.clone()
                }
                .to_string(),
            ),
        }
    }

    /// Whether it runs, or offers, a statement.
    pub fn has_statements(&self) -> bool {
        !self.sides.is_empty()
    }

    /// The whole script behind its head.
    pub fn finish(self, head: &[String], facts: &Facts) -> String {
        let mut top = Script::default();
        top.run("#!/usr/bin/env bash");
        for text in head {
            top.comment(text, "");
        }
        let functions: String = self
            .sides
            .iter()
            .filter_map(|s| function(facts, *s, self.body.contains(&format!("\non_{s} "))))
            .collect();
        let say = if self.body.contains("\nsay ") || functions.contains("\nsay ") {
            "say() { printf '%s\\n' \"$*\" >&2; }\n"
        } else {
            ""
        };
        format!(
            "{}set -euo pipefail\n\n{say}{functions}{}",
            top.body, self.body
        )
    }
}

/// The text on one line, with nothing in it that an agent of a pipeline would take for a command.
fn line(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| {
            if c.is_control() || command::is_invisible(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    shown.replace("##", "# #")
}

fn told(effect: &Effect) -> Vec<String> {
    let parts = [
        effect.restarts.then(|| "Restarts the server.".to_owned()),
        effect.costs.map(|c| format!("Costs: {c}.")),
        effect.takes.map(|t| format!("Usually takes: {t}.")),
        effect.mind.map(|m| format!("Mind: {m}.")),
    ];
    parts.into_iter().flatten().collect()
}

fn first_database<'f>(facts: &'f Facts, side: Side) -> Option<&'f str> {
    let (host, _, database) = server(facts, side)?;
    (!host.is_empty()).then_some(database)
}

fn server<'f>(facts: &'f Facts, side: Side) -> Option<(&'f str, u16, &'f str)> {
    match side {
        Side::Source => {
            let source = facts.migration.source.as_ref()?;
            Some((&source.host, source.port, &source.database))
        }
        Side::Target => {
            let sql = facts.migration.target.as_ref()?.sql.as_ref()?;
            Some((&sql.host, sql.port, &sql.database))
        }
    }
}

/// A function that runs one statement in one database. The name goes by the environment, where libpq takes it as it is; so does
/// the password, of each side its own. It signs in no less safely than the run did that asked.
fn function(facts: &Facts, side: Side, runs: bool) -> Option<String> {
    let (host, port, database) = server(facts, side)?;
    let (admin, password, else_by) = match side {
        Side::Source => (
            "SOURCE_ADMIN",
            "${SOURCE_PASSWORD-${PGPASSWORD-}}",
            "PGPASSWORD or ",
        ),
        Side::Target => ("TARGET_ADMIN", "${TARGET_PASSWORD-}", ""),
    };
    let variable = admin.replace("ADMIN", "PASSWORD");
    let connection = facts.connection.as_ref().ok();
    let with_tls = side == Side::Source && connection.is_some_and(|c| c.tls.is_some());
    let tls = match with_tls {
        true => " PGSSLMODE=\"${PGSSLMODE:-require}\"",
        false => "",
    };
    let (quoted, database) = (quote(host), quote(database));
    // Nothing is begun that a wrong password would end half way.
    let signs_in = match runs {
        true => {
            format!("say 'signing in on the {side}'; on_{side} {database} 'SELECT 1' > /dev/null\n")
        }
        false => String::new(),
    };
    Some(format!(
        "# Who signs in on the {side}; the password comes from {variable}, else from {else_by}a password file. PGSSLMODE,\n\
         # PGSSLROOTCERT and the other variables of libpq hold as well.\n\
         : \"${{{admin}:?names the role that signs in on the {side}, and may do what follows}}\"\n\
         on_{side}() {{\n  \
           PGHOST={quoted} PGPORT={port} PGUSER=\"${admin}\" PGPASSWORD=\"{password}\"{tls} PGDATABASE=\"$1\" \\\n    \
             psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command \"$2\"\n\
         }}\n{signs_in}"
    ))
}
