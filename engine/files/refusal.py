"""Why a file is not taken, as the examining process says it."""


class Unacceptable(Exception):
    """The file is refused; both sentences are ours and quote nothing of it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh, self.en = zh, en
