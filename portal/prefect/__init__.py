"""Prefect's pages for administrators and managers without access to the server: looked at, never acted on."""
