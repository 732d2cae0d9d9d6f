"""What was corrected for a source once is proposed for its next file; what changed since the last version is said."""
