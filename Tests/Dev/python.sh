# A Python of this checkout's own with the packages that the second implementation of the RPC needs.
# Made by the verbs that use it, below .dev.

# need | how to see that it is there | package
readonly python_needs='
venv for python   | python3 -c "import ensurepip, venv"               | python3-venv
protoc            | command -v protoc                                 | protobuf-compiler
'
# The run-time of what protoc 3.21 (Debian 12) writes.
readonly python_packages=("protobuf>=4.21.12,<5")

python_with_protobuf() {
  local folder="$root/.dev/python" draft
  if "$folder/bin/python" -c "import google.protobuf.json_format" 2>/dev/null; then return; fi
  install_missing "$python_needs"
  say "installing for Python: ${python_packages[*]}"
  draft="$folder.$$"
  rm -rf "$folder" "$draft"
  mkdir -p "$root/.dev"
  python3 -m venv "$draft" >&2 || fail "python3 cannot make a virtual environment"
  "$draft/bin/python" -m pip install --quiet --disable-pip-version-check "${python_packages[@]}" >&2 ||
    fail "pip could not install: ${python_packages[*]}"
  mv "$draft" "$folder"
}

in_python() { "$root/.dev/python/bin/python" -B "$@"; }
