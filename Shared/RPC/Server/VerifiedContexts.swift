/// A context and what proves it; a class, because every call passes one along.
final class VerifiedContext: Sendable {
  let context: CallContext
  /// Nil for a context that never travelled.
  let signed: SignedContext?

  init(context: CallContext, signed: SignedContext?) {
    (self.context, self.signed) = (context, signed)
  }
}

/// The contexts that a connection has verified lately, found again by bytes and signature, so that
/// a repeated context costs a comparison instead of an HMAC. Bounded: a newer context takes the
/// place of an older one.
struct VerifiedContexts {

  private static let slotCount = 64
  private var slots = [VerifiedContext?](repeating: nil, count: slotCount)
  private let signer: ContextSigner

  init(signer: ContextSigner) { self.signer = signer }

  /// The context that the caller signed.
  /// - Throws: `.unauthenticated`.
  mutating func context(
    _ bytes: UnsafeRawBufferPointer, _ signature: UnsafeRawBufferPointer
  ) throws -> VerifiedContext {
    guard signature.count == 32 else {
      throw RPCError(.unauthenticated, "No valid call context", reason: "bad_context")
    }
    let slot = Int(signature[0]) % Self.slotCount
    if let known = slots[slot], known.isProven(by: signature, of: bytes) { return known }
    let signed = SignedContext(bytes: Array(bytes), signature: Array(signature))
    let context = try signer.verify(signed)
    let verified = VerifiedContext(context: context, signed: signed)
    slots[slot] = verified
    return verified
  }
}

extension VerifiedContext {
  /// Whether it travelled as these very bytes with this very signature.
  func isProven(by signature: UnsafeRawBufferPointer, of bytes: UnsafeRawBufferPointer) -> Bool {
    guard let signed else { return false }
    return Self.isSame(signed.signature, signature) && Self.isSame(signed.bytes, bytes)
  }

  /// Compares in a time that depends on the length alone.
  private static func isSame(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
      var difference: UInt8 = 0
      for index in 0..<right.count { difference |= left[index] ^ right[index] }
      return difference == 0
    }
  }
}
