import AuthCore
import Kernel
import Settings
import Synchronization

/// The developer whom the settings name: made or brought up to date after every start.
///
/// Comparing the password takes tenths of a second of a processor, and seconds of a busy one, which
/// a start does not wait for. Who signs in under that name meanwhile waits instead, so that nobody
/// is told that a password is wrong that is only not stored yet.
final class StaffAccount: Sendable {
  private let email: String?
  private let password: Secret?
  private let registrar: Registrar
  private let work = Mutex<Task<Void, any Error>?>(nil)

  init(_ settings: AuthSettings, _ registrar: Registrar) {
    (email, password) = (settings.staffEmail, settings.staffPassword)
    self.registrar = registrar
  }

  /// - Parameter looked: called once it is known whether there is such a developer, or that none is
  ///   wanted.
  /// - Throws: when the database is away; to be tried again.
  func ensure(_ looked: @escaping @Sendable () -> Void) async throws {
    guard let email, let password else { return looked() }
    // Known before `looked` can be called: who signs in then must find it.
    let task = work.withLock { work in
      let task = Task { [registrar] in
        try await registrar.ensureStaff(email: email, password: password.value, looked)
      }
      work = task
      return task
    }
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Returns when nothing is under way for this name.
  /// - Parameter name: in small letters, an email or what stands before the `@`.
  func settled(for name: String) async {
    guard let address = email.flatMap(EmailAddress.init),
      name == address.text || name == address.localPart
    else { return }
    _ = await work.withLock(\.self)?.result
  }
}
