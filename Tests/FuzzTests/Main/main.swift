import Glibc

// libFuzzer's loop around the target that IGNY8_FUZZ_TARGET names. All arguments are libFuzzer's,
// which starts this program anew with them for some of its work.

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private let wanted = getenv("IGNY8_FUZZ_TARGET").map { String(cString: $0) } ?? ""
private let target = FuzzTarget.all.first { $0.name == wanted }

private func tell(_ text: String) {
  _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

private func run() -> CInt {
  guard target != nil else {
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    return wanted.isEmpty ? 0 : 1
  }
  var count = CommandLine.argc
  var arguments = CommandLine.unsafeArgv
  return runFuzzer(&count, &arguments) { start, size in
    do {
      try target?.check(UnsafeRawBufferPointer(start: start, count: size))
    } catch {
      tell("broken promise: \(error)\n")
      abort()
    }
    return 0
  }
}

exit(run())
