#!/bin/sh
# Runs Redis on a loopback port until told to stop; every change is appended to disk.
# usage: PORT=… PASSWORD=… redis-server.sh PROGRAM DATA
set -eu
program=$1
. "$(dirname "$0")/own.sh"
own "$2" redis
secret=$PASSWORD
unset PASSWORD
cd /

# The configuration comes from standard input: the command line is everybody's to read.
$as "$program" - <<CONFIGURATION &
port $PORT
bind 127.0.0.1
requirepass $secret
dir $data
appendonly yes
appendfsync everysec
save ""
daemonize no
CONFIGURATION
server=$!
trap 'kill -TERM $server 2>/dev/null || :' TERM INT
code=0
wait $server || code=$?
while kill -0 $server 2>/dev/null; do
  code=0
  wait $server || code=$?
done
exit $code
