"""The command line: the use cases of the window, without a screen."""
