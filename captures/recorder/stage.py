"""Hosts as network namespaces, the programs on them, and a folder for their files: all gone when the stage is left."""

import ctypes
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

PREFIX = "finrace-rec-"
PR_SET_PDEATHSIG = 1


class Failure(Exception):
    """Something that stops a recording; the message is for the person at the terminal."""


def command(*words, text_input=None):
    """Runs a command to its end and returns its output."""
    done = subprocess.run(words, input=text_input, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(words)}: {done.stdout.strip()}")
    return done.stdout


class Program:
    """A running program. Its output goes to a file."""

    def __init__(self, words, output, cwd, environment=None):
        self.words, self.output = words, output
        with open(output, "ab") as file:
            # A session of its own: Ctrl-C reaches the recorder alone, which then ends everything in order. The death
            # signal is for the case that the recorder is killed.
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, cwd=cwd,
                env={**os.environ, **(environment or {})}, start_new_session=True,
                preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def text(self):
        with open(self.output, errors="replace") as file:
            return file.read()

    def wait_until(self, is_ready, what, seconds=30):
        """Waits until `is_ready()`; fails when the program ends before."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{' '.join(self.words)}: {what} did not come: {self.text()[-2000:]}")
            time.sleep(0.02)

    def wait(self, seconds):
        """Waits for its end, which must be a success."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{' '.join(self.words)}: not at its end after {seconds} s: {self.text()[-2000:]}") from None
        if status:
            raise Failure(f"{' '.join(self.words)}: exit code {status}: {self.text()[-2000:]}")

    def end(self, number=signal.SIGTERM):
        """Asks it to end, and kills its whole group when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Stage:
    """Use as a context manager."""

    def __init__(self):
        self.name = f"{PREFIX}{os.getpid()}"
        self.hosts, self.programs = [], []

    def __enter__(self):
        remove_leftovers()
        self.folder = tempfile.mkdtemp(prefix=self.name + "-")
        # Servers such as nginx give up root and have to reach their files.
        os.chmod(self.folder, 0o755)
        return self

    def __exit__(self, *_):
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it
        for program in reversed(self.programs):
            program.end()
        for host in self.hosts:
            remove_host(host)
        shutil.rmtree(self.folder, ignore_errors=True)
        signal.signal(signal.SIGINT, before)

    def path(self, name):
        return os.path.join(self.folder, name)

    def host(self, letter):
        """A new host without any link, and its name."""
        host = f"{self.name}-{letter}"
        command("ip", "netns", "add", host)
        self.hosts.append(host)
        command("ip", "-n", host, "link", "set", "lo", "up")
        return host

    def start(self, words, output, host=None, environment=None):
        """Starts a program, on a host or outside of them."""
        prefix = []
        if host:
            # The environment (a preloaded library) is for the program, not for ip.
            prefix = ["ip", "netns", "exec", host, "env"] + [f"{k}={v}" for k, v in (environment or {}).items()]
            environment = None
        program = Program(prefix + words, self.path(output), self.folder, environment)
        self.programs.append(program)
        return program

    def run(self, host, *words, text_input=None):
        """Runs a command on a host to its end and returns its output."""
        return command("ip", "netns", "exec", host, *words, text_input=text_input)


def remove_host(host):
    """Ends what still runs on a host of ours, and removes it."""
    pids = subprocess.run(["ip", "netns", "pids", host], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for pid in pids.stdout.split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
    subprocess.run(["ip", "netns", "del", host], stderr=subprocess.DEVNULL)


def remove_leftovers():
    """Removes hosts and folders of recorders that were killed and could not do it themselves."""
    found = glob.glob(f"/run/netns/{PREFIX}*") + glob.glob(os.path.join(tempfile.gettempdir(), PREFIX + "*"))
    for path in found:
        pid = os.path.basename(path)[len(PREFIX):].split("-")[0]
        if pid.isdigit() and os.path.exists(f"/proc/{pid}"):
            continue
        if path.startswith("/run/netns/"):
            remove_host(os.path.basename(path))
        else:
            shutil.rmtree(path, ignore_errors=True)
