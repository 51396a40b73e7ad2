import Glibc
import Runtime
import Settings
import Testing

@Suite("the end of a service's process", .timeLimit(.minutes(10)))
struct EndTests {
  @Test("it leaves out what libraries do at the end of a process, for threads still use them")
  func withoutHandlers() async {
    await #expect(processExitsWith: .exitCode(2)) {
      atexit { _exit(99) }
      // The arguments are those of the tests' runner, which no service takes.
      await ServiceRuntime.main("runtime", settings: NoSettings.self) { _ in ServiceParts() }
    }
  }
}
