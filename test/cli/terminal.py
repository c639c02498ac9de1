"""Runs a program in a pseudo-terminal and types answers to its questions.

usage: terminal.py '[["question", "answer"], …]' PROGRAM [ARG…]

An empty question stands for any prompt: output that ends with a colon and a space.
"""

import json
import os
import pty
import sys

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
    if answer is not None and (question.encode() in seen[at:] if question else seen[at:].endswith(b": ")):
        answers.pop(0)
        at = seen.index(question.encode(), at) + len(question) if question else len(seen)
        os.write(terminal, answer.encode() + b"\r")
sys.stdout.write(seen.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
