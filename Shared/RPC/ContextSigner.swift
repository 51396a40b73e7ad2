import Kernel
import NIOCore
import Cryptography

/// A context in the form that travels: the bytes that were signed and their signature.
package struct SignedContext: Sendable, Hashable {
  package let bytes: [UInt8]
  /// HMAC-SHA256 of `bytes`.
  package let signature: [UInt8]

  package init(bytes: [UInt8], signature: [UInt8]) {
    (self.bytes, self.signature) = (bytes, signature)
  }
}

/// Signs call contexts and tells genuine ones from forged ones; every service holds the same key.
package struct ContextSigner: Sendable {
  private let key: [UInt8]

  /// - Parameter key: the cluster's context key, 32 bytes.
  package init(key: [UInt8]) { self.key = key }

  /// The context's bytes with their HMAC-SHA256.
  package func sign(_ context: CallContext) -> SignedContext {
    let bytes = context.encoded()
    return SignedContext(
      bytes: bytes, signature: MessageAuthentication.hmacSHA256(key: key, bytes))
  }

  /// The context that was signed.
  /// - Throws: `.unauthenticated` when the signature is not this key's or the bytes are no context.
  package func verify(_ signed: SignedContext) throws -> CallContext {
    let expected = MessageAuthentication.hmacSHA256(key: key, signed.bytes)
    guard MessageAuthentication.constantTimeEquals(expected, signed.signature),
      let context = try? CallContext(decoding: signed.bytes)
    else { throw RPCError(.unauthenticated, "No valid call context", reason: "bad_context") }
    return context
  }
}

extension CallContext {
  /// `igny8.rpc.v1.CallContext`, always the same bytes for the same context.
  func encoded() -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.writeField(1, text: requestID)
    buffer.writeField(2, varint: UInt64(actor.rawValue))
    if let account { buffer.writeField(3, varint: UInt64(bitPattern: account.value)) }
    if let user { buffer.writeField(4, varint: UInt64(bitPattern: user.value)) }
    buffer.writeField(5, text: role.rawValue)
    if let sites {
      buffer.writeField(6) { list in
        for site in sites { list.writeVarint(UInt64(bitPattern: site.value)) }
      }
    } else {
      buffer.writeField(7, varint: 1)
    }
    if accountSuspended { buffer.writeField(8, varint: 1) }
    for module in modulesOff { buffer.writeField(9, text: module) }
    if let address { buffer.writeField(10, text: address) }
    if let session { buffer.writeField(11, varint: UInt64(bitPattern: session)) }
    if let userAgent { buffer.writeField(12, text: userAgent) }
    return Array(buffer.readableBytesView)
  }

  /// - Throws: `MalformedHeader`.
  init(decoding bytes: [UInt8]) throws {
    self.init(requestID: "", actor: .anonymous, sites: [])
    try bytes.withUnsafeBytes { bytes in
      var reader = WireReader(bytes)
      while let (number, value) = try reader.next() { try read(number, value) }
    }
  }

  private mutating func read(_ number: UInt64, _ value: WireReader.Value) throws {
    switch number {
    case 1: requestID = try value.text()
    case 2:
      guard let actor = Actor(rawValue: UInt8(truncatingIfNeeded: try value.number())) else {
        throw MalformedHeader()
      }
      self.actor = actor
    case 3: account = AccountID(try value.signed())
    case 4: user = UserID(try value.signed())
    case 5:
      guard let role = Role(rawValue: try value.text()) else { throw MalformedHeader() }
      self.role = role
    case 6:
      var list = WireReader(try value.raw())
      while !list.isAtEnd {
        // Read also when all sites are granted already: an optional chain would not get on.
        let site = SiteID(Int64(bitPattern: try list.varint()))
        sites?.append(site)
      }
    case 7: if try value.number() == 1 { sites = nil }
    case 8: accountSuspended = try value.number() == 1
    case 9: modulesOff.append(try value.text())
    case 10: address = try value.text()
    case 11: session = try value.signed()
    case 12: userAgent = try value.text()
    default: break
    }
  }
}
