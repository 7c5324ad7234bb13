"""公众参与: windows in which comments are accepted, the comments, and what becomes of each."""
