"""Classic pcap files, read without the code under test: which connections are in one, and when; and cutting."""

import ipaddress
import struct
from collections import namedtuple

# A packet: seconds since the epoch, its record as it stands in the file, and its TCP endpoints "ip:port" or None.
Packet = namedtuple("Packet", "time record ends")

_LINK_HEADER = {1: 14, 101: 0, 113: 16, 276: 20}  # Ethernet, raw IP, Linux cooked v1 and v2
_FILE_HEADER, _RECORD_HEADER, _VXLAN = 24, 16, 4789


def header(path):
    with open(path, "rb") as file:
        return file.read(_FILE_HEADER)


def packets(path):
    """All packets of a file; ends at a record that is cut off."""
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[:1] in (b"\xd4", b"\x4d") else ">"
    fraction = 1e-9 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1e-6
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    place = _FILE_HEADER
    while place + _RECORD_HEADER <= len(data):
        seconds, part, length = struct.unpack_from(order + "III", data, place)
        end = place + _RECORD_HEADER + length
        if end > len(data):
            return
        yield Packet(seconds + part * fraction, data[place:end],
                     _ends(data, place + _RECORD_HEADER + _LINK_HEADER[link], end))
        place = end


def _ends(data, ip, end):
    """The endpoints of a TCP segment, also inside VXLAN."""
    if ip + 40 > end:
        return None
    if data[ip] >> 4 == 4:
        protocol, size, addresses, transport = data[ip + 9], 4, ip + 12, ip + (data[ip] & 15) * 4
    else:
        protocol, size, addresses, transport = data[ip + 6], 16, ip + 8, ip + 40
    if transport + 8 > end:
        return None
    ports = struct.unpack_from(">HH", data, transport)
    if protocol == 17 and ports[1] == _VXLAN:
        return _ends(data, transport + 8 + 8 + _LINK_HEADER[1], end)
    if protocol != 6:
        return None
    names = [str(ipaddress.ip_address(data[addresses + n * size:addresses + (n + 1) * size])) for n in (0, 1)]
    return tuple(f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name, port in zip(names, ports))


class Presence:
    """When each address pair was captured."""

    def __init__(self, path):
        self.times, self.start = {}, float("inf")
        for packet in packets(path):
            self.start = min(self.start, packet.time)
            if packet.ends:
                self.times.setdefault(frozenset(packet.ends), []).append(packet.time)

    def has(self, names, span):
        return any(
            span[0] - 3 <= time <= span[1] + 3 for pair in names for time in self.times.get(frozenset(pair), ()))


def cut(source, target, is_wanted):
    """Copies the packets for whose endpoints `is_wanted` holds, unchanged. Returns how many."""
    count = 0
    with open(target, "wb") as file:
        file.write(header(source))
        for packet in packets(source):
            if packet.ends and is_wanted(packet):
                file.write(packet.record)
                count += 1
    return count
