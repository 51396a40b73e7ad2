# `./dev sim`: jobs, outbox and credits over a simulated store, network and clock.

# ./dev sim [seed] [operations] [--trace] [--sabotage=NAME]
dev_sim() {
  install_needs
  say "building simulate (release)"
  IGNY8_ROOM=simulate swift_quietly build -c release --jobs 2 --product simulate "${import_check[@]}" >&2
  "$(binaries release)/simulate" "$@"
}
