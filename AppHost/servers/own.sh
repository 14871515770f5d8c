# Read by the other scripts of this folder.

# own DATA USER: chooses who runs a server and makes sure that this user can use the data folder. Sets $data to the
# folder, and $as to what goes, unquoted, before a command to run it as that user. A prefix and not a function: a function
# in the background would put a shell between us and the server, and signals would stop at it.
own() {
  data=$1
  as=
  if [ "$(id -u)" != 0 ]; then
    mkdir -p "$data"
    return
  fi

  # PostgreSQL refuses to run as root, and Redis does not need it.
  owner=$2
  id "$owner" >/dev/null 2>&1 || owner=nobody
  as="setpriv --reuid=$owner --regid=$(id -g "$owner") --clear-groups --no-new-privs --"
  mkdir -p "$data"
  [ -L "$data" ] || { chown "$owner" "$data" && chmod 700 "$data"; }
  if $as test -w "$data/."; then
    return
  fi

  # A folder above is closed to that user, as /root is: keep the data in the system's place, with a link to it in ours.
  elsewhere=/var/lib/switchyard/$(printf '%s' "$data" | cksum | tr -d ' ')
  mkdir -p "$elsewhere"
  chown "$owner" "$elsewhere" && chmod 700 "$elsewhere"
  if ! $as test -w "$elsewhere/."; then
    echo "error: user $owner can write neither to $data nor to $elsewhere: choose a data folder that it can reach with Hub__DataDirectory=/path." >&2
    exit 1
  fi
  [ -L "$data" ] || { rmdir "$data" && ln -s "$elsewhere" "$data"; }
  echo "User $owner cannot reach $data; the data lies in $elsewhere."
  data=$elsewhere
}
