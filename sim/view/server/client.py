"""Where a request or a connection comes from."""

from __future__ import annotations

import ipaddress

from starlette.types import Scope


def address_of(scope: Scope) -> str:
    """What a client counts as, of its address; empty where it has none."""
    client = scope.get("client")
    return group(client[0]) if client else ""


def group(address: str) -> str:
    """What counts as one address: of IPv6, the network, for a machine has any number in it.

    On the link alone all machines are in one network, so each address counts for itself.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    if found.is_link_local:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
