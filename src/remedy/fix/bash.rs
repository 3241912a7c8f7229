//! Builds a bash script: safe comments, commands, and functions that run SQL.

use std::fmt::Write;

use crate::checks::command::{self, quote};
use crate::checks::step::{Effect, Step, What};
use crate::facts::Facts;
use crate::question::Side;

const WIDTH: usize = 118;

/// A script under construction.
#[derive(Default)]
pub(super) struct Script {
    body: String,
    /// The sides on which the script runs SQL.
    sides: Vec<Side>,
}

impl Script {
    pub fn blank(&mut self) {
        self.body.push('\n');
    }

    /// Appends a section heading.
    pub fn part(&mut self, title: &str) {
        writeln!(self.body, "\n### {title}").expect("writing to a string succeeds");
    }

    /// Appends a wrapped comment. `indent` applies to all lines after the first.
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

    /// Appends the impact of a step as comments.
    pub fn effect(&mut self, effect: &Effect) {
        for text in told(effect) {
            self.comment(&format!("  {text}"), "  ");
        }
    }

    /// Appends a command that runs.
    pub fn run(&mut self, command: &str) {
        self.body.push_str(command);
        self.body.push('\n');
    }

    /// Appends a command as a comment, to be uncommented by the administrator.
    /// The line is not wrapped, because it must stay one command.
    pub fn offer(&mut self, command: &str) {
        self.body.push_str("# ");
        self.body.push_str(command);
        self.body.push('\n');
    }

    /// Appends a statement or command for a manual session, as a comment on a single line.
    pub fn statement(&mut self, statement: &str) {
        self.offer(&format!("    {}", line(statement)));
    }

    /// Appends a command that prints the progress to stderr.
    pub fn say(&mut self, text: &str) {
        writeln!(self.body, "say {}", quote(text)).expect("writing to a string succeeds");
    }

    /// Returns the shell command of a step, or `None` if a shell cannot run it.
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

    /// Returns whether the script contains SQL, including SQL in comments.
    pub fn has_statements(&self) -> bool {
        !self.sides.is_empty()
    }

    /// Returns the complete script with its header.
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

/// Returns the text on a single line, without Azure Pipelines logging commands.
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

/// Returns the bash function that runs a statement in a database.
/// The database name is passed as `PGDATABASE`, because libpq does not parse that value.
/// The password is an environment variable too, one for each side.
/// If the recorded connection to the source used TLS, the function requires TLS too.
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
    // Test the sign-in first, so that a wrong password does not stop the script halfway.
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
