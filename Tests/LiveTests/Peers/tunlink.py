"""A point-to-point link with a delay, between a TUN device in each of two network namespaces.

Arguments: namespace and address of either end, the delay in milliseconds. The devices are called tun0, and go with the
program. Prints `ready`.
"""
import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000


def open_device(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(handle)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
    return device


def main():
    left, left_address, right, right_address, delay = sys.argv[1:6]
    delay = float(delay) / 1000
    devices = [open_device(left), open_device(right)]
    for namespace, own, peer in [(left, left_address, right_address), (right, right_address, left_address)]:
        run = ["ip", "-n", namespace]
        subprocess.run(run + ["addr", "add", own, "peer", peer, "dev", "tun0"], check=True)
        subprocess.run(run + ["link", "set", "tun0", "up"], check=True)
    print("ready", flush=True)
    queue = collections.deque()
    while True:
        wait = max(0.0, queue[0][0] - time.monotonic()) if queue else None
        for device in select.select(devices, [], [], wait)[0]:
            other = devices[1] if device == devices[0] else devices[0]
            queue.append((time.monotonic() + delay, other, os.read(device, 65536)))
        while queue and queue[0][0] <= time.monotonic():
            _, other, packet = queue.popleft()
            os.write(other, packet)


main()
