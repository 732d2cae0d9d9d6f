"""A chart as a file: its picture (PNG, SVG) or its data (CSV)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from app.errors import CicloError

_SHARPNESS = 2.0


def write_picture(widget: QWidget, path: str) -> None:
    """Write what the widget shows.

    Raises
    ------
    CicloError
        ``ui.cannot_save``.
    """
    if path.lower().endswith(".svg"):
        _write_svg(widget, path)
        return
    image = QImage(widget.size() * _SHARPNESS, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_SHARPNESS)
    image.fill(widget.palette().base().color())
    painter = QPainter(image)
    widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()
    if not image.save(path):
        raise CicloError("ui.cannot_save", path=path)


def _write_svg(widget: QWidget, path: str) -> None:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(path)
    generator.setSize(QSize(widget.width(), widget.height()))
    generator.setViewBox(widget.rect())
    painter = QPainter()
    if not painter.begin(generator):
        raise CicloError("ui.cannot_save", path=path)
    painter.fillRect(widget.rect(), widget.palette().base())
    widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()


def write_data(path: str, rows: Sequence[Sequence[str | float | None]]) -> None:
    """Write a table as CSV with decimal points, whatever the language: it is for programs.

    Raises
    ------
    CicloError
        ``ui.cannot_save``.
    """
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(["" if cell is None else cell for cell in row] for row in rows)
    except OSError as error:
        raise CicloError("ui.cannot_save", path=path) from error
