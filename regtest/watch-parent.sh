#!/bin/sh
# watch-parent.sh <program> <argument>...: becomes the program, which is stopped when the process that started it is gone,
# however that one ended. Needs /proc to see it; elsewhere the program just runs.
self=$$
parent=$PPID

parent_of_self() {
  while read -r key value; do
    if [ "$key" = PPid: ]; then echo "$value"; return; fi
  done 2>/dev/null <"/proc/$self/status"
}

if [ -r /proc/$self/status ]; then
  (
    # A signal to the whole group is for the program; this ends when the program does.
    trap '' HUP INT TERM
    while [ "$(parent_of_self)" = "$parent" ]; do sleep 0.2; done
    kill -TERM $self
    waited=0
    while [ -n "$(parent_of_self)" ] && [ $waited -lt 30 ]; do sleep 1; waited=$((waited + 1)); done
    kill -KILL $self
  ) >/dev/null 2>&1 </dev/null &
fi
exec "$@"
