"""Former versions of procedures: cases that started on them go on by them. Never changed, only kept."""

from flows.earlier import proactive_disclosure_v1

__all__ = ["proactive_disclosure_v1"]
