"""One small module a command: ``arguments`` declares what it takes, ``run`` does it and returns the exit status."""
