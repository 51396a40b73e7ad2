# `./dev rpc`: one call of a running service, by the second implementation of the RPC, Tests/PythonClient.

dev_rpc() {
  python_with_protobuf
  in_python "$root/Tests/PythonClient/rpc.py" "$@"
}

# The second implementation against the services of this build, in a system of its own.
python_client() (
  python_with_protobuf && in_python "$root/Tests/PythonClient/test_client.py"
)
