"""When the columns of a dataset are known: what somebody answered, by target."""
