"""What can go wrong with a lab, apart from the intent."""

from railwright.errors import RailwrightError


class LabError(RailwrightError):
    """The lab cannot do what was asked; the text says why and what to do."""


class LabUnavailableError(LabError):
    """This host or user cannot run a lab at all; checks that need one are skipped, not passed."""
