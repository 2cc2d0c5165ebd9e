//! How is a real Chromium started with a policy of its own, clicked, and asked what it shows?
//!
//! It answers through the pipe of its DevTools.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::desktop::Desktop;
use support::front::{click_at, hold_blindly};
use support::process::{Background, wait_for};
use support::screen::Screen;
use support::sound::SoundServer;
use support::{Outcome, ensure, fail};

use super::namespace::{self, PolicyPlace};

const WAIT: Duration = Duration::from_secs(40);

const POLICY: PolicyPlace =
    PolicyPlace { folder: "/etc/chromium", file: "policies/managed/callseal.json" };

/// Chromium speaks on descriptors 3 and 4, with a zero after each message.
const ON_A_PIPE: &str = "exec 3<&0 4>&1 </dev/null >/dev/null 2>&1; exec chromium \"$@\"";

const FLAGS: [&str; 12] = [
    "--remote-debugging-pipe",
    // Whoever may make namespaces is root, for whom Chromium has no sandbox.
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--disable-gpu",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--window-position=0,0",
    "--window-size=1000,700",
    "about:blank",
];

/// A running browser with one page.
pub struct Browser {
    program: Background,
    input: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    last_id: u64,
}

impl Browser {
    /// Starts it for the user of a desktop, with the policy in a file or none.
    pub fn start(
        desktop: &Desktop,
        screen: &Screen,
        sound: &SoundServer,
        policy: Option<&Path>,
        data: &Path,
    ) -> Outcome<Browser> {
        let mut session = desktop.in_session("sh")?;
        screen.show(&mut session);
        sound.play_through(&mut session);
        session.env("CALLSEAL_DATA_DIR", data);
        session.args(["-c", ON_A_PIPE, "sh"]).args(FLAGS);
        session.arg(format!("--user-data-dir={}", desktop.path("chromium").display()));
        let mut command = namespace::command(&session, &POLICY, policy, &desktop.home())?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = Background::start(&mut command)?;
        let streams = (program.child().stdin.take(), program.child().stdout.take());
        let (Some(input), Some(output)) = streams else { fail!("a browser without streams") };
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in BufReader::new(output).split(0) {
                let Ok(octets) = message else { break };
                let Ok(value) = serde_json::from_slice(&octets) else { break };
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let mut browser = Browser { program, input, messages, session: None, last_id: 0 };
        browser.attach()?;
        Ok(browser)
    }

    fn attach(&mut self) -> Outcome {
        let mut page = None;
        let begun = Instant::now();
        while page.is_none() && begun.elapsed() < WAIT {
            let answer = self.call("Target.getTargets", &json!({}))?;
            let targets = answer.pointer("/targetInfos").and_then(Value::as_array).cloned();
            page = targets.unwrap_or_default().into_iter().find(|it| text(it, "/type") == "page");
            thread::sleep(Duration::from_millis(50));
        }
        let Some(page) = page else { fail!("the browser shows no page") };
        let wanted = json!({ "targetId": text(&page, "/targetId"), "flatten": true });
        let answer = self.call("Target.attachToTarget", &wanted)?;
        self.session = Some(text(&answer, "/sessionId").to_owned());
        Ok(())
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Outcome<Value> {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": parameters });
        if let (Some(session), Some(message)) = (&self.session, message.as_object_mut()) {
            message.insert("sessionId".to_owned(), json!(session));
        }
        self.input.write_all(message.to_string().as_bytes())?;
        self.input.write_all(&[0])?;
        loop {
            let answer = self.messages.recv_timeout(WAIT)?;
            if answer.get("id") == Some(&json!(self.last_id)) {
                let Some(result) = answer.get("result") else { fail!("{method}: {answer}") };
                return Ok(result.clone());
            }
        }
    }

    /// What a script gives on the page.
    pub fn evaluate(&mut self, script: &str) -> Outcome<Value> {
        let wanted = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", &wanted)?;
        ensure!(answer.get("exceptionDetails").is_none(), "{script}: {answer}");
        Ok(answer.pointer("/result/value").cloned().unwrap_or_default())
    }

    /// Goes to an address and waits for its page.
    pub fn open(&mut self, address: &str, title: &str) -> Outcome {
        self.call("Page.navigate", &json!({ "url": address }))?;
        wait_for(&format!("the page {title}"), WAIT, || {
            let shown = self.evaluate("document.readyState + ' ' + document.title")?;
            Ok((shown == json!(format!("complete {title}"))).then_some(()))
        })
    }

    /// The same with Shift held down.
    pub fn click_with_shift(&mut self, screen: &Screen, id: &str) -> Outcome {
        hold_blindly(screen, "Shift_L", true)?;
        let clicked = self.click(screen, id);
        hold_blindly(screen, "Shift_L", false)?;
        clicked
    }

    /// Clicks a link of the page as a person does.
    pub fn click(&mut self, screen: &Screen, id: &str) -> Outcome {
        let script = format!(
            "(() => {{ const box = document.getElementById('{id}').getClientRects()[0];\n\
             const bars = outerHeight - innerHeight;\n\
             return [screenX + box.x + box.width / 2, screenY + bars + box.y + box.height / 2]; }})()"
        );
        // Bars of the browser slide in after its window is there.
        let mut last = self.evaluate(&script)?;
        let place = wait_for("the page to stand still", WAIT, || {
            thread::sleep(Duration::from_millis(500));
            let before = std::mem::replace(&mut last, self.evaluate(&script)?);
            Ok((before == last).then(|| last.clone()))
        })?;
        let number = |index| place.get(index).and_then(Value::as_f64).unwrap_or_default() as u32;
        click_at(screen, number(0), number(1))
    }
}

impl Drop for Browser {
    // The parent of a namespace hears no SIGTERM, and with it goes everything in it.
    fn drop(&mut self) {
        drop(self.program.child().kill());
        drop(self.program.child().wait());
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
