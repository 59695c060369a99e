"""SSH by asyncssh, usable from threads: one event loop in the background serves all sessions.

Host keys are always checked. Connections are opened on first use and again after they broke, so a
device that restarts its network in the middle of a push is simply called again.
"""

import asyncio
import shlex
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from railwright.device.errors import (
    AuthError,
    CommandTimeoutError,
    HostKeyError,
    UnreachableError,
)
from railwright.device.session import COMMAND_TIMEOUT_S, Result, Target, shown

CONNECT_TIMEOUT_S = 20.0
KEEPALIVE_S = 15
USER_KNOWN_HOSTS = "~/.ssh/known_hosts"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in everywhere.

    `key_file` None means the user's agent and default keys; `known_hosts` None the user's own
    file; `password` is offered only when it is given.
    """

    key_file: Path | None = None
    known_hosts: Path | None = None
    password: str | None = field(default=None, repr=False)


class Transport:
    """The background event loop; a context manager that closes every session it opened."""

    def __init__(self, login: Login, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        """Read the key. Raises: AuthError when it cannot be used."""
        self._login = login
        self._key = None if login.key_file is None else _read_key(login.key_file)
        self._connect_timeout_s = connect_timeout_s
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh", daemon=True)
        self._sessions: list[SshSession] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wait(self._close_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def session(self, target: Target) -> "SshSession":
        """Return a session that connects when it is first used."""
        session = SshSession(self, target)
        self._sessions.append(session)
        return session

    def wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Return the result of a coroutine run by the background loop; callable from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def open(self, target: Target) -> asyncssh.SSHClientConnection:
        """Return a new connection. Raises: UnreachableError, AuthError, HostKeyError."""
        known_hosts = (self._login.known_hosts or Path(USER_KNOWN_HOSTS)).expanduser()
        options: dict[str, Any] = {}
        if self._key is not None:
            options |= {"client_keys": [self._key], "agent_path": None}
        if self._login.password is not None:
            options["password"] = self._login.password
        try:
            return await asyncssh.connect(
                target.address,
                port=target.port,
                username=target.user,
                known_hosts=_readable(known_hosts, target),
                connect_timeout=self._connect_timeout_s,
                login_timeout=self._connect_timeout_s,
                keepalive_interval=KEEPALIVE_S,
                **options,
            )
        except asyncssh.HostKeyNotVerifiable as err:
            raise HostKeyError(_host_key_text(target, known_hosts)) from err
        except asyncssh.PermissionDenied as err:
            raise AuthError(
                f"{target.name} ({target.address}): login as {target.user!r} was refused; check "
                "access.switch_user or access.node_user in the intent and the key in use "
                "(RAILWRIGHT_SSH_KEY or your agent)"
            ) from err
        except (OSError, asyncssh.Error, TimeoutError) as err:
            raise UnreachableError(
                f"{target.name} ({target.address} port {target.port}) cannot be reached: "
                f"{_cause(err)}; check power, the management network and the address"
            ) from err

    async def _close_all(self) -> None:
        for session in self._sessions:
            await session.disconnect()


class SshSession:
    """One device over SSH (see `Session`). One thread uses it at a time."""

    def __init__(self, transport: Transport, target: Target) -> None:
        self._transport = transport
        self._target = target
        self._connection: asyncssh.SSHClientConnection | None = None

    @property
    def name(self) -> str:
        """Return the device's name."""
        return self._target.name

    def run(
        self,
        command: Sequence[str],
        stdin: bytes = b"",
        timeout_s: float = COMMAND_TIMEOUT_S,
    ) -> Result:
        """Run a command on the device (see `Session.run`)."""
        return self._transport.wait(self._run(command, stdin, timeout_s))

    def close(self) -> None:
        """Close the connection; a later `run` opens a new one."""
        self._transport.wait(self.disconnect())

    async def disconnect(self) -> None:
        """Close the connection, if there is one; runs in the transport's loop."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            await connection.wait_closed()

    async def _run(self, command: Sequence[str], stdin: bytes, timeout_s: float) -> Result:
        if self._connection is None:
            self._connection = await self._transport.open(self._target)
        # asyncssh ends the input only if there is some; without any, nothing must wait for it.
        source: dict[str, Any] = {"input": stdin} if stdin else {"stdin": asyncssh.DEVNULL}
        try:
            done = await asyncio.wait_for(
                self._connection.run(shlex.join(command), encoding=None, **source), timeout_s
            )
        except TimeoutError as err:
            await self.disconnect()
            raise CommandTimeoutError(
                f"{self.name}: `{shown(command)}` did not end within {timeout_s:.0f} s; "
                "see on the device what it waits for"
            ) from err
        except (OSError, asyncssh.Error) as err:
            raise await self._broken(_cause(err)) from err
        if done.returncode is None:
            # Without a status the command did not end; the connection did.
            raise await self._broken("it ended before the command did")
        return Result(done.returncode, _text(done.stdout), _text(done.stderr))

    async def _broken(self, cause: str) -> UnreachableError:
        await self.disconnect()
        return UnreachableError(
            f"{self.name} ({self._target.address}): the connection broke: {cause}; run again once "
            "the device answers"
        )


def _read_key(path: Path) -> asyncssh.SSHKey:
    try:
        return asyncssh.read_private_key(path)
    except (OSError, ValueError, asyncssh.KeyEncryptionError) as err:
        raise AuthError(
            f"the private key {path} cannot be used: {err}; name a readable key without a "
            "passphrase in RAILWRIGHT_SSH_KEY, or leave it out and use your agent"
        ) from err


def _readable(known_hosts: Path, target: Target) -> str:
    if not known_hosts.is_file():
        raise HostKeyError(
            f"{target.name}: there is no file of known host keys at {known_hosts}; collect the "
            "keys over a trusted path (ssh-keyscan) or name the file in RAILWRIGHT_KNOWN_HOSTS"
        )
    return str(known_hosts)


def _host_key_text(target: Target, known_hosts: Path) -> str:
    entries = asyncssh.match_known_hosts(
        str(known_hosts), target.address, target.address, target.port
    )
    place = f"{target.name} ({target.address})"
    if entries[0]:
        return (
            f"{place}: the host key has changed: it is not the one in {known_hosts}; somebody may "
            "be listening in, or the device was replaced or reinstalled. Check it on the console, "
            f"then replace the line with ssh-keygen -R {target.address} and a new entry"
        )
    return (
        f"{place}: the host key is unknown: {known_hosts} has no entry for the address; check the "
        "key on the console and add it (ssh-keyscan)"
    )


def _cause(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__


def _text(output: object) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else str(output or "")
