//! Every colour and size of the window, light and dark.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke,
    TextStyle, Theme, ThemePreference, Vec2, Visuals,
};

use crate::settings::ThemeChoice;

/// Body text, in points.
pub const BODY: f32 = 14.0;
/// Text beside it.
pub const SMALL: f32 = 12.0;
/// The one large size.
pub const LARGE: f32 = 24.0;

/// Steps of the grid: distances are multiples of this.
pub const STEP: f32 = 4.0;
/// Between parts that belong together.
pub const GAP: f32 = 2.0 * STEP;
/// Between groups.
pub const GROUP: f32 = 4.0 * STEP;
/// From the window's edge to its content.
pub const EDGE: f32 = 8.0 * STEP;
/// Height of the bar on top.
pub const HEADER_HEIGHT: f32 = 14.0 * STEP;
/// Height of a button and of a field: big enough to hit.
pub const CONTROL_HEIGHT: f32 = 10.0 * STEP;
/// The round play button.
pub const PLAY_DIAMETER: f32 = 16.0 * STEP;
/// The buttons beside it.
pub const SKIP_DIAMETER: f32 = 12.0 * STEP;
/// Width of a card with a few lines to read.
pub const CARD_WIDTH: f32 = 110.0 * STEP;
/// Inside a card.
pub const CARD_PADDING: f32 = 8.0 * STEP;
/// Corners of buttons and fields.
pub const CORNER: u8 = 8;
/// Corners of cards.
pub const CARD_CORNER: u8 = 14;
/// Size of an icon beside text.
pub const ICON: f32 = 18.0;
/// The window at its first start.
pub const WINDOW_SIZE: Vec2 = Vec2::new(1024.0, 700.0);
/// The smallest useful window.
pub const WINDOW_MIN_SIZE: Vec2 = Vec2::new(760.0, 480.0);

/// In a window lower than this there is no room for ornament.
const LOW_WINDOW_HEIGHT: f32 = 560.0;

/// Whether everything that can be left out should be.
pub fn is_low(ui: &egui::Ui) -> bool {
    ui.ctx().content_rect().height() < LOW_WINDOW_HEIGHT
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Behind everything.
    pub background: Color32,
    /// Cards and the bar on top.
    pub surface: Color32,
    /// Fields and quiet buttons.
    pub raised: Color32,
    /// The same under the pointer.
    pub raised_hover: Color32,
    /// Thin lines.
    pub line: Color32,
    /// Edges of fields, which must be seen.
    pub line_strong: Color32,
    /// Text.
    pub text: Color32,
    /// Text that matters less.
    pub muted: Color32,
    /// Fill of the main button.
    pub accent: Color32,
    /// The same under the pointer.
    pub accent_hover: Color32,
    /// Text on it.
    pub on_accent: Color32,
    /// Accent as a line or text.
    pub accent_text: Color32,
    /// Behind an icon in the accent's colour.
    pub accent_soft: Color32,
    /// Text about something that went wrong.
    pub bad: Color32,
    /// Behind it.
    pub bad_soft: Color32,
    /// Text about something that went well.
    pub good: Color32,
    /// Behind it.
    pub good_soft: Color32,
    /// Rails of sliders.
    pub wave_rest: Color32,
    /// The agent's lane, as far as it was heard.
    pub agent: Color32,
    /// The rest of it.
    pub agent_rest: Color32,
    /// The customer's lane, as far as it was heard.
    pub customer: Color32,
    /// The rest of it.
    pub customer_rest: Color32,
    /// Behind silence.
    pub silence: Color32,
    /// Behind silence that is left out.
    pub skipped: Color32,
    /// Both speak.
    pub talk_over: Color32,
    /// Flags.
    pub mark: Color32,
}

