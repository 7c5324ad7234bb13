"""Time limits 时限: armed with the change that starts them, called to mind, met, missed, escalated, lapsed."""
