"""Public evaluation sets in their own layouts: SQuAD, rows of abstention as in NoMIRACL, rows of ClapNQ.

Each set is loaded into a temporary library, where retrieval and answering run with the product's settings. `squad` and
`public_rows` read the files, `public_libraries` builds libraries, `figures` computes figures, and
`public_commands` has the commands `eval retrieval`, `eval abstention` and `eval evidence`.
"""
