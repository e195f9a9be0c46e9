"""Runs a program with its standard error on a terminal, and gives it its input in two parts.

Arguments: what else is on the terminal (`output` or `nothing`), what to wait for (`line`, or seconds), the input file
(`-` for none), then the program and its arguments. The second half of the input comes when the terminal has shown
something, or when the seconds are over; then the file `go` in the current directory is written, too. Prints a JSON
object: the status, what the terminal was sent, and standard output.
"""
import json
import os
import pty
import select
import subprocess
import sys
import termios
import threading
import time


def main():
    also, wait, source, *words = sys.argv[1:]
    if os.path.exists("go"):
        os.remove("go")
    leader, follower = pty.openpty()
    # 120 columns, and line ends as they are.
    termios.tcsetwinsize(follower, (40, 120))
    attributes = termios.tcgetattr(follower)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(follower, termios.TCSANOW, attributes)
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stderr=follower, stdout=follower if also == "output" else subprocess.PIPE)
    os.close(follower)
    output = b""

    def drain():
        nonlocal output
        output = process.stdout.read()

    drainer = threading.Thread(target=drain)
    if process.stdout:
        drainer.start()
    data = open(source, "rb").read() if source != "-" else b""
    process.stdin.write(data[: len(data) // 2])
    process.stdin.flush()

    shown = b""

    def look(seconds):
        nonlocal shown
        if not select.select([leader], [], [], seconds)[0]:
            return True
        try:
            part = os.read(leader, 65536)
        except OSError:
            return False
        shown += part
        return bool(part)

    begin = time.monotonic()
    limit = 60 if wait == "line" else float(wait)
    while time.monotonic() - begin < limit and not (wait == "line" and shown):
        if not look(0.05):
            break
    open("go", "w").close()
    process.stdin.write(data[len(data) // 2 :])
    process.stdin.close()
    while look(60):
        pass
    status = process.wait()
    if process.stdout:
        drainer.join()
    print(json.dumps({"status": status, "terminal": shown.decode(), "output": output.decode()}))


main()
