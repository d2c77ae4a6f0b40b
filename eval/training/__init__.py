"""Creation of the readers: rows, training, calibration, export. Not needed to answer questions."""
