# The running system of this checkout. The work is done by system.py; see there for what lies in .dev.

system() { python3 -B "$parts/system.py" "$@"; }

# Takes the options of `up` apart into `configuration`, `up_options` (system.py's) and `rest`.
read_up_options() {
  configuration=debug
  up_options=()
  rest=()
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --release) configuration=release ;;
      --fresh | --tls | --pgbouncer) up_options+=("$1") ;;
      --port | --env)
        [ "$#" -gt 1 ] || fail "$1 needs a value"
        up_options+=("$1" "$2")
        shift
        ;;
      --port=* | --env=*) up_options+=("$1") ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
}

bring_up() {
  install_needs
  build_services "$configuration"
  system up --binaries "$(binaries "$configuration")" "${up_options[@]}"
}

dev_up() {
  read_up_options "$@"
  [ "${#rest[@]}" = 0 ] || fail "up does not know: ${rest[*]}"
  bring_up
}

# A demo that is interrupted stops the system, unless it ran before.
dev_demo() {
  local was_up="" status=0
  read_up_options "$@"
  ! system is-up || was_up=yes
  bring_up >/dev/null
  python3 -B "$parts/demo.py" "${rest[@]}" || status=$?
  if [ "$status" = 130 ] && [ -z "$was_up" ]; then
    say "interrupted: stopping the system"
    system down
  fi
  return "$status"
}

dev_down() {
  [ "$#" = 0 ] || fail "down takes no options"
  system down
}

dev_chaos() { exec python3 -B "$parts/chaos.py" "$@"; }

dev_mail() { exec python3 -B "$parts/mails.py" "$@"; }

dev_logs() {
  local name="${1:-}"
  [ -d "$root/.dev/logs" ] || fail "there are no logs yet: ./dev up"
  if [ -n "$name" ]; then
    [ -f "$root/.dev/logs/$name.log" ] || fail "no log of $name"
    exec tail -n 50 -F "$root/.dev/logs/$name.log"
  fi
  exec tail -n 5 -F "$root"/.dev/logs/*.log
}
