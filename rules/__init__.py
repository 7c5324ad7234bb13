"""The law as data and pure functions: citations, attributes, grounds, positions. No framework."""
