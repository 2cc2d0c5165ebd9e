//! What has the server been asked, and by whom? Its general log, read line by line.

use std::collections::HashSet;
use std::fs;

use crate::Outcome;
use crate::mariadb::MariaDb;

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The connection's number.
    pub connection: u64,
    /// `Connect`, `Query`, `Prepare`, `Execute`, `Quit` and so on.
    pub command: String,
    /// The statement, with its values where it was executed; or who connected.
    pub text: String,
}

impl Asked {
    /// Whether this executes a statement that begins with `verb`, prepared or not.
    pub fn is_run_of(&self, verb: &str) -> bool {
        let is_run = ["Query", "Execute"].contains(&self.command.as_str());
        is_run && self.text.get(..verb.len()).is_some_and(|it| it.eq_ignore_ascii_case(verb))
    }
}

impl MariaDb {
    /// Begins a new log of everything that the server is asked.
    pub fn listen(&self) -> Outcome {
        self.sql("SET GLOBAL general_log = OFF")?;
        // The server holds no file open while it does not log.
        drop(fs::remove_file(self.file("general.log")));
        self.sql("SET GLOBAL general_log_file = 'general.log'; SET GLOBAL general_log = ON")?;
        Ok(())
    }

    /// What a user has asked since `listen`, over connections made since then.
    pub fn asked_by(&self, user: &str) -> Outcome<Vec<Asked>> {
        let all = parse(&String::from_utf8_lossy(&fs::read(self.file("general.log"))?));
        let begin = format!("{user}@");
        let theirs: HashSet<u64> = all
            .iter()
            .filter(|it| it.command == "Connect" && it.text.starts_with(&begin))
            .map(|it| it.connection)
            .collect();
        Ok(all.into_iter().filter(|it| theirs.contains(&it.connection)).collect())
    }

    /// The statements that the dialers' user has executed since `listen` and that begin with `verb`.
    pub fn runs_of(&self, verb: &str) -> Outcome<Vec<String>> {
        let asked = self.asked_by("cron")?.into_iter().filter(|it| it.is_run_of(verb));
        Ok(asked.map(|it| it.text).collect())
    }
}

/// `[time]\t  NUMBER COMMAND\tTEXT`; a line that is none of that goes on with the text before it.
fn parse(log: &str) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    for line in log.lines() {
        match entry(line) {
            Some(new) => all.push(new),
            None => {
                if let Some(last) = all.last_mut() {
                    last.text = format!("{}\n{line}", last.text);
                }
            }
        }
    }
    all
}

fn entry(line: &str) -> Option<Asked> {
    let (_, rest) = line.split_once('\t')?;
    let (who, text) = rest.trim_start().split_once('\t')?;
    let (number, command) = who.split_once(' ')?;
    Some(Asked {
        connection: number.parse().ok()?,
        command: command.to_owned(),
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_from_the_lines_of_a_statement() {
        let log = "mariadbd, Version: 10.11\nTime\t\t    Id Command\tArgument\n\
            261122 13:31:14\t     5 Connect\tcron@127.0.0.1 on asterisk using TCP/IP\n\
            \t\t     5 Prepare\tSELECT ?\n\t\t     5 Execute\tSELECT 'a\nb'\n\t\t     5 Quit\t\n";
        let all = parse(log);
        let commands: Vec<&str> = all.iter().map(|it| it.command.as_str()).collect();
        assert_eq!(commands, ["Connect", "Prepare", "Execute", "Quit"]);
        assert!(all.iter().all(|it| it.connection == 5));
        assert_eq!(all.get(2).map(|it| it.text.as_str()), Some("SELECT 'a\nb'"));
    }
}
