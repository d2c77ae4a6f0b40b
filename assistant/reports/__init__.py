"""What is written from the documents held: briefings, comparisons, themes, mandates, the check of an agenda."""
