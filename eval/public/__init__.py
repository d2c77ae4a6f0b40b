"""Public evaluation sets in their own layouts: BEIR, SQuAD, rows of abstention as in NoMIRACL, rows of ClapNQ.

Each set becomes a throw-away library in which retrieval and the answerer run as users get them. `rows` and `beir`,
`squad`, `abstention`, `evidence` read and judge, `shelf` makes libraries, `outcomes` keeps what came out row by row,
`figures` sums it up, `commands` are the commands `eval retrieval`, `eval abstention` and `eval evidence`.
"""
