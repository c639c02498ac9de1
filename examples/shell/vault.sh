#!/usr/bin/env bash
# Keeps a database password in the vault and starts a program with it. Values are encrypted and decrypted on this machine.
#
# Before the first run, once:
#
#     strongroom register --url http://127.0.0.1:8787 --email developer@example.com     (or login)
#     strongroom keys generate
#
# Then, with the user secret in a file that only you can read:
#
#     STRONGROOM_USER_SECRET_FILE=~/.user-secret bash vault.sh
set -euo pipefail

# Secrets never appear on a command line: the value comes through standard input.
head -c 24 /dev/urandom | base64 | tr -d '\n' | strongroom kv put app/database-password --value-file -
printf 'postgres://db.example.com/app' | strongroom kv put app/database-url --value-file -

# The names are not encrypted; the values are.
strongroom kv list

# A program finds every value below app/ in its environment: app/database-password is DATABASE_PASSWORD.
# shellcheck disable=SC2016
strongroom env --prefix app/ -- sh -c 'echo "connecting to $DATABASE_URL with ${#DATABASE_PASSWORD} characters"'

# Scripts read JSON and exit codes: 4 means that the value does not exist.
if strongroom kv get app/api-token --json >/dev/null 2>&1; then
  echo 'the API token is there'
elif [ $? -eq 4 ]; then
  echo 'no API token yet'
fi

# Values may also be a copy of something: remove what is no longer needed.
strongroom kv delete app/database-url
