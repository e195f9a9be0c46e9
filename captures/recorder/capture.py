"""tcpdump at the client, at the server and with `-i any` on the router between them."""

import os
import shutil
import signal

from .stage import Failure

# Nothing but what the scenario sends: neighbour discovery and the router's own chatter stay out.
FILTER = "tcp or udp port 4789 or icmp or icmp6"


class Captures:
    """Running captures of one recording."""

    def __init__(self, stage, network, points, snap_length=0, nanoseconds=False, cooked_v1=False):
        self.stage, self.programs = stage, {}
        where = {
            "client": (network.client, "c0"), "server": (network.server, "s0"), "any": (network.router, "any"),
        }
        for point in points:
            host, device = where[point]
            # -U writes each packet at once, -Z root keeps the file in reach, -B is large enough for a burst.
            words = ["tcpdump", "-Z", "root", "-n", "-U", "-B", "8192", "-i", device, "-w", self.file(point)]
            words += ["-s", str(snap_length)] if snap_length else []
            words += ["--time-stamp-precision=nano"] if nanoseconds else []
            words += ["-y", "LINUX_SLL"] if cooked_v1 and point == "any" else []
            program = stage.start(words + [FILTER], f"tcpdump-{point}.log", host)
            program.wait_until(lambda program=program: "listening on" in program.text(), "the capture's begin")
            self.programs[point] = program

    def file(self, point):
        return self.stage.path(f"{point}.pcap")

    def finish(self):
        """Ends all captures. One that the kernel dropped packets of is no basis for a truth."""
        for point, program in self.programs.items():
            program.end(signal.SIGINT)
            text = program.text()
            if "0 packets dropped by kernel" not in text:
                raise Failure(f"capture {point}: {' / '.join(text.strip().splitlines()[-3:])}")

    def keep(self, folder):
        for point in self.programs:
            shutil.move(self.file(point), os.path.join(folder, f"{point}.pcap"))
