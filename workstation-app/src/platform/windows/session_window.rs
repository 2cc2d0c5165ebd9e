//! What does Windows say to this program's session: it is locked, left, or the computer goes to
//! sleep? And where does what it prints go?
//!
//! The one module for Windows with `unsafe`: its own calls. A window of the class
//! `CallsealSession` that nobody sees listens on a thread of its own. It is a top-level window,
//! since Windows says such things to those only.

#![expect(unsafe_code, reason = "Windows' own calls; what they take is said beside each")]

use std::cell::OnceCell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use windows::Win32::Foundation::{HANDLE, HINSTANCE, HWND, LPARAM, LRESULT, WPARAM};
use windows::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, GetStdHandle, STD_OUTPUT_HANDLE,
};
use windows::Win32::System::LibraryLoader::GetModuleHandleW;
use windows::Win32::System::Power::RegisterSuspendResumeNotification;
use windows::Win32::System::RemoteDesktop::{
    NOTIFY_FOR_THIS_SESSION, WTSRegisterSessionNotification, WTSUnRegisterSessionNotification,
};
use windows::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DEVICE_NOTIFY_WINDOW_HANDLE, DefWindowProcW, DestroyWindow, DispatchMessageW,
    GetMessageW, MSG, PBT_APMSUSPEND, PostMessageW, PostQuitMessage, RegisterClassExW,
    WINDOW_EX_STYLE, WM_CLOSE, WM_DESTROY, WM_POWERBROADCAST, WM_QUERYENDSESSION,
    WM_WTSSESSION_CHANGE, WNDCLASSEXW, WS_OVERLAPPED, WTS_CONSOLE_DISCONNECT,
    WTS_REMOTE_DISCONNECT, WTS_SESSION_LOCK,
};
use windows::core::{PCWSTR, w};

use crate::lock_signals::{LockReason, Teller};

/// How Windows and other programs name the window.
const CLASS: PCWSTR = w!("CallsealSession");
/// Far longer than making a window takes.
const BEGIN_LIMIT: Duration = Duration::from_secs(2);
/// How long the end of the thread is waited for: whoever is told may be busy.
const END_LIMIT: Duration = Duration::from_secs(1);

thread_local! {
    /// Whom the window of this thread tells.
    static TELLER: OnceCell<Teller> = const { OnceCell::new() };
}

/// Listens as long as it is held.
pub struct LockSignals {
    /// The window's handle, a number.
    window: isize,
    ended: Receiver<isize>,
}

/// Listens to the session. `None` where not even a window is to be had.
pub fn watch_lock_signals(teller: Teller) -> Option<LockSignals> {
    let (sender, window) = channel();
    let listen = move || {
        TELLER.with(|cell| drop(cell.set(teller)));
        listen(&sender);
    };
    std::thread::Builder::new().name("lock signals".to_owned()).spawn(listen).ok()?;
    let handle = window.recv_timeout(BEGIN_LIMIT).ok()?;
    Some(LockSignals { window: handle, ended: window })
}

impl Drop for LockSignals {
    fn drop(&mut self) {
        let window = HWND(self.window as *mut _);
        // SAFETY: a message may be posted to any handle, from any thread; one that is no window any
        // more is an error, and then the thread has ended.
        let _ = unsafe { PostMessageW(Some(window), WM_CLOSE, WPARAM(0), LPARAM(0)) };
        // Nothing more is ever sent: this waits for the thread's end.
        let _ = self.ended.recv_timeout(END_LIMIT);
    }
}

/// Makes the window, tells its handle and serves it until it is closed.
fn listen(sender: &Sender<isize>) {
    let Some(window) = make_window() else { return };
    // SAFETY: the window was made by this thread just now. Where the service is not there yet, early
    // in a logon, what comes without it is still heard. What is registered ends with the window.
    unsafe {
        let _ = WTSRegisterSessionNotification(window, NOTIFY_FOR_THIS_SESSION);
        // Computers that sleep with open eyes ("modern standby") say it to no others.
        let _ = RegisterSuspendResumeNotification(HANDLE(window.0), DEVICE_NOTIFY_WINDOW_HANDLE);
    }
    let _ = sender.send(window.0 as isize);
    let mut message = MSG::default();
    // SAFETY: the message is this thread's own. 0 is the end, -1 an error.
    while unsafe { GetMessageW(&raw mut message, None, 0, 0) }.0 > 0 {
        // SAFETY: as Windows has just filled it.
        unsafe { DispatchMessageW(&raw const message) };
    }
}

fn make_window() -> Option<HWND> {
    // SAFETY: no name means this program itself, whose handle needs no release.
    let module = HINSTANCE(unsafe { GetModuleHandleW(None) }.ok()?.0);
    let class = WNDCLASSEXW {
        cbSize: u32::try_from(size_of::<WNDCLASSEXW>()).ok()?,
        lpfnWndProc: Some(answer),
        hInstance: module,
        lpszClassName: CLASS,
        ..WNDCLASSEXW::default()
    };
    // SAFETY: every pointer in it is to what lives as long as the program. A second watch finds the
    // class registered, which is as good.
    unsafe { RegisterClassExW(&raw const class) };
    let (style, place) = (WINDOW_EX_STYLE::default(), 0);
    // SAFETY: the class is registered, and nothing is passed on to the window.
    let window = unsafe {
        CreateWindowExW(
            style,
            CLASS,
            CLASS,
            WS_OVERLAPPED,
            place,
            place,
            place,
            place,
            None,
            None,
            Some(module),
            None,
        )
    };
    window.ok()
}

/// What Windows calls with each message to the window.
extern "system" fn answer(window: HWND, message: u32, what: WPARAM, more: LPARAM) -> LRESULT {
    match message {
        WM_WTSSESSION_CHANGE => {
            if let Some(reason) = reason_of(what) {
                with_teller(|teller| teller.tell(reason));
            }
            LRESULT(0)
        }
        WM_POWERBROADCAST => {
            if what.0 == PBT_APMSUSPEND as usize {
                with_teller(Teller::tell_suspend);
            }
            LRESULT(1)
        }
        // Nobody is kept from shutting down.
        WM_QUERYENDSESSION => LRESULT(1),
        WM_CLOSE => {
            // SAFETY: the window is this thread's own.
            let _ = unsafe { WTSUnRegisterSessionNotification(window) };
            // SAFETY: the same.
            let _ = unsafe { DestroyWindow(window) };
            LRESULT(0)
        }
        WM_DESTROY => {
            // SAFETY: it ends the loop of this thread, which is `listen`.
            unsafe { PostQuitMessage(0) };
            LRESULT(0)
        }
        // SAFETY: as Windows handed them over.
        _ => unsafe { DefWindowProcW(window, message, what, more) },
    }
}

fn reason_of(what: WPARAM) -> Option<LockReason> {
    match u32::try_from(what.0).ok()? {
        WTS_SESSION_LOCK => Some(LockReason::ScreenLock),
        WTS_CONSOLE_DISCONNECT | WTS_REMOTE_DISCONNECT => Some(LockReason::UserSwitch),
        _ => None,
    }
}

fn with_teller(tell: impl FnOnce(&Teller)) {
    TELLER.with(|teller| teller.get().map(tell));
}

/// Lets what is printed appear where the program was started from. A program with windows has no
/// output there by itself; one whose output was led elsewhere keeps that.
pub fn attach_console() {
    // SAFETY: both take plain numbers. Who was started from no console has none to attach to.
    unsafe {
        if GetStdHandle(STD_OUTPUT_HANDLE).is_err() {
            let _ = AttachConsole(ATTACH_PARENT_PROCESS);
        }
    }
}
