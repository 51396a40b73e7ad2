import Kernel
import Protobuf

/// What a second, identical call does; decides whether a client may retry by itself.
package enum Idempotency: Sendable, Equatable {
  /// Changes nothing: retried freely, and called while the account is suspended.
  case noSideEffects
  /// Leaves things as they are after the first call: retried freely.
  case idempotent
  /// Answers the first call's answer when it carries the same idempotency key: retried with a key
  /// only.
  case keyed
  /// Acts again: retried only when the call surely never started.
  case unsafe
}

/// Who may call a method.
package enum MinimumRole: Sendable, Equatable {
  /// Services and jobs only; no public route leads here.
  case `internal`
  /// No sign-in needed.
  case anyone
  /// A signed-in principal of this role or a higher one.
  case role(Role)
}

/// What the wire, the client and the server's checks need to know of one method of a contract.
package struct MethodInfo: Sendable, Equatable {
  /// The full name of the proto service: `igny8.planner.v1.Planner`.
  package let service: String
  /// The method's name inside its service: `ListKeywords`.
  package let name: String
  /// What stands for the method on the wire: FNV-1a, 32 bit, of `service/name`.
  package let number: UInt32
  package let idempotency: Idempotency
  /// How long a caller waits when it does not say otherwise.
  package let timeout: Duration
  package let minimumRole: MinimumRole
  /// The module whose switch turns the method off for an account.
  package let module: String?
  /// May be called while the account is suspended although it changes something.
  package let whileSuspended: Bool
  /// Whether the answer is a stream of items.
  package let isStream: Bool

  package init(
    service: String, name: String, idempotency: Idempotency = .unsafe,
    timeout: Duration = .seconds(10), minimumRole: MinimumRole = .internal, module: String? = nil,
    whileSuspended: Bool = false, isStream: Bool = false
  ) {
    (self.service, self.name) = (service, name)
    (self.idempotency, self.timeout, self.minimumRole) = (idempotency, timeout, minimumRole)
    (self.module, self.whileSuspended, self.isStream) = (module, whileSuspended, isStream)
    number = Self.number(of: service, name)
  }

  /// The name that logs and metrics show: `igny8.planner.v1.Planner/ListKeywords`.
  package var fullName: String { service + "/" + name }

  /// FNV-1a, 32 bit (RFC 9923), of `service/name`.
  package static func number(of service: String, _ name: String) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    for byte in service.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    hash = (hash ^ UInt32(UInt8(ascii: "/"))) &* 0x0100_0193
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}

/// A method with one request and one reply.
package struct Method<Request: ContractMessage, Reply: ContractMessage>: Sendable {
  package let info: MethodInfo

  package init(_ info: MethodInfo) { self.info = info }
}

/// A method with one request and a stream of items.
package struct StreamMethod<Request: ContractMessage, Item: ContractMessage>: Sendable {
  package let info: MethodInfo

  package init(_ info: MethodInfo) { self.info = info }
}
