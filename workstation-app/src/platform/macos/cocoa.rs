//! How does the program hear what macOS says to it: notifications, and documents to be opened?
//!
//! The one module for macOS with `unsafe`: Cocoa's own calls. It was type-checked for
//! aarch64-apple-darwin and has not run on a Mac yet.

#![expect(unsafe_code, reason = "Cocoa calls methods by name; what they take is said beside each")]

use std::path::PathBuf;

use objc2::rc::Retained;
use objc2::{AllocAnyThread, DefinedClass, define_class, msg_send, sel};
use objc2_app_kit::{
    NSApplicationWillFinishLaunchingNotification, NSWorkspace,
    NSWorkspaceSessionDidResignActiveNotification, NSWorkspaceWillSleepNotification,
};
use objc2_foundation::{
    NSAppleEventDescriptor, NSAppleEventManager, NSDistributedNotificationCenter, NSNotification,
    NSNotificationCenter, NSNotificationName, NSNotificationSuspensionBehavior, NSObject,
    NSObjectProtocol, NSString,
};

/// What to do when something is heard. It is called on the main thread, which must not wait.
pub type Heard = Box<dyn Fn()>;

/// What to do with what was opened: paths of files, addresses of links.
pub type Opened = Box<dyn Fn(Vec<PathBuf>, Vec<String>)>;

define_class!(
    // SAFETY: NSObject asks nothing of its subclasses, and this one has no `Drop` of its own.
    #[unsafe(super(NSObject))]
    #[name = "CallsealListener"]
    #[ivars = Heard]
    struct Listener;

    // SAFETY: the protocol asks for nothing that NSObject does not have.
    unsafe impl NSObjectProtocol for Listener {}

    impl Listener {
        // SAFETY: a notification center calls it with the notification, and wants nothing back.
        #[unsafe(method(heard:))]
        fn heard(&self, _notification: &NSNotification) {
            (self.ivars())();
        }
    }
);

define_class!(
    // SAFETY: as above.
    #[unsafe(super(NSObject))]
    #[name = "CallsealReceiver"]
    #[ivars = Opened]
    struct Receiver;

    // SAFETY: as above.
    unsafe impl NSObjectProtocol for Receiver {}

    impl Receiver {
        // SAFETY: Apple events are handed over with two descriptors, the second for an answer that
        // nobody waits for.
        #[unsafe(method(open:withReplyEvent:))]
        fn open(&self, event: &NSAppleEventDescriptor, _reply: &NSAppleEventDescriptor) {
            let (files, links) = contents_of(event);
            (self.ivars())(files, links);
        }
    }
);

/// Who speaks.
pub enum Center {
    /// The whole session: `com.apple.screenIsLocked`, which Apple sends and does not document.
    Session(&'static str),
    /// The computer goes to sleep.
    Sleep,
    /// Another user takes the screen.
    UserSwitch,
}

/// Hears as long as it is held.
pub struct Hearing {
    listener: Retained<Listener>,
    center: Retained<NSNotificationCenter>,
}

/// Calls `heard` each time, also while the program is not in front.
pub fn hear(center: &Center, heard: Heard) -> Hearing {
    let listener = listener(heard);
    let workspace = || NSWorkspace::sharedWorkspace().notificationCenter();
    let center = match center {
        Center::Session(name) => hear_session(&listener, &NSString::from_str(name)),
        // SAFETY: both are constants of AppKit that never change.
        Center::Sleep => {
            observe(workspace(), &listener, unsafe { NSWorkspaceWillSleepNotification })
        }
        Center::UserSwitch => observe(workspace(), &listener, unsafe {
            NSWorkspaceSessionDidResignActiveNotification
        }),
    };
    Hearing { listener, center }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        // SAFETY: the observer is the object that was added.
        unsafe { self.center.removeObserver(&self.listener) };
    }
}

fn listener(heard: Heard) -> Retained<Listener> {
    let listener = Listener::alloc().set_ivars(heard);
    // SAFETY: `init` of NSObject takes nothing and cannot fail.
    unsafe { msg_send![super(listener), init] }
}

