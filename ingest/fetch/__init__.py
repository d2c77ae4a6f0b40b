"""Official documents by symbol, from the Official Document System of the United Nations.

The service takes symbol, language and format, and redirects to a file. Its statements are not trusted: the kind of file
is determined from its content, the symbol and the language from the text when it is read.
"""
