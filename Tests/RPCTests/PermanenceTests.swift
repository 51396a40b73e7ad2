import RPC
import Testing

@Suite("which failures another try may mend")
struct PermanenceTests {
  private struct Unforeseen: Error {}

  @Test("refusals stay refusals, all else is worth another try")
  func codes() {
    #expect(
      Set(RPCCode.allCases.filter { RPCError($0, "").isPermanent }) == [
        .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
        .outOfRange, .unimplemented, .unauthenticated,
      ])
    #expect(!Unforeseen().isPermanent)
  }
}
