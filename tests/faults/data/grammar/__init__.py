"""Tables written in random dialects, imported, and compared with what was written.

    python -m tests.faults.data.grammar --files 20000

Every cell must come back as it was, or its record must be listed with its line, or the file refused in words; and where
a file can be read in two ways, the import must say so.
"""
