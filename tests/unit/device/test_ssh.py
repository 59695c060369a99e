"""The SSH client against a real server in this process: results, and every way it can fail."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh
import pytest

from railwright.device.errors import (
    AuthError,
    CommandError,
    CommandTimeoutError,
    HostKeyError,
    UnreachableError,
)
from railwright.device.session import Target, checked
from railwright.device.ssh import Login, Transport

USER = "admin"


async def _serve(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    """Answer a command with itself and its input; a few words do something else."""
    command = process.command or ""
    data = await process.stdin.read()
    if command == "hang":
        await asyncio.sleep(60)
    if command == "break":
        process.channel.get_connection().abort()
        return
    process.stdout.write(command.encode() + b"\n" + data)
    process.stderr.write(b"complaint \x1b[31m")
    process.exit(3 if command == "fail" else 0)


class Server:
    """An SSH server on a free port of the loopback, with one user's key."""

    def __init__(self, folder: Path) -> None:
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        started = asyncio.run_coroutine_threadsafe(self._start(), self.loop)
        self.listener = started.result()
        self.port = self.listener.get_port()
        (folder / "key").write_bytes(self.key.export_private_key())
        self.know(self.host_key)

    async def _start(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self.host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(
                self.key.export_public_key().decode()
            ),
            process_factory=_serve,
            encoding=None,
        )

    def know(self, key: asyncssh.SSHKey) -> None:
        public = " ".join(key.export_public_key().decode().split()[:2])
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {public}\n")

    @property
    def login(self) -> Login:
        return Login(self.folder / "key", self.folder / "known")

    @property
    def target(self) -> Target:
        return Target("leaf", "127.0.0.1", USER, self.port)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.listener.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.close()


def test_a_command_and_its_input_arrive_as_given(server: Server) -> None:
    with Transport(server.login) as transport:
        result = transport.session(server.target).run(("echo", "a b", "$HOME;'x'"), b"in\x00put")
    assert result.status == 0
    assert result.stdout == "echo 'a b' '$HOME;'\"'\"'x'\"'\"''\nin\x00put"
    assert result.stderr.startswith("complaint")


def test_a_failing_command_is_told_apart_and_shown_safely(server: Server) -> None:
    with Transport(server.login) as transport:
        session = transport.session(server.target)
        assert session.run(("fail",)).status == 3
        with pytest.raises(CommandError) as caught:
            checked(session, ("fail",))
    assert "leaf: `fail` failed with status 3: complaint \\x1b[31m" in str(caught.value)


def test_a_command_that_hangs_ends_in_time_and_the_session_goes_on(server: Server) -> None:
    with Transport(server.login) as transport:
        session = transport.session(server.target)
        with pytest.raises(CommandTimeoutError, match="did not end within"):
            session.run(("hang",), timeout_s=0.2)
        assert session.run(("again",)).status == 0


def test_a_broken_connection_is_opened_again(server: Server) -> None:
    with Transport(server.login) as transport:
        session = transport.session(server.target)
        with pytest.raises(UnreachableError, match="the connection broke"):
            session.run(("break",))
        assert session.run(("again",)).status == 0


def test_sessions_are_used_from_many_threads(server: Server) -> None:
    with Transport(server.login) as transport, ThreadPoolExecutor(8) as pool:
        sessions = [transport.session(server.target) for _ in range(8)]
        results = list(pool.map(lambda session: session.run(("x",)).status, sessions))
    assert results == [0] * 8


def test_an_unknown_host_key_is_refused(server: Server) -> None:
    (server.folder / "known").write_text("")
    with Transport(server.login) as transport, pytest.raises(HostKeyError) as caught:
        transport.session(server.target).run(("x",))
    assert "the host key is unknown" in str(caught.value)


def test_a_changed_host_key_is_refused(server: Server) -> None:
    server.know(asyncssh.generate_private_key("ssh-ed25519"))
    with Transport(server.login) as transport, pytest.raises(HostKeyError) as caught:
        transport.session(server.target).run(("x",))
    assert "the host key has changed" in str(caught.value)


def test_without_a_file_of_host_keys_nothing_is_trusted(server: Server, tmp_path: Path) -> None:
    login = Login(server.folder / "key", tmp_path / "none")
    with Transport(login) as transport, pytest.raises(HostKeyError, match="no file of known host"):
        transport.session(server.target).run(("x",))


def test_another_key_is_refused(server: Server, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    login = Login(other, server.login.known_hosts)
    with Transport(login) as transport, pytest.raises(AuthError, match="login as 'admin' was"):
        transport.session(server.target).run(("x",))


@pytest.mark.parametrize("content", [None, "no key", "locked"])
def test_an_unusable_key_file_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "broken"
    if content == "locked":
        key = asyncssh.generate_private_key("ssh-ed25519")
        path.write_bytes(key.export_private_key("pkcs8-pem", "a passphrase"))
    elif content is not None:
        path.write_text(content)
    with pytest.raises(AuthError, match="broken cannot be used"):
        Transport(Login(path))


def test_nobody_answering_is_unreachable(server: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        target = Target("leaf", "127.0.0.1", USER, taken.getsockname()[1])
        with Transport(server.login) as transport, pytest.raises(UnreachableError) as caught:
            transport.session(target).run(("x",))
    assert "leaf (127.0.0.1 port" in str(caught.value)
    assert "cannot be reached" in str(caught.value)


def test_a_silent_server_is_unreachable(server: Server) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        target = Target("leaf", "127.0.0.1", USER, silent.getsockname()[1])
        with (
            Transport(server.login, connect_timeout_s=0.3) as transport,
            pytest.raises(UnreachableError),
        ):
            transport.session(target).run(("x",))


def test_a_password_is_never_shown() -> None:
    assert "hidden" not in repr(Login(password="hidden"))  # noqa: S106 - what must not be shown
