"""Charts with axes, drawn by pyqtgraph from the light records. Imported after the first paint."""
