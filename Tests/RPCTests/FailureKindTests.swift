import RPC
import Testing

@Suite("which failures another try may mend")
struct FailureKindTests {
  private struct Unforeseen: Error {}

  @Test("refusals stay refusals, all else is worth another try")
  func codes() {
    let permanent = RPCCode.allCases.filter {
      FailureKind.of(RPCError($0, "")) == .permanent
    }
    #expect(
      Set(permanent) == [
        .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
        .outOfRange, .unimplemented, .unauthenticated,
      ])
    #expect(FailureKind.of(Unforeseen()) == .transient)
  }
}
