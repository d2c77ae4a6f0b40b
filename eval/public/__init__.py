"""Public evaluation sets in their own layouts: BEIR, SQuAD, rows of abstention as in NoMIRACL, rows of ClapNQ.

Each set becomes a throw-away library in which retrieval and the answerer run as users get them. `public_rows` and `beir`,
`squad`, `refusals`, `clapnq` read and judge, `public_shelf` makes libraries, `public_outcomes` keeps what came out row by row,
`figures` sums it up, `public_commands` are the commands `eval retrieval`, `eval abstention` and `eval evidence`.
"""
