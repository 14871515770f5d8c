#!/bin/sh
# Runs PostgreSQL on a loopback port until told to stop. Makes the cluster and its database on the first start.
# usage: PORT=… PASSWORD=… postgres.sh FOLDER_OF_PROGRAMS DATA
set -eu
bin=$1
. "$(dirname "$0")/own.sh"
own "$2" postgres
secret=$PASSWORD
unset PASSWORD
cd /
cluster=$data/cluster

if [ ! -f "$cluster/PG_VERSION" ]; then
  # Made beside its place and moved there when whole, so that an interrupted start leaves nothing half-made in use.
  $as rm -rf "$cluster.new"
  $as sh -c 'umask 077; cat > "$1"' sh "$data/password" <<PASSWORD
$secret
PASSWORD
  $as "$bin/initdb" --pgdata="$cluster.new" --username=switchyard --pwfile="$data/password" \
    --auth-host=scram-sha-256 --auth-local=peer --encoding=UTF8 --locale=C.UTF-8 --no-instructions
  $as rm -f "$data/password"
  echo 'CREATE DATABASE switchyard;' | $as "$bin/postgres" --single -D "$cluster.new" postgres >/dev/null
  $as mv "$cluster.new" "$cluster"
fi

$as "$bin/postgres" -D "$cluster" -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c max_connections=300 -c logging_collector=off -c log_line_prefix= -c "log_destination=stderr" &
server=$!
# SIGTERM would wait for every client to leave; SIGINT ends their sessions and stops cleanly.
trap 'kill -INT $server 2>/dev/null || :' TERM INT
code=0
wait $server || code=$?
while kill -0 $server 2>/dev/null; do
  code=0
  wait $server || code=$?
done
exit $code
