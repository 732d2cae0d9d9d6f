"""Phase 3: verification. ``records`` and ``state`` are the light half; everything else is heavy."""
