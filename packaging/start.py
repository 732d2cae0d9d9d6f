"""Where the one-folder build begins."""

from __future__ import annotations

import multiprocessing
import sys

from app.__main__ import main

if __name__ == "__main__":
    # A library that starts helpers through multiprocessing starts this very program again.
    multiprocessing.freeze_support()
    sys.exit(main())
