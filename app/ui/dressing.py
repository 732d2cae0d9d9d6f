"""A page is put into the window a part at a time.

Qt dresses widgets in the window's style sheet when they come into it, all at once: some 50 ms for a full page. Here its
parts are taken out first, leaving place-holders, and put back over several turns of the event loop.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLayout, QStackedLayout, QWidget
from shiboken6 import isValid

_MOST_WIDGETS = 30
_SLICE_S = 0.006
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class _Part(NamedTuple):
    layout: QLayout
    place: QWidget
    widget: QWidget


class Dressing:
    """The parts of ``page`` that are still outside of it. Nothing of the page changes but where its parts are.

    What is still outside goes with this object.
    """

    def __init__(self, page: QWidget) -> None:
        self._page = page
        self._order = _focus_order(page)
        self._shelf = QWidget()
        self._waiting = [_take_out(layout, widget, self._shelf) for layout, widget in list(_parts(page))]

    def put_some(self) -> bool:
        """Put parts back for one slice of time; whether all are back."""
        end = time.perf_counter() + _SLICE_S
        while self._waiting and time.perf_counter() < end:
            part = self._waiting.pop(0)
            if all(isValid(one) for one in part):  # the page may have made a part of itself anew meanwhile
                part.layout.replaceWidget(part.place, part.widget)
                part.place.deleteLater()
        if not self._waiting:
            _restore([one for one in self._order if isValid(one) and self._page.isAncestorOf(one)])
        return not self._waiting


def _parts(widget: QWidget) -> Iterator[tuple[QLayout, QWidget]]:
    """What lies in layouts, cut small; layouts of stacks keep theirs, since they would show another page."""
    if isinstance(widget, QAbstractItemView):
        return
    for child in widget.findChildren(QWidget, options=_DIRECT):
        layout = _layout_of(widget.layout(), child)
        if len(child.findChildren(QWidget)) >= _MOST_WIDGETS:
            yield from _parts(child)
        elif layout is not None:
            yield layout, child
        else:
            yield from _parts(child)


def _layout_of(layout: QLayout | None, widget: QWidget) -> QLayout | None:
    """The layout in which the widget itself lies, ``layout`` or one inside it."""
    if layout is None or isinstance(layout, QStackedLayout):
        return None
    if layout.indexOf(widget) >= 0:
        return layout
    inner = (item.layout() for n in range(layout.count()) if (item := layout.itemAt(n)) is not None)
    return next((found for one in inner if (found := _layout_of(one, widget)) is not None), None)


def _take_out(layout: QLayout, widget: QWidget, shelf: QWidget) -> _Part:
    place = QWidget()
    layout.replaceWidget(widget, place)
    widget.setParent(shelf)
    return _Part(layout, place, widget)


def _focus_order(page: QWidget) -> list[QWidget]:
    """The widgets of the page that take the focus, in the order of the Tab key."""
    order: list[QWidget] = []
    widget = page.nextInFocusChain()
    while widget is not None and widget is not page:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and page.isAncestorOf(widget):
            order.append(widget)
        widget = widget.nextInFocusChain()
    return order


def _restore(order: list[QWidget]) -> None:
    for one, other in itertools.pairwise(order):
        QWidget.setTabOrder(one, other)
