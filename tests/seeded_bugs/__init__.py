"""Bugs kept as patches, each with the test that must catch it. ``python -m tests.seeded_bugs`` runs them all.

A patch starts with ``Caught-by: <pytest node>``. It is applied to a copy of the tree; the named test must
then fail, and it must be the test that fails, not the collection.
"""
