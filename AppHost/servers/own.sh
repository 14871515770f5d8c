# Read by the other scripts of this folder. Chooses who runs a server and where its data lies:
#   data   the folder, usable by that user
#   as     runs a command as that user
# Takes data and user as variables: a POSIX shell gives a script that is read by "." no arguments of its own, and "$1" would be the
# caller's, which is a folder of programs.
: "${data:?own.sh needs data}" "${user:?own.sh needs user}"
as() { "$@"; }

if [ "$(id -u)" = 0 ]; then
  # PostgreSQL refuses to run as root, and Redis does not need it.
  id "$user" >/dev/null 2>&1 || user=nobody
  as() { setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --no-new-privs -- "$@"; }

  mkdir -p "$data"
  if [ ! -L "$data" ]; then
    chown "$user" "$data" && chmod 700 "$data"
  fi
  if ! as test -w "$data/."; then
    # A folder above is closed to that user, as /root is: keep the data in the system's place and a link to it in ours.
    elsewhere=/var/lib/switchyard/$(printf '%s' "$data" | cksum | tr -d ' ')
    mkdir -p "$elsewhere"
    chown "$user" "$elsewhere" && chmod 700 "$elsewhere"
    if ! as test -w "$elsewhere/."; then
      echo "error: user $user can write neither to $data nor to $elsewhere: choose a data folder that it can reach with Hub__DataDirectory=/path." >&2
      exit 1
    fi
    if [ ! -L "$data" ]; then
      rmdir "$data" && ln -s "$elsewhere" "$data"
    fi
    echo "User $user cannot reach $data; the data lies in $elsewhere."
    data=$elsewhere
  fi
else
  mkdir -p "$data"
fi