/// Light colours.
pub const LIGHT: Palette = Palette {
    background: Color32::from_rgb(0xF3, 0xF5, 0xF8),
    surface: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    raised: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    raised_hover: Color32::from_rgb(0xF0, 0xF3, 0xF7),
    line: Color32::from_rgb(0xE1, 0xE6, 0xED),
    line_strong: Color32::from_rgb(0x78, 0x84, 0x96),
    text: Color32::from_rgb(0x15, 0x1B, 0x26),
    muted: Color32::from_rgb(0x55, 0x60, 0x70),
    accent: Color32::from_rgb(0x25, 0x5F, 0xD9),
    accent_hover: Color32::from_rgb(0x1D, 0x4E, 0xB8),
    on_accent: Color32::WHITE,
    accent_text: Color32::from_rgb(0x25, 0x5F, 0xD9),
    accent_soft: Color32::from_rgb(0xE8, 0xEF, 0xFD),
    bad: Color32::from_rgb(0xB4, 0x23, 0x18),
    bad_soft: Color32::from_rgb(0xFD, 0xEC, 0xEA),
    good: Color32::from_rgb(0x17, 0x6B, 0x43),
    good_soft: Color32::from_rgb(0xE4, 0xF5, 0xEC),
    wave_rest: Color32::from_rgb(0xB9, 0xC4, 0xD4),
    agent: Color32::from_rgb(0x17, 0x41, 0x9C),
    agent_rest: Color32::from_rgb(0x5A, 0x82, 0xD8),
    customer: Color32::from_rgb(0x0B, 0x5A, 0x3A),
    customer_rest: Color32::from_rgb(0x3F, 0x93, 0x72),
    silence: Color32::from_rgb(0xF1, 0xF3, 0xF6),
    skipped: Color32::from_rgb(0xE3, 0xE8, 0xEE),
    talk_over: Color32::from_rgb(0xB4, 0x5A, 0x00),
    mark: Color32::from_rgb(0x9A, 0x2F, 0x8F),
};

/// Dark colours.
pub const DARK: Palette = Palette {
    background: Color32::from_rgb(0x0F, 0x13, 0x19),
    surface: Color32::from_rgb(0x17, 0x1D, 0x26),
    raised: Color32::from_rgb(0x1F, 0x27, 0x32),
    raised_hover: Color32::from_rgb(0x29, 0x33, 0x41),
    line: Color32::from_rgb(0x2A, 0x33, 0x40),
    line_strong: Color32::from_rgb(0x73, 0x81, 0x95),
    text: Color32::from_rgb(0xE8, 0xEC, 0xF2),
    muted: Color32::from_rgb(0xA0, 0xAC, 0xBC),
    accent: Color32::from_rgb(0x2F, 0x6A, 0xE2),
    accent_hover: Color32::from_rgb(0x28, 0x5D, 0xCA),
    on_accent: Color32::WHITE,
    accent_text: Color32::from_rgb(0x82, 0xAD, 0xFF),
    accent_soft: Color32::from_rgb(0x1B, 0x2A, 0x47),
    bad: Color32::from_rgb(0xFF, 0x9B, 0x90),
    bad_soft: Color32::from_rgb(0x3B, 0x1E, 0x1E),
    good: Color32::from_rgb(0x7E, 0xD6, 0xA6),
    good_soft: Color32::from_rgb(0x16, 0x33, 0x26),
    wave_rest: Color32::from_rgb(0x4A, 0x57, 0x69),
    agent: Color32::from_rgb(0xA6, 0xC5, 0xFF),
    agent_rest: Color32::from_rgb(0x56, 0x7D, 0xCC),
    customer: Color32::from_rgb(0x79, 0xDD, 0xAE),
    customer_rest: Color32::from_rgb(0x3A, 0x8D, 0x6B),
    silence: Color32::from_rgb(0x1E, 0x25, 0x30),
    skipped: Color32::from_rgb(0x2B, 0x34, 0x41),
    talk_over: Color32::from_rgb(0xFF, 0xB2, 0x5E),
    mark: Color32::from_rgb(0xF0, 0x9B, 0xE6),
};

impl Palette {
    /// The colours of the theme that is shown.
    pub fn of(ui: &egui::Ui) -> Self {
        if ui.visuals().dark_mode { DARK } else { LIGHT }
    }
}

/// Body text of more weight.
pub fn strong() -> FontId {
    FontId::new(BODY, semibold())
}

