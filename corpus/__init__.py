"""Ground floor: symbols, documents, meetings, the catalogue and the library that holds them."""
