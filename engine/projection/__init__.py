"""Showing cases in Prefect: from our rows to flow runs, task runs, messages and artifacts."""
