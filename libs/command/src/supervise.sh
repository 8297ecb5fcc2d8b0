#!/bin/sh
# Runs a command that must not outlive its starter, not even when that one is killed with -9.
# usage: supervise.sh GRACE FOLDER COMMAND [ARGUMENT...]
# Standard input is a pipe whose other end the starter holds. At its end the command gets SIGTERM and, GRACE seconds
# later, SIGKILL; SIGUSR1 to us is a SIGKILL to it. The command's exit status becomes ours. FOLDER (may be empty) is
# removed when the starter is gone.
grace=$1
folder=$2
shift 2

exec 3<&0
"$@" </dev/null 3<&- &
command=$!
trap 'interrupted=yes; kill -TERM "$command" 2>/dev/null' TERM INT HUP
trap 'interrupted=yes; kill -KILL "$command" 2>/dev/null' USR1

(
  trap - TERM INT HUP USR1
  while read -r _; do :; done <&3
  kill -TERM "$command" 2>/dev/null
  while [ "$grace" -gt 0 ] && kill -0 "$command" 2>/dev/null; do
    sleep 1
    grace=$((grace - 1))
  done
  kill -KILL "$command" 2>/dev/null
) >/dev/null 2>&1 &
watcher=$!

# A trapped signal ends `wait` early, with the signal's number: wait again for the command's own status. Where the
# signal came just after the end, there is nothing left to wait for, and the status is known.
while :; do
  interrupted=
  wait "$command"
  result=$?
  if [ -z "${status-}" ] || [ "$result" -ne 127 ]; then status=$result; fi
  [ -n "$interrupted" ] || break
done
kill "$watcher" 2>/dev/null
[ -z "$folder" ] || kill -0 "$PPID" 2>/dev/null || rm -rf "$folder"
exit "$status"
