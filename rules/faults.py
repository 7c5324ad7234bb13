"""What a log may say of an exception: its type and where it came through, never its text.

Database errors quote the values of the statement, and such a value may be a document.
"""

import traceback


def came_through(error: BaseException, *, last: int = 8) -> list[str]:
    """``file:line function`` of the innermost frames, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-last:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]


def told(error: BaseException) -> dict[str, object]:
    """What a log line says of an error: ``error`` its type, ``at`` where it came through."""
    return {"error": type(error).__name__, "at": came_through(error)}
