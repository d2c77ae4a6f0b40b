"""From a file to a document in the library: readers, structure, identity, meeting, passages."""
