"""What can go wrong with a live device, one class per cause; each text ends with what to do."""

from railwright.errors import RailwrightError


class DeviceError(RailwrightError):
    """Base of everything a device or the way to it can cause."""


class UnreachableError(DeviceError):
    """No connection: nothing answers, the connection broke, or it took too long."""


class AuthError(DeviceError):
    """The device refused the login."""


class HostKeyError(DeviceError):
    """The device's host key is unknown or not the one on record."""


class CommandError(DeviceError):
    """A command ended with an error."""


class JobLostError(CommandError):
    """A job on the device ended without leaving its status."""


class CommandTimeoutError(DeviceError):
    """A command did not end in time."""


class WrongBoxError(DeviceError):
    """The box that answers is not the planned one, or its hardware is not what the plan assumes."""


class LockedError(DeviceError):
    """Another push holds the device."""


class InterruptError(DeviceError):
    """The user stopped the run."""
