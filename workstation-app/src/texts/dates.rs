//! Days and months, and how a date is written.

use super::text::{Text, texts};

texts! {
    /// With the name of the day.
    LONG_DATE: "{weekday}, {day} {month} {year}, {time}", "{weekday}, {day} de {month} de {year}, {time}";
    /// For the title of a window.
    SHORT_DATE: "{day} {month} {time}", "{day} {month} {time}";
    MONDAY: "Monday", "lunes";
    TUESDAY: "Tuesday", "martes";
    WEDNESDAY: "Wednesday", "miércoles";
    THURSDAY: "Thursday", "jueves";
    FRIDAY: "Friday", "viernes";
    SATURDAY: "Saturday", "sábado";
    SUNDAY: "Sunday", "domingo";
    JANUARY: "January", "enero";
    FEBRUARY: "February", "febrero";
    MARCH: "March", "marzo";
    APRIL: "April", "abril";
    MAY: "May", "mayo";
    JUNE: "June", "junio";
    JULY: "July", "julio";
    AUGUST: "August", "agosto";
    SEPTEMBER: "September", "septiembre";
    OCTOBER: "October", "octubre";
    NOVEMBER: "November", "noviembre";
    DECEMBER: "December", "diciembre";
}

/// From Monday on.
pub const WEEKDAYS: [Text; 7] = [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY];

/// From January on.
pub const MONTHS: [Text; 12] = [
    JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER,
    DECEMBER,
];
