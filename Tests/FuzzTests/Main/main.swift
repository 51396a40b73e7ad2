import Glibc

// libFuzzer's loop around one target: `fuzz <target> [options of libFuzzer] [corpus…]`.

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private let wanted = CommandLine.arguments.dropFirst().first ?? ""
private let target = FuzzTarget.all.first { $0.name == wanted }

private func tell(_ text: String) {
  _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

private func run() -> CInt {
  guard target != nil else {
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    return wanted.isEmpty ? 0 : 1
  }
  // The name of the target takes the place of the program's.
  var count = CommandLine.argc - 1
  var arguments = CommandLine.unsafeArgv + 1
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
