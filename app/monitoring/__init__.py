"""Phase 5: monitoring."""
