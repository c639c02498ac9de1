"""Runs a program at a pseudo-terminal and types answers: terminal.py '[["question", "answer"], …]' PROGRAM [ARG…]

The bytes of a non-ASCII character arrive one at a time, as they may over a network.
"""

import json
import os
import pty
import sys
import time


def type_slowly(terminal, text):
    ascii_only = b""
    for byte in text:
        if byte < 0x80:
            ascii_only += bytes([byte])
            continue
        os.write(terminal, ascii_only + bytes([byte]))
        ascii_only = b""
        time.sleep(0.05)
    os.write(terminal, ascii_only)


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
    if answers and answers[0][0].encode() in seen[at:]:
        question, answer = answers.pop(0)
        at = seen.index(question.encode(), at) + len(question)
        type_slowly(terminal, answer.encode() + b"\r")
sys.stdout.write(seen.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