/// The large size.
pub fn large() -> FontId {
    FontId::new(LARGE, semibold())
}

/// Figures that do not jump.
pub fn figures(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("figures".into()))
}

/// Icons of a size.
pub fn icons(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icons".into()))
}

/// Filled icons of a size.
pub fn icons_filled(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icons filled".into()))
}

fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// Gives the window its fonts, colours and sizes.
pub fn install(ctx: &egui::Context, choice: ThemeChoice) {
    ctx.set_fonts(fonts());
    // A desktop that does not say gets the theme that is read best in a bright room.
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
    set_choice(ctx, choice);
    for (theme, palette) in [(Theme::Light, LIGHT), (Theme::Dark, DARK)] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme, palette);
            set_sizes(style);
        });
    }
}

/// Light, dark, or as the system says.
pub fn set_choice(ctx: &egui::Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    });
}

macro_rules! font {
    ($file:literal) => {
        FontData::from_static(include_bytes!(concat!("../../../assets/fonts/", $file)))
    };
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces = [
        ("regular", font!("Inter-Regular.ttf")),
        ("semibold", font!("Inter-SemiBold.ttf")),
        ("figures", font!("Inter-Figures.ttf")),
        ("icons", font!("Phosphor.ttf")),
        ("icons filled", font!("Phosphor-Fill.ttf")),
    ];
    for (name, face) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(face));
    }
    let families: [(FontFamily, &[&str]); 6] = [
        (FontFamily::Proportional, &["regular"]),
        (FontFamily::Monospace, &["figures", "regular"]),
        (semibold(), &["semibold"]),
        (FontFamily::Name("figures".into()), &["figures", "regular"]),
        (FontFamily::Name("icons".into()), &["icons"]),
        (FontFamily::Name("icons filled".into()), &["icons filled"]),
    ];
    for (family, names) in families {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        fonts.families.insert(family, names);
    }
    fonts
}

fn set_sizes(style: &mut egui::Style) {
    style.text_styles = [
        (TextStyle::Small, FontId::new(SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(BODY, semibold())),
        (TextStyle::Monospace, FontId::new(SMALL, FontFamily::Monospace)),
        (TextStyle::Heading, large()),
    ]
    .into();
    style.spacing.item_spacing = Vec2::new(GAP, GAP);
    style.spacing.button_padding = Vec2::new(GROUP, GAP);
    // Rows are as high as what stands in them.
    style.spacing.interact_size = Vec2::new(5.0 * STEP, 5.0 * STEP);
    style.spacing.menu_margin = Margin::same(8);
    // Nothing moves that does not tell something, for nobody: what asks for less motion on a desktop
    // need not be looked for.
    style.animation_time = 0.0;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
}

fn visuals(theme: Theme, palette: Palette) -> Visuals {
    let mut visuals = match theme {
        Theme::Light => Visuals::light(),
        Theme::Dark => Visuals::dark(),
    };
    visuals.override_text_color = Some(palette.text);
    visuals.weak_text_color = Some(palette.muted);
    visuals.panel_fill = palette.background;
    visuals.window_fill = palette.surface;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(CORNER);
    visuals.menu_corner_radius = CornerRadius::same(CORNER);
    visuals.popup_shadow =
        Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(40) };
    visuals.extreme_bg_color = palette.raised;
    visuals.text_edit_bg_color = Some(palette.raised);
    visuals.selection.bg_fill = palette.accent_soft;
    visuals.selection.stroke = Stroke::new(2.0, palette.accent_text);
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.accent_text);
    visuals.text_cursor.blink = false;
    for widget in [
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
        &mut visuals.widgets.noninteractive,
    ] {
        widget.corner_radius = CornerRadius::same(CORNER);
        widget.expansion = 0.0;
        widget.fg_stroke = Stroke::new(1.0, palette.text);
        widget.bg_stroke = Stroke::new(1.0, palette.line_strong);
        widget.bg_fill = palette.wave_rest;
        widget.weak_bg_fill = palette.raised;
    }
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    visuals
}
