//! Is root's own crontab changed through the real `crontab` program?

use crate::site::{STEP_2, STOCK, Site, without_digests};
use support::{Outcome, ensure};

fn installed(site: &Site) -> String {
    let stock = "/usr/share/astguiclient/AST_CRON_audio_2_encrypt.pl";
    let ours = STEP_2.replace(stock, &site.ours_with(" --certs /etc/callseal/certs"));
    STOCK.replace(STEP_2, &format!("#callseal-off# {STEP_2}{ours}"))
}

const CERTS: [&str; 2] = ["--certs", "/etc/callseal/certs"];

fn own(site: &Site) -> Outcome<String> {
    Ok(without_digests(&String::from_utf8(site.own()?)?))
}

#[test]
fn without_yes_the_change_is_only_shown() -> Outcome {
    let site = Site::new()?;
    site.set_own(STOCK)?;
    let shown = site.run_own("install", &CERTS)?.expect_code(0)?;
    let text = without_digests(&shown.text());
    assert!(
        text.starts_with(
            "--- Root's crontab\n+++ Root's crontab, changed\n@@ line 18 @@\n-1-59/3 "
        ),
        "{text}"
    );
    assert!(
        text.contains(&format!("\n-{STEP_2}+#callseal-off# {STEP_2}+1-59/3 * * * * /")),
        "{text}"
    );
    assert!(text.ends_with("Nothing was changed yet. Say --yes to change it so.\n"), "{text}");
    assert_eq!(site.own()?, STOCK.as_bytes());
    assert_eq!(site.copies()?, Vec::<Vec<u8>>::new());
    ensure!(!site.spool.state().exists(), "showing made the state folder");
    Ok(())
}

#[test]
fn there_and_back_is_the_crontab_as_it_was() -> Outcome {
    let site = Site::new()?;
    site.set_own(STOCK)?;
    let yes = [&CERTS[..], &["--yes"]].concat();
    let done = site.run_own("install", &yes)?.expect_code(0)?;
    assert!(done.text().contains("was changed and read back. As it was, it is kept in: /"));
    assert_eq!(own(&site)?, installed(&site));
    assert_eq!(site.copies()?, [STOCK.as_bytes()]);
    let again = site.run_own("install", &yes)?.expect_code(0)?;
    assert_eq!(again.text(), "Root's crontab starts this program already; nothing to do.\n");
    assert_eq!(own(&site)?, installed(&site));
    site.run_own("uninstall", &[])?.expect_code(0)?;
    assert_eq!(own(&site)?, installed(&site), "it was only shown");
    site.run_own("uninstall", &["--yes"])?.expect_code(0)?;
    assert_eq!(String::from_utf8(site.own()?)?, STOCK);
    let again = site.run_own("uninstall", &["--yes"])?.expect_code(0)?;
    let words = "Root's crontab has no line that `install` marked; nothing to do.\n";
    assert_eq!(again.text(), words);
    assert_eq!(site.copies()?.len(), 2);
    Ok(())
}

#[test]
fn what_others_changed_meanwhile_survives() -> Outcome {
    let site = Site::new()?;
    site.set_own(STOCK)?;
    site.run_own("install", &["--yes"])?.expect_code(0)?;
    let theirs = "5 5 * * * /usr/local/bin/dialer-encryptor status --prometheus /tmp/x\n# more\n";
    let text = String::from_utf8(site.own()?)?.replace("--run-check", "--run-check --jobs 1");
    site.set_own(format!("{theirs}{text}{theirs}"))?;
    site.run_own("uninstall", &["--yes"])?.expect_code(0)?;
    let stock = STOCK.replace("--run-check", "--run-check --jobs 1");
    assert_eq!(String::from_utf8(site.own()?)?, format!("{theirs}{stock}{theirs}"));
    Ok(())
}

#[test]
fn a_new_site_gets_a_line_with_the_stock_schedule() -> Outcome {
    let site = Site::new()?;
    let flags = ["--format", "mp3", "--recipient", "a@example.com", "--yes"];
    site.run_own("install", &flags)?.expect_code(0)?;
    let line = format!(
        "#callseal-added# The next line was added by dialer-encryptor install\n1-59/3 * * * * {}\n",
        site.ours_with(" --format mp3 --recipient a@example.com")
    );
    assert_eq!(own(&site)?, line);
    let again = site.run_own("install", &flags)?.expect_code(0)?;
    assert!(again.text().ends_with("nothing to do.\n"), "{}", again.text());
    site.run_own("uninstall", &["--yes"])?.expect_code(0)?;
    assert_eq!(site.own()?, b"");
    Ok(())
}
