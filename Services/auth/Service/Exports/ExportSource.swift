import CommonContract
import Exports
import Kernel
import RPC

/// Where a part of an archive comes from: a context.
package struct ExportSource: Sendable {
  /// Calls `body` with each piece behind a place until it says that this will do.
  typealias Reading =
    @Sendable (
      _ place: String, AccountID, OutgoingCall, _ body: (Common.ExportPiece) async throws -> Bool
    ) async throws -> Bool

  /// The archive's folder.
  let name: String
  /// Whether all was read.
  let read: Reading

  /// Another context, asked over its method.
  package init(
    _ name: String, _ method: StreamMethod<Common.ExportRequest, Common.ExportPiece>,
    _ caller: any RPCCaller
  ) {
    self.name = name
    read = { place, _, call, body in
      for try await piece in caller.stream(method, .init(after: place), call) {
        guard try await body(piece) else { return false }
      }
      return true
    }
  }

  /// This context itself.
  init(_ name: String, _ export: AccountExport) {
    self.name = name
    read = { place, account, _, body in
      var place = place
      while let piece = try await export.next(after: place, of: account) {
        guard try await body(piece) else { return false }
        place = piece.place
      }
      return true
    }
  }
}
