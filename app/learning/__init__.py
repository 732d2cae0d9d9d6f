"""Phase 2: learning. ``records`` is the light half; everything else is heavy and stays out of the window's process."""
