"""Public evaluation sets in their own layouts: SQuAD, rows of abstention as in NoMIRACL, rows of ClapNQ.

Each set becomes a throw-away library in which retrieval and the answerer run as users get them. `public_rows`, `squad` and
`answered_rows` read, `public_libraries` makes libraries, `figures` asks and sums up, `public_commands` are the commands `eval retrieval`,
`eval abstention` and `eval evidence`.
"""
