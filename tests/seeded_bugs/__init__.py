"""Bugs kept as patches, each with the test that must catch it. ``python -m tests.seeded_bugs`` runs them all.

A patch starts with ``Caught-by: <pytest node>``. The named tests must pass on a copy of the tree; the patch
is applied to another copy, and there the test must fail: the test itself, not the collection and no fixture.
"""
