"""The report as a document: sections of blocks that are drawn as HTML and as PDF from the same words and figures."""
