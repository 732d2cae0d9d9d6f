"""Where the rows go, drawn: a bar of what is learned from and what is judged, or in time a lane for each fold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.learning.splits.records import Part, SplitFigures
from app.text.message import amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.theme import Theme

_BAR, _LANE, _LINE = 20, 10, 18
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PEN = Qt.PenStyle.NoPen


@dataclass(frozen=True)
class Block:
    """A piece of a lane: from and to as shares of the width, and the part that it stands for."""

    left: float
    right: float
    part: Part
    lane: int


class SplitChart(QWidget):
    """Shows :class:`SplitFigures`."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._figures: SplitFigures | None = None
        self._blocks: list[Block] = []
        self.setObjectName("training.split_chart")
        self.setAccessibleName(words("ui_training.split.chart"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)

    def show_split(self, figures: SplitFigures | None) -> None:
        """Draw these figures, or nothing."""
        self._figures = figures
        self._blocks = [] if figures is None else in_time(figures) if figures.axis else side_by_side(figures)
        self.setVisible(bool(self._blocks))
        self.setAccessibleDescription(" ".join(self._legend()))
        self.updateGeometry()
        self.update()

    def text_of(self, part: Part) -> str:
        """What is said of a part: its rows, what they are like, of how many groups."""
        return " · ".join(self._pieces(part))

    def _pieces(self, part: Part) -> list[str]:
        words, figures = self._words, self._figures
        said = [words(f"ui_training.part.{part.role}", n=part.rows)]
        if figures is None:
            return said
        if part.target is not None and figures.label:
            share = amount(part.target, "percent")
            said.append(words("ui_training.part.share", share=share, label=figures.label))
        elif part.target is not None:
            said.append(words("ui_training.part.mean", mean=words.significant(part.target)))
        if part.groups:
            said.append(words("ui_training.part.groups", n=part.groups))
        return said

    def blocks(self) -> list[Block]:
        """What is drawn."""
        return list(self._blocks)

    # Size and drawing

    def _lanes(self) -> int:
        return 1 + max((block.lane for block in self._blocks), default=0)

    def _lane_height(self) -> int:
        return self._theme.size(_BAR if self._lanes() == 1 else _LANE)

    def sizeHint(self) -> QSize:
        lanes = self._lanes() * (self._lane_height() + tokens.GRID)
        dates = 1 if self._figures is not None and self._figures.axis else 0
        lines = sum(len(self._lines(part)) for part in self._explained())
        return QSize(self._theme.size(220), lanes + self._theme.size(_LINE) * (dates + lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # what is said of a part takes two lines in a narrow form

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.size(160), self.sizeHint().height())

    def _legend(self) -> list[str]:
        return [self.text_of(part) for part in self._explained()]

    def _explained(self) -> list[Part]:
        parts = self._figures.parts if self._figures is not None else ()
        return [part for part in parts if part.role in ("train", "gap", "holdout")]

    def _lines(self, part: Part) -> list[str]:
        """What is said of a part, broken between its pieces where the width doesn't hold them all."""
        room = self.width() - self._theme.size(8) - tokens.PAD
        metrics = QFontMetricsF(self._theme.font("small"))
        lines: list[str] = []
        for piece in self._pieces(part):
            longer = f"{lines[-1]} · {piece}" if lines else piece
            if lines and metrics.horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
        return lines

    def _place(self, block: Block) -> QRectF:
        high = self._lane_height()
        width = max(2.0, (block.right - block.left) * self.width() - 1)
        return QRectF(block.left * self.width(), block.lane * (high + tokens.GRID), width, high)

    def _colour(self, role: str) -> QColor:
        return self._theme.series(0) if role == "train" else self._theme.series(1 if role == "holdout" else 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._figures is None:
            return
        painter = QPainter(self)
        painter.setPen(_NO_PEN)
        for block in self._blocks:
            last = block.lane == self._lanes() - 1
            colour = self._colour(block.part.role) if block.part.role != "gap" else self._theme.colour("line")
            colour.setAlpha(255 if last else 130)
            painter.setBrush(colour)
            painter.drawRect(self._place(block))
        painter.setFont(self._theme.font("small"))
        lanes = self._lanes() * (self._lane_height() + tokens.GRID)
        self._paint_legend(painter, self._paint_ends(painter, float(lanes)))
        painter.end()

    def _paint_ends(self, painter: QPainter, y: float) -> float:
        """The first and last moment, under the lanes."""
        figures = self._figures
        if figures is None or not figures.axis:
            return y
        train, holdout = figures.part("train"), figures.part("holdout")
        area = QRectF(0, y, self.width(), self._theme.size(_LINE))
        painter.setPen(self._theme.colour("muted"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, self._moment(train.start))
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | middle, self._moment(holdout.start))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, self._moment(holdout.end or train.end))
        return y + area.height()

    def _paint_legend(self, painter: QPainter, y: float) -> None:
        line, side = self._theme.size(_LINE), self._theme.size(8)
        for part in self._explained():
            painter.setPen(_NO_PEN)
            painter.setBrush(self._theme.colour("line") if part.role == "gap" else self._colour(part.role))
            painter.drawRect(QRectF(0, y + (line - side) / 2, side, side))
            painter.setPen(self._theme.colour("text"))
            for said in self._lines(part):
                room = QRectF(side + tokens.PAD, y, self.width() - side - tokens.PAD, line)
                text = painter.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, int(room.width()))
                painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
                y += line

    def _moment(self, value: float | None) -> str:
        figures = self._figures
        if value is None or figures is None:
            return ""
        if figures.axis in ("date", "datetime"):
            return self._words.date((_EPOCH + timedelta(seconds=value)).date())
        return self._words.number(round(value) + 1) if figures.axis == "row" else self._words.significant(value)

    # The pointer

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            spot = QPointF(event.pos())
            under = next((block for block in self._blocks if self._place(block).contains(spot)), None)
            if under is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.card_of(under), self)
            return True
        return super().event(event)

    def card_of(self, block: Block) -> str:
        """The lines that the pointer shows of a block."""
        part = block.part
        lines = [self.text_of(part)]
        if part.start is not None:
            lines.append(f"{self._moment(part.start)} – {self._moment(part.end)}")
        last = block.lane == self._lanes() - 1
        if not last:
            lines.insert(0, self._words("ui_training.split.fold", number=block.lane + 1))
        return "\n".join(lines)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def side_by_side(figures: SplitFigures) -> list[Block]:
    """One bar: learned from, left out, judged, by their rows."""
    parts = [figures.part(role) for role in ("train", "gap", "recurring", "holdout")]
    total, left, made = sum(part.rows for part in parts) or 1, 0, []
    for part in parts:
        if part.rows:
            made.append(Block(left / total, (left + part.rows) / total, part, 0))
        left += part.rows
    return made


def in_time(figures: SplitFigures) -> list[Block]:
    """A lane for each fold and one for the hold-out, by their moments."""
    sides = [(fold.fitted, fold.scored) for fold in figures.folds]
    sides.append((figures.part("train"), figures.part("holdout")))
    moments = [at for pair in sides for part in pair for at in (part.start, part.end) if at is not None]
    if not moments:
        return side_by_side(figures)
    low, wide = min(moments), (max(moments) - min(moments)) or 1.0
    made = []
    for lane, (fitted, scored) in enumerate(sides):
        gap = figures.folds[lane].gap if lane < len(figures.folds) else figures.part("gap").rows
        if gap and fitted.end is not None and scored.start is not None:
            between = Part(role="gap", rows=gap, start=fitted.end, end=scored.start)
            made.append(Block((fitted.end - low) / wide, (scored.start - low) / wide, between, lane))
        made += [
            Block((part.start - low) / wide, (part.end - low) / wide, part, lane)
            for part in (fitted, scored)
            if part.start is not None and part.end is not None
        ]
    return made
