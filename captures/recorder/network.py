"""Client C, router M and server S, and what lies between them.

    C (c0) --- (mc) M (ms) --- (s0) S

One of the two links is a veth pair; the other one delays (delay.c), and also loses, reorders and duplicates if asked.
"""

from dataclasses import dataclass

from . import build
from .stage import Failure

CLIENT_LINK = {4: ("10.77.1.1", "10.77.1.2", 24), 6: ("fd77:1::1", "fd77:1::2", 64)}
SERVER_LINK = {4: ("10.77.2.1", "10.77.2.2", 24), 6: ("fd77:2::1", "fd77:2::2", 64)}
OVERLAY = ("10.78.0.1", "10.78.0.2")
# Both families are forwarded, and addresses are usable at once.
_SETTINGS = {
    "ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1, "ipv6/conf/all/accept_dad": 0, "ipv6/conf/default/accept_dad": 0,
}
SERVICE = "10.79.0.9"  # what clients call a server behind NAT


@dataclass(frozen=True)
class Path:
    """The way between client and server."""

    rtt_ms: float = 20
    loss: float = 0
    reordering: float = 0
    duplication: float = 0
    # Which of the two links is the long one: the router, and its capture, is near the other end.
    near: str = "client"
    ipv6: bool = False
    # VXLAN from host to host; captures are of the underlay.
    vxlan: bool = False
    # The router translates both addresses, as a node does for a service.
    nat: bool = False
    # "drop" or "reset": the router forgets connections that were idle for `forget_after_s`.
    middlebox: str = ""
    forget_after_s: float = 1.5


class Network:
    """The built way, with the addresses to use."""

    def __init__(self, stage, path, port):
        self.stage, self.path = stage, path
        self.client, self.router, self.server = (stage.host(letter) for letter in "cms")
        for host in (self.client, self.router, self.server):
            for setting, value in _SETTINGS.items():
                stage.run(host, "sh", "-c", f"echo {value} > /proc/sys/net/{setting}")
        long, short = (("s", "c") if path.near == "client" else ("c", "s"))
        self._link(long, delayed=True)
        self._link(short, delayed=False)
        self._address()
        version = 6 if path.ipv6 else 4
        self.client_ip, self.server_ip = CLIENT_LINK[version][0], SERVER_LINK[version][1]
        self.target = (self.server_ip, port)  # what clients connect to
        if path.vxlan:
            self._overlay(port)
        if path.nat:
            self._translate(port)
        if path.middlebox:
            self._forget(port)

    def _ends(self, side):
        """The two ends of a link: (host, device) at the outer host and at the router."""
        outer = self.client if side == "c" else self.server
        return (outer, side + "0"), (self.router, "m" + side)

    def _link(self, side, delayed):
        (outer, outer_device), (router, router_device) = self._ends(side)
        if delayed:
            shares = [str(x) for x in (self.path.loss, self.path.reordering, self.path.duplication)]
            program = self.stage.start(
                [build.c_program(self.stage, "delay"), outer, outer_device, router, router_device,
                 str(int(self.path.rtt_ms * 500)), *shares, "7"], f"link-{side}.log")
            program.wait_until(lambda: "ready" in program.text(), "a delayed link")
        else:
            self.stage.run(
                outer, "ip", "link", "add", outer_device, "type", "veth", "peer", "name", router_device, "netns", router)

    def _address(self):
        for side, table, at_outer in (("c", CLIENT_LINK, 0), ("s", SERVER_LINK, 1)):
            (outer, outer_device), (router, router_device) = self._ends(side)
            for host, device, place in ((outer, outer_device, at_outer), (router, router_device, 1 - at_outer)):
                for first, second, length in table.values():
                    self.stage.run(
                        host, "ip", "addr", "add", f"{(first, second)[place]}/{length}", "dev", device,
                        *(("nodad",) if ":" in first else ()))
                self.stage.run(host, "ip", "link", "set", device, "up")
            for version, ends in table.items():
                self.stage.run(outer, "ip", f"-{version}", "route", "add", "default", "via", ends[1 - at_outer])

    def _overlay(self, port):
        ends = (CLIENT_LINK[4][0], SERVER_LINK[4][1])
        for place, (host, device) in enumerate(((self.client, "c0"), (self.server, "s0"))):
            self.stage.run(
                host, "ip", "link", "add", "vx0", "type", "vxlan", "id", "77", "dstport", "4789", "local",
                ends[place], "remote", ends[1 - place], "dev", device)
            self.stage.run(host, "ip", "addr", "add", f"{OVERLAY[place]}/24", "dev", "vx0")
            self.stage.run(host, "ip", "link", "set", "vx0", "mtu", "1400", "up")
        self.client_ip, self.server_ip = OVERLAY
        self.target = (self.server_ip, port)

    def _translate(self, port):
        self.stage.run(self.router, "nft", "-f", "-", text_input=f"""
            table ip translation {{
              chain before {{ type nat hook prerouting priority -100;
                ip daddr {SERVICE} tcp dport 80 dnat to {self.server_ip}:{port};
              }}
              chain after {{ type nat hook postrouting priority 100;
                ip saddr {self.client_ip} masquerade;
              }}
            }}""")
        self.target = (SERVICE, 80)

    def _forget(self, port):
        """Connections are remembered by the client's port, for as long as packets come."""
        for_client = {"drop": "drop", "reset": "reject with tcp reset"}.get(self.path.middlebox)
        if not for_client:
            raise Failure(f"no middlebox of the kind {self.path.middlebox}")
        keep = f"timeout {int(self.path.forget_after_s * 1000)}ms"
        self.stage.run(self.router, "nft", "-f", "-", text_input=f"""
            table inet forgetful {{
              set known {{ type inet_service; flags dynamic,timeout; {keep}; size 4096; }}
              chain pass {{ type filter hook forward priority 0; policy accept;
                tcp dport {port} tcp flags & (syn|ack) == syn update @known {{ tcp sport {keep} }} accept
                tcp dport {port} tcp sport @known update @known {{ tcp sport {keep} }} accept
                tcp sport {port} tcp dport @known update @known {{ tcp dport {keep} }} accept
                tcp dport {port} {for_client}
                tcp sport {port} drop
              }}
            }}""")

    def second_names(self, port):
        """How a capture behind the address translation names a connection: (client IP, server IP and port), or None."""
        return (SERVER_LINK[4][0], f"{self.server_ip}:{port}") if self.path.nat else None
