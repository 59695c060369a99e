"""The two ways a stand-in command can fail, kept apart so that neither is taken for the other."""


class BoxError(Exception):
    """The real command would fail here too; `status` is the exit status it would have."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


class NotInLabError(BoxError):
    """The real command would do something that this stand-in does not do; nothing was changed.

    The exit status 3 is used by no real command, so a test can tell the lab's limits from SONiC's.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"not implemented in the lab: {what}", 3)
