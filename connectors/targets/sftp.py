"""SFTP: the audience as a CSV file on a server, for those who take files.

    mirror   sftp://user@host/folder/win-back.csv                          the file is replaced: it is the audience
    add      sftp://user@host/folder/win-back-2026-07-01-3f2a9c1e77b0.csv  one file more, with who joined since

The file is written under another name, checked by its size, and renamed, so that nobody ever reads half of one. It has
the columns of `fields` and, if `address` says so, the address: no customer id, no name that was not asked for. What a
spreadsheet would run gets an apostrophe in front. A file more has the digest of what is in it in its name, so that a
push which is repeated after a kill writes no second one. Of a mirrored file the lines are read again: whoever lacks,
for somebody took the file or changed it, is in the next one.

The server is known by its host key's fingerprint, and no other key is spoken to. The login is a password or a private
key (OpenSSH or PEM, the text itself, or the path of its file), with its passphrase if it has one.
Sources: draft-ietf-secsh-filexfer-02 (SFTP 3); OpenSSH PROTOCOL, 4.3 posix-rename@openssh.com; asyncssh 2.24.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import posixpath
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from crm360.connectors.engine.errors import AccessDenied, AuthError, ConfigError, TargetLacks, Unreachable
from crm360.connectors.engine.target import Member, Opening, Outcome, Own, Standing, Target
from crm360.moments import utc_now
from crm360.quoting import harmless

if TYPE_CHECKING:
    import asyncssh

ALL = 10_000_000  # one file holds them all
WAITS = (1.0, 4.0, 15.0)  # seconds before each further try
CONNECT, DEADLINE = 20.0, 600.0  # seconds: until the login is done, until all is
LARGEST = 2**28  # bytes of a file that is read again
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
T = TypeVar("T")


def wrong(options: Mapping[str, str], fields: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with the file or its columns."""
    parts = urlsplit(options.get("url", ""))
    if not FINGERPRINT.fullmatch(options.get("fingerprint", "")):
        return "fingerprint", "fingerprint is the host key's, SHA256: and 43 letters, as ssh-keygen -lf shows it"
    if not parts.username:
        return "url", "url names the user: sftp://user@host/folder/name.csv"
    if not parts.path.lower().endswith(".csv") or ".." in unquote(parts.path).split("/"):
        return "url", "url ends with the file's name, such as /folder/name.csv"
    if not fields and "address" not in options:
        return "to", "a push to sftp needs fields, or address = true: the file would be empty"
    if "address" in fields and "address" in options:
        return "fields", "address is a column of the file already"
    return None


