"""Work in the background: a job is a plain function that runs in a process of its own. Knows no phase."""
