//! Which recordings are there to be heard, in which order, and which were heard?

use crate::open::source::Source;

/// More than anybody listens to in a day.
pub const MOST_ITEMS: usize = 2000;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it comes from.
    pub source: Source,
    /// The name that its server gave it; empty as long as none did.
    pub name: std::ffi::OsString,
    /// It was played to its end.
    pub is_heard: bool,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    items: Vec<Item>,
    current: Option<usize>,
    /// Where the current one was, or would be.
    place: usize,
}

impl Queue {
    /// All of them in their order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Which one is open.
    pub fn current(&self) -> Option<usize> {
        self.current
    }

    /// What comes after the one that is open.
    pub fn next(&self) -> Option<&Item> {
        self.items.get(self.next_index())
    }

    /// What comes before it.
    pub fn previous(&self) -> Option<&Item> {
        self.items.get(self.place.checked_sub(1)?)
    }

    /// How many come after it.
    pub fn waiting_count(&self) -> usize {
        self.items.len().saturating_sub(self.next_index())
    }

    /// Whether it is among those that come.
    pub fn is_waiting(&self, source: &Source) -> bool {
        self.items.iter().skip(self.next_index()).any(|item| item.source == *source)
    }

    /// Opens one: where it stands already, or right after the one that was open.
    pub fn open(&mut self, source: &Source) {
        let place = match self.items.iter().position(|item| item.source == *source) {
            Some(known) => known,
            None => {
                let place = self.next_index().min(self.items.len());
                self.items.insert(place, Item::of(source.clone()));
                place
            }
        };
        (self.current, self.place) = (Some(place), place);
        self.shorten();
    }

    /// Has them wait at the end; what waits already stays where it is. How many found no room is
    /// returned.
    pub fn wait(&mut self, sources: impl Iterator<Item = Source>) -> usize {
        let mut left_out = 0;
        for source in sources {
            let known = self.items.iter().position(|item| item.source == source);
            if known.is_some_and(|index| self.current == Some(index) || index >= self.place) {
                continue;
            }
            // Whoever asks again for what was passed by wants to hear it again.
            if let Some(index) = known {
                self.remove(index);
            }
            if self.items.len() < MOST_ITEMS {
                self.items.push(Item::of(source));
            } else {
                left_out += 1;
            }
        }
        left_out
    }

    /// It was heard.
    pub fn mark_heard(&mut self, source: &Source) {
        if let Some(item) = self.items.iter_mut().find(|item| item.source == *source) {
            item.is_heard = true;
        }
    }

    /// The one that is open got its name from its server.
    pub fn rename(&mut self, name: &std::ffi::OsStr) {
        if let Some(item) = self.current.and_then(|index| self.items.get_mut(index)) {
            item.name = name.to_owned();
        }
    }

    /// The one that is open is closed, and with it leaves the list.
    pub fn close(&mut self) {
        if let Some(index) = self.current.take() {
            self.remove(index);
        }
    }

    /// Takes one out of the list, if it is not open.
    pub fn remove(&mut self, index: usize) {
        if index >= self.items.len() || self.current == Some(index) {
            return;
        }
        self.items.remove(index);
        if index < self.place {
            self.place -= 1;
            self.current = self.current.map(|current| current.saturating_sub(1));
        }
    }

    fn next_index(&self) -> usize {
        self.place + usize::from(self.current.is_some())
    }

    /// What was longest ago is forgotten first.
    fn shorten(&mut self) {
        while self.items.len() > MOST_ITEMS {
            if self.place > 0 {
                self.remove(0);
            } else {
                self.items.pop();
            }
        }
    }
}

impl Item {
    fn of(source: Source) -> Self {
        Self { source, name: std::ffi::OsString::new(), is_heard: false }
    }
}
