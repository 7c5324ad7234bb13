"""Time limits 时限: armed, called to mind, met, missed, escalated, lapsed."""
