"""Text with delimiters: encoding, dialect, layout, a strict count of records, and their cells."""
