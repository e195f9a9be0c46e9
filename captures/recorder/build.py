"""Builds the recorder's own programs in the recording's folder."""

import os
import shutil
import subprocess

from .stage import Failure

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "programs")


def compiler():
    """A C compiler: any will do."""
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return name
    raise Failure("no C compiler (cc, gcc or clang)")


def _build(target, words, cwd=None):
    if os.path.exists(target):
        return target
    done = subprocess.run(words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(words)}: {done.stdout}")
    return target


def c_program(stage, name):
    """A program from NAME.c."""
    return _build(stage.path(name), [compiler(), "-O2", "-o", stage.path(name), os.path.join(HERE, name + ".c")])


def c_library(stage, name):
    """A library to preload, from NAME.c."""
    target = stage.path(f"lib{name}.so")
    return _build(target, [compiler(), "-O2", "-shared", "-fPIC", "-o", target, os.path.join(HERE, name + ".c"), "-ldl"])


def go_program(stage, name):
    """A program from NAME.go, which needs nothing but Go's library."""
    target = stage.path(name)
    return _build(target, ["go", "build", "-o", target, os.path.join(PROGRAMS, name + ".go")], cwd=stage.folder)


def java_class(stage, name, libraries=()):
    """The class path with the classes of NAME.java, which uses these libraries."""
    path = ":".join([stage.folder, *libraries])
    _build(stage.path(name + ".class"), ["javac", "-cp", path, "-d", stage.folder, os.path.join(PROGRAMS, name + ".java")])
    return path
