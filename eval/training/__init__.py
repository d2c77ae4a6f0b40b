"""How the reader is made: rows, training, calibration, export. Nothing of it is needed to answer questions."""
