"""The law as data and pure functions: citations, attributes, grounds, positions, periods. No framework."""
