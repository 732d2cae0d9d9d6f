"""Some of Qt's enumerations by number, for what is made before the first paint.

Python makes all of the namespace ``Qt`` at the first use of any of it, which takes a fifth of the time in which a bare
window starts. Properties and ``QPainter.drawText`` take these numbers as well; they are part of Qt's binary interface.
"""

from __future__ import annotations

PLAIN_TEXT, RICH_TEXT = 0, 1
SELECTABLE_BY_MOUSE = 1
H_CENTRE, LEFT, CENTRE = 0x4, 0x81, 0x84
RIGHT_TO_LEFT = 1
NO_FOCUS = 0
FOCUS_BY_KEY = (1, 2, 5)
"""Tab, Shift+Tab, a shortcut."""
