"""What is said when something stands in the way: the cause and the mend, never a traceback."""


class Trouble(Exception):
    """One or two sentences for the person at the terminal; `code` is the exit code."""

    def __init__(self, sentence: str, *, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
