"""The bundle: one zip that holds a model with everything that another machine needs to use and to judge it."""
