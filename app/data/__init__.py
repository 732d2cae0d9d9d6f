"""Phase 1: data. ``records`` is the light half; everything else is heavy and stays out of the window's process."""
