//! Which date folder does a recording belong to, at the server and in its link?

/// How date folders are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// There are none: `--NODATEDIR`.
    None,
    /// `2026-01-31/`
    Date,
    /// `2026/01/31/`: `--YMDdatedir`.
    YearMonthDay,
    /// `2026/2026-01-31/`: `--YearYMDdatedir`.
    YearAndDate,
}

/// `2026-01-31`
const DAY_OCTETS: usize = 10;

/// A day as the name of a folder, such as `2026-01-31`: digits and dashes, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day(String);

impl Day {
    /// What stands in `start_time`, if it is a day.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let date: jiff::civil::Date = text.parse().ok()?;
        // Years before Christ are written longer.
        Some(Self(date.to_string())).filter(|day| day.0 == text && text.len() == DAY_OCTETS)
    }

    /// The day by the machine's clock and time zone.
    #[must_use]
    pub fn today() -> Self {
        Self(jiff::Zoned::now().date().to_string())
    }

    /// The folder with its last `/`; nothing where there are no date folders.
    #[must_use]
    pub fn folder(&self, dates: Dates) -> String {
        let day = &self.0;
        let year = day.get(..4).unwrap_or_default();
        match dates {
            Dates::None => String::new(),
            Dates::Date => format!("{day}/"),
            Dates::YearMonthDay => format!("{}/", day.replace('-', "/")),
            Dates::YearAndDate => format!("{year}/{day}/"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_day_has_four_folders_and_what_is_no_day_has_none() {
        let day = Day::read(b"2026-01-31").unwrap();
        let all = [Dates::None, Dates::Date, Dates::YearMonthDay, Dates::YearAndDate];
        let folders = all.map(|dates| day.folder(dates));
        assert_eq!(folders, ["", "2026-01-31/", "2026/01/31/", "2026/2026-01-31/"]);
        for text in ["", "0000-00-00", "2026-02-30", "../../etc", "2026-01-31x", "-002026-01-31"] {
            assert_eq!(Day::read(text.as_bytes()), None, "{text}");
        }
    }
}
