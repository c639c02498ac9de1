#!/usr/bin/env python3
"""
Runs a Python file in the sandbox and saves the files that it leaves.

    pip install requests
    export STRONGROOM_URL=http://127.0.0.1:8787 STRONGROOM_API_KEY=…
    python run_code.py program.py [input.csv …]

The program finds the input files in its working directory and your secrets in its environment. The exit code is that of
the program.
"""

import base64
import os
import pathlib
import sys
import time

import requests

URL = os.environ.get("STRONGROOM_URL", "http://127.0.0.1:8787")


def encode(path):
    return {"path": path.name, "contentB64": base64.b64encode(path.read_bytes()).decode()}


def execute(session, program, inputs):
    """Starts the program and waits for its end. Raises `requests.HTTPError` if the server refuses it."""
    job = {"code": program.read_text(), "files": [encode(path) for path in inputs]}
    response = session.post(f"{URL}/api/v1/execute", json=job, timeout=60)
    response.raise_for_status()
    # 202: the program takes longer than a request may. It continues, and its result is stored.
    while response.json()["status"] == "running":
        time.sleep(1)
        response = session.get(f"{URL}/api/v1/executions/{response.json()['executionId']}", timeout=60)
        response.raise_for_status()
    return response.json()


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: run_code.py PROGRAM [INPUT …]")
    program, *inputs = (pathlib.Path(name) for name in sys.argv[1:])
    session = requests.Session()
    session.headers["X-Api-Key"] = os.environ["STRONGROOM_API_KEY"]

    result = execute(session, program, inputs)
    sys.stdout.write(result["stdout"])
    sys.stderr.write(result["stderr"])
    for file in result["files"]:
        # The name is the program's choice: never let it lead to another folder.
        name = pathlib.PurePosixPath(file["path"]).name
        pathlib.Path(name).write_bytes(base64.b64decode(file["contentB64"]))
        print(f"saved {name}", file=sys.stderr)
    if result["status"] != "completed":
        print(f"the program ended as {result['status']}", file=sys.stderr)
    sys.exit(result["exitCode"] if result["exitCode"] is not None else 1)


if __name__ == "__main__":
    main()
