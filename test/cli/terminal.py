"""Runs a program in a pseudo-terminal and types answers to its questions.

usage: terminal.py '[["question", "answer"], …]' PROGRAM [ARG…]

An empty question stands for any prompt: output that ends with a colon and a space. The bytes of a non-ASCII character
arrive one at a time, as they may over a network.
"""

import json
import os
import pty
import re
import sys
import time


def is_prompt(output):
    return re.sub(rb"\x1b\[\d*[A-Z]", b"", output).endswith(b": ")


def type_slowly(terminal, text):
    pending = b""
    for byte in text:
        pending += bytes([byte])
        if byte >= 0x80:
            os.write(terminal, pending)
            pending = b""
            time.sleep(0.05)
    os.write(terminal, pending)


answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, at = b"", 0
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
    question, answer = answers[0] if answers else ("", None)
    if answer is not None and (question.encode() in seen[at:] if question else is_prompt(seen[at:])):
        answers.pop(0)
        at = seen.index(question.encode(), at) + len(question) if question else len(seen)
        type_slowly(terminal, answer.encode() + b"\r")
sys.stdout.write(seen.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