class Sftp:
    """One file, or one file's name, in one folder of one server."""

    def __init__(self, opening: Opening) -> None:
        self._told = opening
        parts = urlsplit(opening.options["url"])
        self._path = unquote(parts.path)
        self._folder, self._name = posixpath.split(self._path)
        self._columns = [*(["address"] if "address" in opening.options else []), *opening.fields]
        self._everyone: dict[str, str] = {}  # of a mirrored file: line by key
        self._delivered = ""  # the path of what was written
        self._content = b""
        self._login = _login(opening, parts.hostname or "", parts.port or 22, unquote(parts.username or ""))
        self._on(self._require_folder)

    # What stands there -----------------------------------------------------------------------------------------------

    async def _require_folder(self, sftp: asyncssh.SFTPClient) -> None:
        import asyncssh

        try:
            await sftp.stat(self._folder or "/")
        except asyncssh.SFTPNoSuchFile as error:
            raise TargetLacks(f"there is no folder {self._folder or '/'}", where=self._told.where) from error
        except asyncssh.SFTPPermissionDenied:
            return  # a box for letters: writing shows whether it is there

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """Of a mirrored file, whose line is in it; of a file more nothing, for others take it away."""
        if not self._told.mirrors:
            return {}
        wanted = [m for m in members if m.address or m.fields]
        self._everyone = {m.key: self._line(m) for m in wanted}
        found = self._on(self._read)
        if found is None:
            return {}
        lines = found.decode(errors="replace").split("\n")
        there = set(lines)
        standing = {key: Standing(is_member=line in there) for key, line in self._everyone.items()}
        lacking = sum(not one.is_member for one in standing.values())
        strangers = len(there - set(self._everyone.values()) - {"", self._header()})
        if not found or lines[0] != self._header() or strangers > lacking + len(members) - len(wanted):
            return {key: Standing(is_member=False) for key in self._everyone}  # somebody else wrote it: anew
        return {key: one for key, one in standing.items() if not one.is_member}

    async def _read(self, sftp: asyncssh.SFTPClient) -> bytes | None:
        """The file's content, empty where there is none; None where it can't be read, as in a box for letters only."""
        import asyncssh

        try:
            if ((await sftp.stat(self._path)).size or 0) > LARGEST:
                return None
            async with sftp.open(self._path, "rb") as handle:
                read = await handle.read()
                return read if isinstance(read, bytes) else read.encode()
        except asyncssh.SFTPNoSuchFile:
            return b""
        except asyncssh.SFTPPermissionDenied:
            return None

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """Who is in the file now; None where it can't be read."""
        path, content = self._delivered, self._content

        async def is_whole(sftp: asyncssh.SFTPClient) -> bool | None:
            import asyncssh

            try:
                if self._told.mirrors:
                    read = await self._read(sftp)
                    return None if read is None else read == content
                return (await sftp.stat(path)).size == len(content)
            except asyncssh.SFTPNoSuchFile:
                return self._told.mirrors is False  # it was taken already
            except asyncssh.SFTPPermissionDenied:
                return None

        told = self._on(is_whole) if path else False
        if told is None:
            return None
        joined = {m.key for m in members if m.key in self._everyone or not self._told.mirrors}
        return joined if told else {m.key for m in members} - joined

    # What is written -------------------------------------------------------------------------------------------------

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Write the file with all of them, or one file more with these."""
        if self._told.mirrors:
            self._replace()
        else:
            self._write_more(members)
        return [Outcome(m.key) for m in members]

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Write the file without them."""
        self._replace()
        return [Outcome(m.key) for m in members]

    def _replace(self) -> None:
        if not self._delivered:
            self._deliver(self._path, self._written(self._everyone.values()))

    def _write_more(self, members: Sequence[Member]) -> None:
        content = self._written(map(self._line, members))
        # Who joins again is in another file than before, though the line is the same.
        turns = "".join(f"\0{m.key}\0{m.turn}" for m in members).encode()
        digest = hashlib.sha256(content + turns).hexdigest()[:12]
        stem = self._name[: -len(".csv")]
        sent = re.compile(re.escape(stem) + r"-\d{4}-\d\d-\d\d-" + digest + r"\.csv")

        async def there(sftp: asyncssh.SFTPClient) -> list[str]:
            import asyncssh

            try:
                names = await sftp.listdir(self._folder or "/")
            except asyncssh.SFTPPermissionDenied:
                return []
            return [str(name) for name in names if sent.fullmatch(str(name))]

        known = self._on(there)
        name = known[0] if known else f"{stem}-{utc_now():%Y-%m-%d}-{digest}.csv"
        path = posixpath.join(self._folder, name)
        if known:
            self._delivered, self._content = path, content
        else:
            self._deliver(path, content)

    def _line(self, member: Member) -> str:
        told = {"address": member.address, **member.fields}
        return _csv([harmless(told.get(name, "")) for name in self._columns])

    def _header(self) -> str:
        return _csv([harmless(name) for name in self._columns])

    def _written(self, lines: Any) -> bytes:
        return "\n".join([self._header(), *lines, ""]).encode()

    def _deliver(self, path: str, content: bytes) -> None:
        """Write under another name, look at its size, rename. Written twice it is as written once."""
        part = posixpath.join(posixpath.dirname(path), f".{posixpath.basename(path)}.part")

        async def write(sftp: asyncssh.SFTPClient) -> None:
            import asyncssh

            async with sftp.open(part, "wb", asyncssh.SFTPAttrs(permissions=0o640)) as handle:
                await handle.write(content)
            size = (await sftp.stat(part)).size
            if size != len(content):
                raise Unreachable(f"the file has {size:,} of its {len(content):,} bytes", where=self._told.where)
            try:
                await sftp.posix_rename(part, path)
            except asyncssh.SFTPOpUnsupported:  # then a file can't be renamed over another: for a moment there is none
                if await sftp.exists(path):
                    await sftp.remove(path)
                await sftp.rename(part, path)

        self._on(write)
        self._delivered, self._content = path, content

    # How it is spoken to ---------------------------------------------------------------------------------------------

    def _on(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        """Do this on a connection of its own, some times if it breaks; in a thread, for a loop can't run in another."""
        place = self._told.where
        for wait in (*WAITS, None):
            with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sftp") as pool:
                try:
                    return pool.submit(asyncio.run, self._connected(work)).result()
                except Unreachable as problem:
                    if wait is None:
                        told = f"{problem.what}, {len(WAITS) + 1} times in a row"
                        raise Unreachable(told, where=place) from problem
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def _connected(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        """What `work` gives. Raises Unreachable where another try may help, and what a person must mend."""
        import asyncssh

        place = self._told.where
        try:
            async with asyncio.timeout(DEADLINE):
                async with asyncssh.connect(**self._login) as connection, connection.start_sftp_client() as sftp:
                    return await work(sftp)
        except asyncssh.HostKeyNotVerifiable as error:
            told = "the host's key is not the one of the fingerprint"
            raise AuthError(told, where=place, who="whoever runs the server: is it the right one?") from error
        except asyncssh.PermissionDenied as error:
            raise AuthError("the credentials are refused", where=place) from error
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
            raise TargetLacks(f"there is no folder {self._folder or '/'}", where=place) from error
        except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect) as error:
            raise AccessDenied("the user may not write there", where=place) from error
        except (asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded) as error:
            raise Unreachable("the server has no room left", where=place) from error
        except asyncssh.SFTPError as error:
            raise Unreachable("the server failed at it", where=place) from error
        except (asyncssh.Error, OSError, EOFError) as error:  # a timeout is an OSError, too
            refused = isinstance(error, ConnectionRefusedError)
            raise Unreachable(
                "the connection is refused" if refused else "the connection broke", where=place
            ) from error


def _csv(cells: list[str]) -> str:
    """One line. A line break within a cell is a space: a line is a member."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([re.sub(r"[\r\n]+", " ", cell) for cell in cells])
    return out.getvalue()


def _login(opening: Opening, host: str, port: int, user: str) -> dict[str, Any]:
    """How to connect, as asyncssh takes it. Raises ConfigError without its package, a login, or a key that is one."""
    try:
        import asyncssh
    except ImportError as error:
        raise ConfigError("SFTP needs a package more: pip install 'crm360[sftp]'", where=opening.where) from error
    expected, secrets = opening.options["fingerprint"], opening.secrets

    class Known(asyncssh.SSHClient):
        def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
            return bool(key.get_fingerprint("sha256") == expected)

    keys = []
    if "private_key" in secrets:
        told = secrets["private_key"]
        try:
            text = told if "-----BEGIN" in told else Path(told).expanduser().read_text()
            keys = [asyncssh.import_private_key(text, secrets.get("passphrase"))]
        except (OSError, ValueError) as error:  # its own errors are ValueErrors
            variable = f"CRM360_PUSH_{opening.push}_PRIVATE_KEY".upper()
            raise ConfigError(f"{variable} is no private key that can be read", where=opening.where) from error
    elif "password" not in secrets:
        variable = f"CRM360_PUSH_{opening.push}_PASSWORD".upper()
        both = f"{variable} or {variable.replace('PASSWORD', 'PRIVATE_KEY')}"
        raise ConfigError(f"the environment variable {both} is not set", where=opening.where)
    return {
        "host": host,
        "port": port,
        "username": user,
        "password": secrets.get("password"),
        "client_keys": keys or None,
        "client_factory": Known,
        "known_hosts": ([], [], []),
        "config": None,
        "agent_path": None,
        "connect_timeout": CONNECT,
        "login_timeout": CONNECT,
        "keepalive_interval": 15,
    }


SFTP = Target(
    "sftp",
    Sftp,
    batch=ALL,
    takes=frozenset({"url", "address", "fingerprint"}),
    needs=frozenset({"url", "fingerprint"}),
    takes_fields=True,
    own=Own((), ("password", "private_key", "passphrase"), schemes=("sftp",)),
    wrong=wrong,
)
