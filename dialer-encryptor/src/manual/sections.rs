//! What does a page say beyond the flags: exit status, files, examples, the stock spelling?

/// The sections of a command's page, with their headings; of the program's own for an empty name.
/// Lines `term : text` are a list, indented ones stand as they are.
#[must_use]
pub fn of(name: &str) -> Vec<(&'static str, &'static str)> {
    match name {
        "" => SEAL.to_vec(),
        "check" => CHECK.to_vec(),
        "status" => STATUS.to_vec(),
        "deliver" => DELIVER.to_vec(),
        "watch" => WATCH.to_vec(),
        "install" | "uninstall" => INSTALL.to_vec(),
        "manual" => MANUAL.to_vec(),
        "completions" => COMPLETIONS.to_vec(),
        _ => Vec::new(),
    }
}

const FILES: (&str, &str) = (
    "FILES",
    "/etc/astguiclient.conf : VICIdial's configuration: PATHDONEmonitor, PATHlogs, the database.
/etc/callseal/dialer.toml : The settings of this program. Every key is optional; flags win over it.
/var/lib/callseal/journal.sqlite : The journal: what is being sealed, and links that wait. It must survive between runs.
PATHDONEmonitor/MP3, GSM, OGG, GSW : Recordings that wait, with folders of days in them; WAV waits in PATHDONEmonitor itself.
PATHDONEmonitor/GPG : Sealed recordings.
PATHDONEmonitor/.sealing : What is being written. Nobody else reads it.
PATHlogs/callseal.log : One line for each run, and what went wrong.",
);

const SEAL: [(&str, &str); 5] = [
    (
        "STOCK FLAGS",
        "The flags of AST_CRON_audio_2_encrypt.pl work too, in any case of letters, so that its line in
the crontab can stay as it is but for the program's name:

--GPG : Nothing; it is always so.
--MP3, --WAV, --GSM, --OGG, --GSW : As --format mp3, and so on; several at once.
--recipients=A---B : As --recipient A --recipient B.
--HTTPS : As --https.
--max-files=N : As --max-files N.
--run-check : Nothing; two runs never work on one folder.
-t, --test : As --dry-run.
--debug, --debugX : Print the result, also where there is no terminal.",
    ),
    (
        "EXIT STATUS",
        "0 : All done, or nothing to do, or another run is at work.
1 : Some recordings failed and stay where they are, or links wait for the database. The next run tries again.
2 : Could not run. No recording was touched.",
    ),
    FILES,
    (
        "EXAMPLES",
        "The line of step 2 in root's crontab:

    1-59/3 * * * * /usr/local/bin/dialer-encryptor --GPG --MP3 --recipients=FINGERPRINT

What would be sealed, without touching it:

    dialer-encryptor --format mp3 --recipient FINGERPRINT --dry-run

Rows that could not be changed are tried again, once what is wrong with them was corrected:

    dialer-encryptor --format mp3 --recipient FINGERPRINT --retry-rows",
    ),
    (
        "NOTES",
        "A recording is removed only after its sealed file was read back, proven and made durable. What is
sealed is plain OpenPGP: every gpg opens it.",
    ),
];

/// For commands that take the flags of sealing.
const STOCK: (&str, &str) = (
    "STOCK FLAGS",
    "The flags of AST_CRON_audio_2_encrypt.pl work too, in any case of letters, so that those of the
crontab line can be given as they stand: --GPG --MP3 --WAV --GSM --OGG --GSW --HTTPS --recipients=A---B
--max-files=N --run-check -t --test --debug --debugX.",
);

const CHECK: [(&str, &str); 4] = [
    STOCK,
    (
        "EXIT STATUS",
        "0 : Nothing would go wrong.
1 : Something would; it is named, with what to do.
2 : It could not be looked at.",
    ),
    FILES,
    (
        "EXAMPLES",
        "With the flags of the crontab line:

    dialer-encryptor check --GPG --MP3 --recipients=FINGERPRINT

Through spool, sealed file, row and link of the newest call:

    dialer-encryptor check --last",
    ),
];

