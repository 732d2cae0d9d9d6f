"""The look: the only module that names a colour, a size or a font.

Light and dark follow the system or the user's choice; text can be scaled; both change while the program runs.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.resources import resource
from app.ui.style_sheet import style_sheet

Mode = Literal["system", "light", "dark"]
Role = Literal["small", "body", "title", "heading", "figure"]
Kind = Literal["good", "warning", "bad", "accent", "neutral"]

GRID = 4
GAP, PAD, SPACE, WIDE = GRID, 2 * GRID, 4 * GRID, 6 * GRID
CARD_RADIUS, FIELD_RADIUS = 8, 6
SIZES: dict[Role, int] = {"small": 12, "body": 13, "title": 16, "heading": 20, "figure": 26}
HEADER_HEIGHT, FOOT_HEIGHT, ROW_HEIGHT = 48, 40, 34
MOTION_MS = 150
_MIDDLE = 128
SCALES = (1.0, 1.25, 1.5, 2.0)
_IS_FUSION, _SYSTEM_DARK = "ciclo.fusion", "ciclo.system_dark"


class Colours(NamedTuple):
    """The tokens of one scheme, as ``#RRGGBB``."""

    window: str
    card: str
    line: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    good: str
    good_soft: str
    warning: str
    warning_soft: str
    bad: str
    bad_soft: str
    neutral_soft: str
    series: tuple[str, str, str, str]

    def pair(self, kind: Kind) -> tuple[str, str]:
        """Colour of the sign and of its soft ground."""
        return {
            "good": (self.good, self.good_soft),
            "warning": (self.warning, self.warning_soft),
            "bad": (self.bad, self.bad_soft),
            "accent": (self.accent, self.accent_soft),
            "neutral": (self.muted, self.neutral_soft),
        }[kind]


LIGHT = Colours(
    window="#F6F7F9",
    card="#FFFFFF",
    line="#E2E6EC",
    text="#1B2330",
    muted="#5F6B7C",
    accent="#0B63C5",
    accent_soft="#E8F1FC",
    on_accent="#FFFFFF",
    good="#0B7A54",
    good_soft="#E5F5EE",
    warning="#9A5B00",
    warning_soft="#FDF3E1",
    bad="#B3261E",
    bad_soft="#FCEBEA",
    neutral_soft="#EDF0F4",
    series=("#0072B2", "#E69F00", "#009E73", "#CC79A7"),
)
DARK = Colours(
    window="#14181F",
    card="#1C222B",
    line="#2C3440",
    text="#E6EAF0",
    muted="#9AA6B6",
    accent="#5AA9F8",
    accent_soft="#1D2F45",
    on_accent="#14181F",
    good="#4CC596",
    good_soft="#17342A",
    warning="#F0B55A",
    warning_soft="#3A2E19",
    bad="#F28B82",
    bad_soft="#40211F",
    neutral_soft="#29313C",
    series=("#56B4E9", "#E69F00", "#2CC295", "#DDA0C4"),
)


def make_application(name: str) -> QApplication:
    """Qt's application object, with the style given at its birth: setting it later takes Python longer."""
    application = QApplication([name, "-style", "fusion"])
    application.setProperty(_IS_FUSION, True)
    return application


