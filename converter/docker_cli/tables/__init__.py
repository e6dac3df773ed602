"""Which commands and flags each program knows, as plain text that `flagset` compiles."""
