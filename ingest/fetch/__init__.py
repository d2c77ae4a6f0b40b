"""Official documents by symbol, from the Official Document System of the United Nations.

The service takes symbol, language and format, and redirects to a file. What it sends is believed only so far as it
shows: the kind of file is told by its content, the symbol and the language by the text when it is read.
"""
