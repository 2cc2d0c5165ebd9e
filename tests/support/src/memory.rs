//! Does a secret stand in the memory of a running program? Everything that is mapped is looked at,
//! but for the code and constants of its files.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;

use crate::failure::Context;
use crate::leak::{Filter, is_distinctive_run};
use crate::{Failure, Outcome};

/// What is looked for is found by any piece of it that is as long as this.
const SHORTEST: usize = 8;
const STEP_OCTETS: usize = 16;
const PIECE_OCTETS: usize = 1 << 20;
const PAGE_OCTETS: usize = 4096;

/// Whose a run is, and what it goes on with after its first octets.
type Run = (usize, Box<[u8]>);

/// Secrets, each with a name.
#[derive(Default)]
pub struct Secrets {
    names: Vec<String>,
    /// Where runs begin: by their first octets.
    runs: HashMap<[u8; SHORTEST], Vec<Run>>,
    starts: Filter,
}

/// A secret and where it stood.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What the memory is used for, with the address.
    pub place: String,
}

impl Secrets {
    /// Looks for every run of so many octets of `octets`.
    pub fn add(&mut self, name: &str, octets: &[u8], run: usize) {
        self.add_some(name, octets.windows(run.max(SHORTEST)));
    }

    /// The same for what is long and may hold plain stretches: those stand everywhere and are left
    /// out. Of the others every one that begins at a step is looked for, so that whatever is a step
    /// longer than a run is found.
    pub fn add_distinctive(&mut self, name: &str, octets: &[u8], run: usize) {
        let runs = octets.windows(run.max(SHORTEST)).step_by(STEP_OCTETS);
        self.add_some(name, runs.filter(|it| is_distinctive_run(it)));
    }

    /// A text, in every width in which programs keep texts; eight characters of it are enough.
    pub fn add_text(&mut self, name: &str, text: &str) {
        self.add(&format!("{name} in UTF-8"), text.as_bytes(), SHORTEST);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.add(&format!("{name} in UTF-16"), &wide, 2 * SHORTEST);
        let wider: Vec<u8> = text.chars().flat_map(|it| u32::from(it).to_le_bytes()).collect();
        self.add(&format!("{name} in UTF-32"), &wider, 4 * SHORTEST);
    }

    /// A number in both orders of octets; 16 of them are enough.
    pub fn add_number(&mut self, name: &str, number: &[u8]) {
        self.add(&format!("{name}, highest first"), number, 16);
        let reversed: Vec<u8> = number.iter().rev().copied().collect();
        self.add(&format!("{name}, lowest first"), &reversed, 16);
    }

    fn add_some<'a>(&mut self, name: &str, runs: impl Iterator<Item = &'a [u8]>) {
        let owner = self.names.len();
        self.names.push(name.to_owned());
        for (start, rest) in runs.filter_map(<[u8]>::split_first_chunk::<SHORTEST>) {
            self.starts.insert(u64::from_le_bytes(*start));
            self.runs.entry(*start).or_default().push((owner, rest.into()));
        }
    }

    /// The names of everything that is looked for.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What of it stands in the memory of a process, each once with the first place.
    pub fn find_in(&self, process: u32) -> Outcome<Vec<Found>> {
        let memory = File::open(format!("/proc/{process}/mem")).context("its memory")?;
        let mut found: HashMap<usize, (usize, String)> = HashMap::new();
        for region in regions(process)? {
            region.read(&memory, &mut |address, octets| {
                self.find(octets, &mut |owner, at| {
                    let place = || format!("{:#x} {}", address + at as u64, region.name);
                    let (count, _) = found.entry(owner).or_insert_with(|| (0, place()));
                    *count += 1;
                });
            });
        }
        let name_of = |owner: &usize| self.names.get(*owner).cloned().unwrap_or_default();
        let mut found: Vec<Found> = found
            .iter()
            .map(|(owner, (count, place))| Found {
                name: name_of(owner),
                place: format!("{count} runs, first at {place}"),
            })
            .collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    fn find(&self, octets: &[u8], tell: &mut dyn FnMut(usize, usize)) {
        for (at, start) in octets.windows(SHORTEST).enumerate() {
            let Some(start) = start.first_chunk::<SHORTEST>() else { continue };
            if !self.starts.may_hold(u64::from_le_bytes(*start)) {
                continue;
            }
            let after = octets.get(at + SHORTEST..).unwrap_or_default();
            for (owner, rest) in self.runs.get(start).into_iter().flatten() {
                if after.starts_with(rest) {
                    tell(*owner, at);
                }
            }
        }
    }
}

/// A part of a program's memory.
struct Region {
    start: u64,
    end: u64,
    name: String,
}

fn regions(process: u32) -> Outcome<Vec<Region>> {
    let maps = BufReader::new(File::open(format!("/proc/{process}/maps"))?);
    let mut regions = Vec::new();
    for line in maps.lines() {
        let line = line?;
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next(), fields.next());
        let name = fields.skip(3).collect::<Vec<_>>().join(" ");
        let range = range.and_then(|it| it.split_once('-')).ok_or_else(|| Failure::new(&line))?;
        let number = |digits: &str| u64::from_str_radix(digits, 16);
        let (start, end) = (number(range.0)?, number(range.1)?);
        let rights = rights.unwrap_or_default();
        // What cannot be written and comes from a file is what stands in the file.
        let is_as_in_file = !rights.contains('w') && name.starts_with('/');
        if rights.starts_with('r') && !is_as_in_file {
            let name = format!("{name} ({rights} of {} KiB)", (end - start) >> 10);
            regions.push(Region { start, end, name });
        }
    }
    Ok(regions)
}

impl Region {
    /// Reads it in pieces that overlap by a page. Pages that are empty or cannot be read, as a
    /// graphics card's own memory and the kernel's clock, are passed over.
    fn read(&self, memory: &File, take: &mut dyn FnMut(u64, &[u8])) {
        let mut octets = vec![0; PIECE_OCTETS + PAGE_OCTETS];
        let mut address = self.start;
        while address < self.end {
            let length =
                octets.len().min(usize::try_from(self.end - address).unwrap_or(usize::MAX));
            let piece = octets.get_mut(..length).unwrap_or_default();
            if memory.read_exact_at(piece, address).is_err() {
                read_pages(memory, address, piece);
            }
            take_used(address, piece, take);
            address += PIECE_OCTETS as u64;
        }
    }
}

/// Reads what can be read of a piece; the rest is left empty.
fn read_pages(memory: &File, address: u64, piece: &mut [u8]) {
    for (number, page) in piece.chunks_mut(PAGE_OCTETS).enumerate() {
        if memory.read_exact_at(page, address + (number * PAGE_OCTETS) as u64).is_err() {
            page.fill(0);
        }
    }
}

/// Passes on stretches of pages that are not empty.
fn take_used(address: u64, piece: &[u8], take: &mut dyn FnMut(u64, &[u8])) {
    let is_empty = |page: &&[u8]| page.iter().all(|octet| *octet == 0);
    let (mut first, mut at) = (0, 0);
    for page in piece.chunks(PAGE_OCTETS) {
        if is_empty(&page) {
            take(address + first as u64, piece.get(first..at).unwrap_or_default());
            first = at + page.len();
        }
        at += page.len();
    }
    take(address + first as u64, piece.get(first..).unwrap_or_default());
}
