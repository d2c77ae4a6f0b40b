"""Top floor: question sets, metrics, and what they say about the answers."""