class Theme(QObject):
    """The look in force. ``changed`` says that colours or sizes are different now.

    Its style sheet is worn by the windows that were given to :meth:`dress` rather than by the application: where the
    application wears one, Qt dresses a whole part of a page again each time it is put into another, which made a
    page's creation take three times as long.
    """

    changed = Signal()
    _sheet_changed = Signal(str)

    def __init__(self, application: QApplication, *, mode: Mode = "system", scale: float = 1.0) -> None:
        super().__init__()
        self._application = application
        self.mode: Mode = mode
        self.scale = scale
        self._icons: dict[tuple[str, str], QIcon] = {}
        self._pixmaps: dict[tuple[str, str, int], QPixmap] = {}
        self.colours = LIGHT
        self._families = _load_fonts()
        if not application.property(_IS_FUSION):
            application.setStyle("Fusion")
        if application.property(_SYSTEM_DARK) is None:  # Fusion's palette follows the system until it gets ours
            application.setProperty(_SYSTEM_DARK, application.palette().window().color().lightness() < _MIDDLE)
        application.styleHints().colorSchemeChanged.connect(self._on_system_scheme_changed)
        self._apply()

    # What is in force

    @property
    def dark(self) -> bool:
        """Whether the dark scheme is in force."""
        if self.mode != "system":
            return self.mode == "dark"
        return bool(self._application.property(_SYSTEM_DARK))

    def colour(self, name: str) -> QColor:
        """A token as a colour, e.g. ``colour("muted")``."""
        return QColor(getattr(self.colours, name))

    def series(self, index: int) -> QColor:
        """The colour of the n-th series of a chart."""
        return QColor(self.colours.series[index % 4])

    def pair(self, kind: Kind) -> tuple[QColor, QColor]:
        """Colours of a sign and of its ground."""
        front, ground = self.colours.pair(kind)
        return QColor(front), QColor(ground)

    def size(self, pixels: int) -> int:
        """A length that grows with the text."""
        return round(pixels * self.scale)

    def font(self, role: Role = "body", *, strong: bool = False, tabular: bool = False) -> QFont:
        """A font of the type scale; ``tabular`` gives every digit the same width."""
        font = QFont(self._families)
        font.setPixelSize(self.size(SIZES[role]))
        if strong or role in ("title", "heading", "figure"):
            font.setWeight(QFont.Weight.DemiBold)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def raw_font(self) -> QFont:
        """The font of raw text."""
        font = QFont(["DejaVu Sans Mono", "Consolas", "Menlo"])
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(self.size(SIZES["small"]))
        return font

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """An icon of ``resources/icons`` in a token's colour."""
        value = getattr(self.colours, colour)
        key = (name, value)
        if key not in self._icons:
            self._icons[key] = icon = QIcon()
            for pixels in (self.size(20), 2 * self.size(20)):
                icon.addPixmap(_rendered(name, value, pixels))
        return self._icons[key]

    def pixmap(self, name: str, colour: str, pixels: int, ratio: float) -> QPixmap:
        """An icon as a picture of ``pixels`` for a screen of that device pixel ratio."""
        key = (name, getattr(self.colours, colour), round(pixels * ratio))
        if key not in self._pixmaps:
            self._pixmaps[key] = made = _rendered(*key)
            made.setDevicePixelRatio(ratio)
        return self._pixmaps[key]

    def dress(self, window: QWidget) -> None:
        """Have a window, with all that is ever in it, wear the look; call it once the window is made."""
        window.setStyleSheet(self._sheet)
        self._sheet_changed.connect(window.setStyleSheet)

    # Changing it

    def set_mode(self, mode: Mode) -> None:
        """Light, dark, or as the system has it."""
        self.mode = mode
        self._apply()

    def set_scale(self, scale: float) -> None:
        """Text at 1.0 to 2.0 times its size."""
        self.scale = scale
        self._apply()

    @Slot()
    def _on_system_scheme_changed(self) -> None:
        from PySide6.QtCore import Qt

        is_dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self._application.setProperty(_SYSTEM_DARK, is_dark)
        if self.mode == "system":
            self._apply()

    def _apply(self) -> None:
        application = self._application
        self.colours = DARK if self.dark else LIGHT
        application.setPalette(_qt_palette(self.colours))
        application.setFont(self.font())
        sizes: dict[str, int] = {role: self.size(pixels) for role, pixels in SIZES.items()}
        self._sheet = style_sheet(self.colours, sizes, scale=self.scale)
        self._sheet_changed.emit(self._sheet)
        self.changed.emit()


def _load_fonts() -> list[str]:
    for weight in ("Regular", "Medium", "SemiBold"):
        QFontDatabase.addApplicationFont(str(resource("fonts", f"Inter-{weight}.ttf")))
    return ["Inter", "DejaVu Sans"]


def _rendered(name: str, colour: str, pixels: int) -> QPixmap:
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    for side in ("width", "height"):
        drawing = drawing.replace(f'{side}="24"', f'{side}="{pixels}"', 1)
    picture = QPixmap()
    picture.loadFromData(drawing.encode(), "svg")
    return picture


def _qt_palette(colours: Colours) -> QPalette:
    role, palette = QPalette.ColorRole, QPalette()
    for name, value in (
        (role.Window, colours.window),
        (role.WindowText, colours.text),
        (role.Base, colours.card),
        (role.AlternateBase, colours.window),
        (role.Text, colours.text),
        (role.PlaceholderText, colours.muted),
        (role.Button, colours.card),
        (role.ButtonText, colours.text),
        (role.BrightText, colours.bad),
        (role.Highlight, colours.accent),
        (role.HighlightedText, colours.on_accent),
        (role.ToolTipBase, colours.card),
        (role.ToolTipText, colours.text),
        (role.Link, colours.accent),
        (role.LinkVisited, colours.accent),
        (role.Accent, colours.accent),
        (role.Mid, colours.line),
        (role.Dark, colours.line),
        (role.Midlight, colours.line),
        (role.Light, colours.card),
        (role.Shadow, colours.line),
    ):
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.muted))
    return palette
