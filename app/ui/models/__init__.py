"""Item models that every tab shares."""
