"""Every act, one module per subject. Entry points (API, CLI, Prefect console) call these and nothing else."""
