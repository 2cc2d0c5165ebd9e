//! How does a test that needs root run for somebody who is not, and has sudo?

use crate::process::{finish, tool};
use crate::{Outcome, ensure};

/// Whether this is root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs one test of this program by root, and fails as it does.
pub fn again(test: &str) -> Outcome {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut sudo = tool("sudo")?;
    sudo.args(["-n", "env", &format!("PATH={path}")]).arg(std::env::current_exe()?);
    let finished = finish(sudo.args(["--exact", test, "--nocapture"]))?.expect_code(0)?;
    ensure!(finished.text().contains("1 passed"), "there is no test {test}");
    Ok(())
}
