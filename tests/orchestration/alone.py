"""A process in a network of its own, from which nothing comes out: what it and its children send to anybody but this machine is
written down, whoever sends it, a library in C too.

    unshare --net alone.py FILE COMMAND …       exits as the command does

The network has the loopback and a tunnel that all other addresses lie behind; who opened the tunnel gets the packets.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import sys
import threading

SET_NAME, SET_ADDRESS, SET_MASK, SET_FLAGS = 0x400454CA, 0x8916, 0x891C, 0x8914  # of linux/if_tun.h and linux/sockios.h
TUNNEL_WITHOUT_HEADER, UP_AND_RUNNING = 0x0001 | 0x1000, 0x0041
PARTS = [(1 << bit, 8 - bit) for bit in range(8)]  # 128/1, 64/2 and so on to 1/8: everybody, for nobody is at 0
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}


def address(of: str) -> bytes:
    return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(of))


def tunnel() -> int:
    """The loopback set up, and the tunnel; its descriptor."""
    opened = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(opened, SET_NAME, struct.pack("16sH14x", b"tun0", TUNNEL_WITHOUT_HEADER))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        fcntl.ioctl(asks, SET_FLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))
        fcntl.ioctl(asks, SET_FLAGS, struct.pack("16sH14x", b"tun0", UP_AND_RUNNING))
        for first, bits in PARTS:
            name = struct.pack("16s", f"tun0:{bits}".encode())
            fcntl.ioctl(asks, SET_ADDRESS, name + address(f"{first}.1.1.1"))
            fcntl.ioctl(asks, SET_MASK, name + address(f"{256 - (1 << 8 - bits)}.0.0.0"))
    return opened


def watch(opened: int, file: str) -> None:
    with open(file, "a", buffering=1) as told:  # noqa: PTH123
        while True:
            packet = os.read(opened, 65536)
            if packet[0] >> 4 == 4:  # the kernel itself asks for neighbours by IPv6, and has none
                port = struct.unpack_from("!H", packet, (packet[0] & 15) * 4 + 2)[0]
                told.write(f"{PROTOCOLS.get(packet[9], packet[9])} {socket.inet_ntoa(packet[16:20])} {port}\n")


if __name__ == "__main__":
    threading.Thread(target=watch, args=(tunnel(), sys.argv[1]), daemon=True).start()
    sys.exit(subprocess.run(sys.argv[2:], close_fds=True).returncode)