/// AppKit holds such notifications back from programs that are not in front, unless they are asked
/// for at once.
fn hear_session(listener: &Listener, name: &NSString) -> Retained<NSNotificationCenter> {
    let center = NSDistributedNotificationCenter::defaultCenter();
    // SAFETY: the selector is the listener's method above, and the listener outlives its being
    // registered: see `Hearing`.
    unsafe {
        center.addObserver_selector_name_object_suspensionBehavior(
            listener,
            sel!(heard:),
            Some(name),
            None,
            NSNotificationSuspensionBehavior::DeliverImmediately,
        );
    }
    Retained::into_super(center)
}

fn observe(
    center: Retained<NSNotificationCenter>,
    listener: &Listener,
    name: &NSNotificationName,
) -> Retained<NSNotificationCenter> {
    // SAFETY: as in `hear_session`.
    unsafe { center.addObserver_selector_name_object(listener, sel!(heard:), Some(name), None) };
    center
}

/// `aevt`, `odoc`: documents are to be opened.
const CORE_EVENTS: u32 = u32::from_be_bytes(*b"aevt");
const OPEN_DOCUMENTS: u32 = u32::from_be_bytes(*b"odoc");
/// `GURL`, twice: a link is to be opened.
const GET_URL: u32 = u32::from_be_bytes(*b"GURL");
/// `----`: what an event is about.
const DIRECT_OBJECT: u32 = u32::from_be_bytes(*b"----");

/// Hands over what the system opens with this program until it ends, from the event on that started
/// it. To be called before the event loop runs: AppKit sets its own handlers first, says that it
/// is about to finish launching, and then passes on the event that waits.
pub fn receive_opened(opened: Opened) {
    let receiver = Receiver::alloc().set_ivars(opened);
    // SAFETY: `init` of NSObject takes nothing and cannot fail.
    let receiver: Retained<Receiver> = unsafe { msg_send![super(receiver), init] };
    let install = Box::new(move || {
        handle(&receiver, CORE_EVENTS, OPEN_DOCUMENTS);
        handle(&receiver, GET_URL, GET_URL);
    });
    let listener = listener(install);
    // SAFETY: a constant of AppKit that never changes.
    let launching = unsafe { NSApplicationWillFinishLaunchingNotification };
    observe(NSNotificationCenter::defaultCenter(), &listener, launching);
    // Neither of the two centers keeps its objects; these live as long as the program.
    std::mem::forget(listener);
}

fn handle(receiver: &Receiver, class: u32, event: u32) {
    let manager = NSAppleEventManager::sharedAppleEventManager();
    let open = sel!(open:withReplyEvent:);
    // SAFETY: the selector is the receiver's method above; the receiver is never released. Both
    // codes are four characters in an `OSType`, a `u32`.
    unsafe {
        let _: () = msg_send![
            &manager,
            setEventHandler: receiver,
            andSelector: open,
            forEventClass: class,
            andEventID: event
        ];
    }
}

/// The files and links that an event is about: one of them, or a list.
fn contents_of(event: &NSAppleEventDescriptor) -> (Vec<PathBuf>, Vec<String>) {
    // SAFETY: a keyword is an `OSType`, a `u32`; the answer may be none.
    let object: Option<Retained<NSAppleEventDescriptor>> =
        unsafe { msg_send![event, paramDescriptorForKeyword: DIRECT_OBJECT] };
    let Some(object) = object else { return (Vec::new(), Vec::new()) };
    let count = object.numberOfItems();
    let items: Vec<_> = if count == 0 {
        vec![object]
    } else {
        // Lists are counted from one.
        (1..=count).filter_map(|index| object.descriptorAtIndex(index)).collect()
    };
    let mut contents = (Vec::new(), Vec::new());
    for item in items {
        if event_code(event) == GET_URL {
            contents.1.extend(item.stringValue().map(|link| link.to_string()));
        } else {
            let path = item.fileURLValue().and_then(|address| address.path());
            contents.0.extend(path.map(|path| PathBuf::from(path.to_string())));
        }
    }
    contents
}

fn event_code(event: &NSAppleEventDescriptor) -> u32 {
    // SAFETY: it takes nothing and gives an `OSType`, a `u32`.
    unsafe { msg_send![event, eventID] }
}