const STATUS: [(&str, &str); 4] = [
    (
        "EXIT STATUS",
        "0 : All is well; for --prometheus: the metrics were written, whatever they say.
1 : Something is wrong, and named.
2 : Something could not be looked at. The metric callseal_up is 0 then.

With --nagios 0 is OK, 1 WARNING, 2 CRITICAL and 3 UNKNOWN.",
    ),
    (
        "METRICS",
        "Times are in seconds since 1970, lengths in bytes. What is not known is left out.

callseal_up : 1 if everything could be looked at.
callseal_written_timestamp_seconds : When the metrics were written.
callseal_problems{severity} : How many things are wrong.
callseal_last_success_timestamp_seconds{kind} : When a run last ended with exit code 0; 0 for never.
callseal_last_run_timestamp_seconds{kind}, callseal_last_run_exit_code{kind} : When and how the last run ended.
callseal_last_run_done{kind}, callseal_last_run_failed{kind}, callseal_last_run_busy{kind} : What it did.
callseal_backlog_recordings{format}, callseal_backlog_bytes{format}, callseal_backlog_oldest_seconds{format} : What waits to be sealed.
callseal_deliveries_waiting, callseal_deliveries_oldest_seconds : Sealed recordings that wait for step 3, where deliveries are made.
callseal_rows_waiting, callseal_rows_waiting_oldest_seconds, callseal_rows_set_aside : Rows of recording_log that are not as they should be.
callseal_plaintext_files{folder}, callseal_plaintext_bytes{folder}, callseal_plaintext_oldest_seconds{folder} : Unencrypted audio under PATHDONEmonitor.",
    ),
    FILES,
    (
        "EXAMPLES",
        "For the textfile collector of Prometheus, from a crontab:

    * * * * * /usr/local/bin/dialer-encryptor status --prometheus /var/lib/node_exporter/callseal.prom

Alerts:

    time() - callseal_last_success_timestamp_seconds > 3600
    callseal_backlog_oldest_seconds > 3600
    time() - callseal_written_timestamp_seconds > 600 or callseal_up == 0

For Nagios, by NRPE:

    command[callseal]=/usr/bin/sudo /usr/local/bin/dialer-encryptor status --nagios",
    ),
];

const DELIVER: [(&str, &str); 4] = [
    (
        "STOCK FLAGS",
        "The flags of AST_CRON_audio_3_ftp.pl work too, in any case of letters: --GPG --NODATEDIR
--YMDdatedir --YearYMDdatedir --localdatedir --ftp-persistent --ftp-validate --ftp-active
--transfer-limit=N --list-limit=N --ftp-server=HOST --ftp-port=N --ftp-login=USER --ftp-pass=PASSWORD
--ftp-dir=DIR --run-check --test --debug --debugX.",
    ),
    (
        "EXIT STATUS",
        "0 : All delivered, or nothing to do.
1 : Some files stay where they are, or links wait for the database. The next run tries again.
2 : Could not run. Nothing was touched.",
    ),
    FILES,
    (
        "EXAMPLES",
        "The line of step 3 in root's crontab:

    2-59/3 * * * * /usr/local/bin/dialer-encryptor deliver --GPG",
    ),
];

const WATCH: [(&str, &str); 4] = [
    STOCK,
    (
        "EXIT STATUS",
        "0 : It was told to end, and finished the recording in hand.
2 : It could not start or go on.",
    ),
    FILES,
    (
        "EXAMPLES",
        "As the service that is installed with it:

    systemctl enable --now callseal-watch.service",
    ),
];

const INSTALL: [(&str, &str); 4] = [
    (
        "CRONTAB",
        "install comments each line out that starts AST_CRON_audio_2_encrypt.pl, marked with #callseal-off, and
writes one beneath it with the same schedule and the same flags that starts this program. A crontab
without such a line gets one with the schedule of the stock installer; --format and --recipient say
the rest.

Step 3 (AST_CRON_audio_3_ftp.pl and its variants with --GPG) becomes deliver, unless the sealed files end
with gpg: the stock script finds the rows of .gpg files, and never those of .pgp files. --deliver and
--keep-step-3 say otherwise.

uninstall takes the lines of this program out and the marks away. The crontab is then as it was, octet for
octet; what others changed meanwhile stays.

Both only show the change until --yes is given. They refuse what would start both encryptors, in this
crontab or with another one in /etc/crontab, in /etc/cron.d or of another user, also where a line names
the stock script in a form that is not understood, and read back what was written. install --yes does not
change anything while the stock script runs.",
    ),
    (
        "EXIT STATUS",
        "0 : Done, shown, or nothing to do.
2 : Refused, with the reason.",
    ),
    (
        "FILES",
        "/var/lib/callseal/crontab-DATE-TIME : The crontab as it was before a change.
/etc/callseal/dialer.toml : The settings of this program.",
    ),
    (
        "EXAMPLES",
        "See the change, make it, and take it back:

    dialer-encryptor install --certs /etc/callseal/certs
    dialer-encryptor install --certs /etc/callseal/certs --yes
    dialer-encryptor uninstall --yes

On a site that did not encrypt before:

    dialer-encryptor install --format mp3 --recipient FINGERPRINT --yes

In a crontab of the system:

    dialer-encryptor install --crontab /etc/cron.d/vicidial --yes",
    ),
];

const MANUAL: [(&str, &str); 2] = [
    ("EXIT STATUS", "0 : The pages were written.\n2 : They could not be."),
    ("EXAMPLES", "    dialer-encryptor manual /usr/local/share/man/man1"),
];

const COMPLETIONS: [(&str, &str); 2] = [
    ("EXIT STATUS", "0 : They were printed.\n2 : They could not be."),
    (
        "EXAMPLES",
        "    dialer-encryptor completions bash > /usr/share/bash-completion/completions/dialer-encryptor",
    ),
];
