"""Phase 4: deployment. ``records`` is the light half; everything else is heavy."""
