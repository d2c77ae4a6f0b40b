"""Public evaluation sets in their own layouts (SQuAD, NoMIRACL, ClapNQ), each loaded into a temporary library, where
retrieval and answering run with the product's settings."""
