//! Builds a bash script: safe comments, commands, and functions that run SQL.

use std::fmt::Write;

use crate::commands::quote;
use crate::commands::quote::quote_bash;
use crate::commands::step::{Action, Applicability, FixStep, Impact};
use crate::facts::Facts;
use crate::question::Side;

const COMMENT_WIDTH: usize = 118;

/// A script under construction.
#[derive(Default)]
pub(crate) struct BashScript {
    body: String,
    /// The sides on which the script runs SQL.
    sides: Vec<Side>,
}

impl BashScript {
    pub fn blank(&mut self) {
        self.body.push('\n');
    }

    /// Appends a section heading.
    pub fn heading(&mut self, title: &str) {
        writeln!(self.body, "\n### {title}").expect("writing to a string succeeds");
    }

    /// Appends a wrapped comment. `indent` applies to all lines after the first.
    pub fn comment(&mut self, text: &str, indent: &str) {
        let text = single_line(text);
        let next = format!("# {indent}");
        let options = textwrap::Options::new(COMMENT_WIDTH)
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
    pub fn impact(&mut self, effect: &Impact) {
        for text in impact_lines(effect) {
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
    pub fn run_commented(&mut self, command: &str) {
        self.body.push_str("# ");
        self.body.push_str(command);
        self.body.push('\n');
    }

    /// Appends a statement or command for a manual session, as a comment on a single line.
    pub fn comment_statement(&mut self, statement: &str) {
        self.run_commented(&format!("    {}", single_line(statement)));
    }

    /// Appends a command that prints the progress to stderr.
    pub fn echo(&mut self, text: &str) {
        writeln!(self.body, "say {}", quote_bash(text)).expect("writing to a string succeeds");
    }

    /// Returns the shell command of a step, or `None` if a shell cannot run it. Each statement of a step is its own
    /// transaction.
    pub fn command(&mut self, facts: &Facts, step: &FixStep) -> Option<String> {
        if step.applicability == Applicability::Manual {
            return None;
        }
        match &step.action {
            Action::Manual(_) => None,
            Action::Sql {
                side,
                database,
                statements,
            } => {
                let database = database
                    .as_deref()
                    .or_else(|| default_database(facts, *side))?;
                if !self.sides.contains(side) {
                    self.sides.push(*side);
                }
                let database = quote_bash(database);
                let call = |statement: &String| {
                    let statement = quote_bash(statement);
                    format!("on_{side} {database} {statement}")
                };
                let calls: Vec<String> = statements.iter().map(call).collect();
                Some(calls.join("; "))
            }
            Action::Parameter { .. } | Action::Restart(_) | Action::Az(_) => {
                Some(step.command().into_owned())
            }
        }
    }

    /// Returns whether the script contains SQL, including SQL in comments.
    pub fn has_sql(&self) -> bool {
        !self.sides.is_empty()
    }

    /// Returns the complete script with its header.
    pub fn render(self, head: &[String], facts: &Facts) -> String {
        let mut top = BashScript::default();
        top.run("#!/usr/bin/env bash");
        for text in head {
            top.comment(text, "");
        }
        let functions: String = self
            .sides
            .iter()
            .filter_map(|s| sql_function(facts, *s, self.body.contains(&format!("\non_{s} "))))
            .collect();
        let echo_function = if self.body.contains("\nsay ") || functions.contains("\nsay ") {
            "say() { printf '%s\\n' \"$*\" >&2; }\n"
        } else {
            ""
        };
        format!(
            "{}set -euo pipefail\n\n{echo_function}{functions}{}",
            top.body, self.body
        )
    }
}

/// Returns the text on a single line, without Azure Pipelines logging commands.
fn single_line(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| {
            if c.is_control() || quote::is_invisible(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    shown.replace("##", "# #")
}

fn impact_lines(effect: &Impact) -> Vec<String> {
    let parts = [
        effect.restarts.then(|| "Restarts the server.".to_owned()),
        effect.cost.map(|c| format!("Costs: {c}.")),
        effect.duration.map(|t| format!("Usually takes: {t}.")),
        effect.caveat.map(|m| format!("Mind: {m}.")),
    ];
    parts.into_iter().flatten().collect()
}

pub(super) fn default_database<'f>(facts: &'f Facts, side: Side) -> Option<&'f str> {
    let (host, _, database) = sql_endpoint(facts, side)?;
    (!host.is_empty()).then_some(database)
}

fn sql_endpoint<'f>(facts: &'f Facts, side: Side) -> Option<(&'f str, u16, &'f str)> {
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
fn sql_function(facts: &Facts, side: Side, is_executed: bool) -> Option<String> {
    let (host, port, database) = sql_endpoint(facts, side)?;
    let (admin, password, other_sources) = match side {
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
    let tls = if with_tls {
        " PGSSLMODE=\"${PGSSLMODE:-require}\""
    } else {
        ""
    };
    let (quoted, database) = (quote_bash(host), quote_bash(database));
    // Test the sign-in first, so that a wrong password does not stop the script halfway.
    let sign_in_test = if is_executed {
        format!("say 'signing in on the {side}'; on_{side} {database} 'SELECT 1' > /dev/null\n")
    } else {
        String::new()
    };
    Some(format!(
        "# Who signs in on the {side}; the password comes from {variable}, else from {other_sources}a password file. PGSSLMODE,\n\
         # PGSSLROOTCERT and the other variables of libpq hold as well.\n\
         : \"${{{admin}:?names the role that signs in on the {side}, and may do what follows}}\"\n\
         on_{side}() {{\n  \
           PGHOST={quoted} PGPORT={port} PGUSER=\"${admin}\" PGPASSWORD=\"{password}\"{tls} PGDATABASE=\"$1\" \\\n    \
             psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command \"$2\"\n\
         }}\n{sign_in_test}"
    ))
}
