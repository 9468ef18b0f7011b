"""Addresses of the view's server: where it listens, how others reach it, what names it answers to."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import sys
from dataclasses import dataclass

from sim.core.errors import InputError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")
"""A Host header: a name, an address, or an IPv6 address in brackets; perhaps a port."""


@dataclass(frozen=True)
class Hosts:
    """Names that a browser may reach the server by.

    A page of another site can point its own name at this machine (DNS rebinding) and would then be
    of the same origin as the view. Such a request bears that name. So only names that are known
    are answered; a bare address cannot be pointed anywhere, and is answered if others may connect.
    """

    names: frozenset[str]
    wide: bool
    """Can other machines connect?"""

    def allow(self, header: str) -> bool:
        """Is this Host header one of ours?"""
        name = host_name(header)
        if name in self.names:
            return True
        return self.wide and is_address(name)


def host_name(header: str) -> str:
    """Name in a Host header, lower case, without port and brackets; empty if malformed."""
    found = HOST.fullmatch(header)
    return found["name"].strip("[]").rstrip(".").lower() if found else ""


def is_address(name: str) -> bool:
    """An IPv4 or IPv6 address?"""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def hosts_of(host: str) -> Hosts:
    """Names that a server listening at `host` answers to."""
    if not is_wide(host):
        return Hosts(LOOPBACK | {host.lower()}, wide=False)
    machine = socket.gethostname().lower()
    short = machine.split(".")[0]
    known = {host.lower(), machine, short, f"{short}.local"}
    return Hosts(LOOPBACK | frozenset(known), wide=True)


def is_wide(host: str) -> bool:
    """Does a server listening at `host` take connections from other machines?"""
    if host.lower() == "localhost":
        return False
    return not (is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_every_address(host: str) -> bool:
    """Does it mean all of this machine's addresses?"""
    return is_address(host) and ipaddress.ip_address(host).is_unspecified


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens; raises InputError if the host or the port cannot be used.

    Port 0 takes any that is free.
    """
    if not 0 <= port <= 65535:
        raise InputError("--port", "", port, "0 to 65535")
    try:
        found = socket.getaddrinfo(host or "-", port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        allowed = "127.0.0.1, 0.0.0.0 or an address of this machine"
        raise InputError("--host", "", host, allowed) from None
    # `localhost` may be both; a browser tries IPv4 as well.
    family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise _refused(error, host, port) from None
    listener.set_inheritable(False)
    return listener


def _refused(error: OSError, host: str, port: int) -> InputError:
    if error.errno == errno.EADDRINUSE:
        return InputError("--port", "", port, "a port that is not in use, or 0 for any")
    if error.errno in (errno.EACCES, errno.EPERM):
        return InputError("--port", "", port, "a port that you may open, such as 8765")
    return InputError("--host", "", host, "127.0.0.1, 0.0.0.0 or an address of this machine")


def addresses(host: str, port: int) -> list[str]:
    """Addresses to type into a browser, the one for this machine first."""
    if not is_every_address(host):
        return [f"http://{_bracketed(host)}:{port}"]
    return [f"http://{_bracketed(one)}:{port}" for one in ("127.0.0.1", *machine_addresses())]


def machine_addresses() -> list[str]:
    """IPv4 addresses by which other machines reach this one."""
    import psutil

    found = [
        one.address
        for name, group in psutil.net_if_addrs().items()
        for one in group
        if one.family == socket.AF_INET and _up(name)
    ]
    return sorted({one for one in found if not ipaddress.ip_address(one).is_loopback})


def _up(interface: str) -> bool:
    import psutil

    state = psutil.net_if_stats().get(interface)
    return state is None or state.isup


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
