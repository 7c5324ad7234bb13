"""What ``gongkai`` can do, one module per subject. Heavy imports stand in functions: help is instant."""
