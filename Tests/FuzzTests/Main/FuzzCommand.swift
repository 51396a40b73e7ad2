import Glibc

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// libFuzzer's loop around the target that IGNY8_FUZZ_TARGET names. All arguments are libFuzzer's,
/// which starts this program anew with them for some of its work.
@main
enum FuzzCommand {
  private static let wanted = getenv("IGNY8_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  private static let target = FuzzTarget.all.first { $0.name == wanted }

  static func main() {
    guard target != nil else {
      print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
      exit(wanted.isEmpty ? 0 : 1)
    }
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(
      runFuzzer(&count, &arguments) { start, size in
        FuzzCommand.check(UnsafeRawBufferPointer(start: start, count: size))
        return 0
      })
  }

  private static func check(_ input: UnsafeRawBufferPointer) {
    do {
      try target?.check(input)
    } catch {
      let text = "broken promise: \(error)\n"
      _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      abort()
    }
  }
}
