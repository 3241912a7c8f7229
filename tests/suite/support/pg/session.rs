//! One SQL connection of a test, usable from blocking and async tests, because it runs on a separate thread.

use std::error::Error;
use std::sync::mpsc;
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// Rows of text values, with NULL as `None`.
pub type TextRows = Vec<Vec<Option<String>>>;

struct SqlRequest {
    sql: String,
    reply: mpsc::Sender<Result<TextRows, String>>,
}

/// An open connection. Transactions, locks and temporary tables last until it is dropped.
pub struct SqlSession {
    requests: UnboundedSender<SqlRequest>,
}

impl SqlSession {
    /// # Panics
    /// With the server's message if it refuses the connection.
    #[track_caller]
    pub fn open(conninfo: &str) -> SqlSession {
        let (requests, received) = unbounded_channel();
        let (opened, outcome) = mpsc::channel();
        let connection_string = conninfo.to_owned();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime starts").block_on(run_session(
                &connection_string,
                received,
                opened,
            ));
        });
        if let Err(error) = outcome.recv().expect("the session's thread answers") {
            panic!("no connection with {conninfo}: {error}");
        }
        SqlSession { requests }
    }

    /// Runs statements. Several statements in one text are one transaction.
    #[track_caller]
    pub fn run(&self, sql: &str) {
        self.query(sql);
    }

    /// The rows of a query, with every value as text.
    #[track_caller]
    pub fn query(&self, sql: &str) -> TextRows {
        self.try_query(sql)
            .unwrap_or_else(|error| panic!("{error}\nin: {sql}"))
    }

    /// Like [`SqlSession::query`], for statements that the server is expected to refuse. The error is
    /// `SQLSTATE: message`.
    pub fn try_query(&self, sql: &str) -> Result<TextRows, String> {
        let (reply, outcome) = mpsc::channel();
        let sent = self.requests.send(SqlRequest {
            sql: sql.to_owned(),
            reply,
        });
        sent.map_err(|_| "the session has ended".to_owned())?;
        outcome
            .recv()
            .map_err(|_| "the session has ended".to_owned())?
    }
}

async fn run_session(
    conninfo: &str,
    mut requests: UnboundedReceiver<SqlRequest>,
    opened: mpsc::Sender<Result<(), String>>,
) {
    let client = match tokio_postgres::connect(conninfo, NoTls).await {
        Ok((client, connection)) => {
            tokio::spawn(connection);
            client
        }
        Err(error) => {
            let _ = opened.send(Err(error_text(&error)));
            return;
        }
    };
    let _ = opened.send(Ok(()));
    while let Some(SqlRequest { sql, reply }) = requests.recv().await {
        let _ = reply.send(
            query_rows(&client, &sql)
                .await
                .map_err(|error| error_text(&error)),
        );
    }
}

async fn query_rows(client: &Client, sql: &str) -> Result<TextRows, tokio_postgres::Error> {
    let messages = client.simple_query(sql).await?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(
            (0..row.len())
                .map(|column| row.get(column).map(str::to_owned))
                .collect(),
        ),
        _ => None,
    });
    Ok(rows.collect())
}

fn error_text(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) => format!("{}: {}", refusal.code().code(), refusal.message()),
        None => match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}
