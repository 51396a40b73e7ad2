import COpenSSL

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1).
package enum MessageAuthentication {
  /// The 32-byte code of a message. For many messages under one key a `MessageAuthenticator` is
  /// faster.
  package static func hmacSHA256(key: [UInt8], _ message: UnsafeRawBufferPointer) -> [UInt8] {
    MessageAuthenticator(key: key).code(for: message)
  }

  /// The 32-byte code of a message.
  package static func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    MessageAuthenticator(key: key).code(for: message)
  }

  /// The 32-byte code of a text's UTF-8.
  package static func hmacSHA256(key: [UInt8], _ message: String) -> [UInt8] {
    hmacSHA256(key: key, Array(message.utf8))
  }

  /// The 20-byte HMAC-SHA-1 of a message: only for protocols that ask for it, as authenticators'
  /// codes do (RFC 4226); for nothing new.
  package static func hmacSHA1(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 20)
    var length: UInt32 = 0
    let done = HMAC(
      EVP_sha1(), key, Int32(key.count), message, message.count, &code, &length)
    precondition(done != nil && length == 20, "libcrypto cannot compute an HMAC")
    return code
  }

  /// Whether two secrets are equal, in a time that depends on their lengths only.
  package static func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return CRYPTO_memcmp(left, right, left.count) == 0
  }

  /// Whether two secret texts are equal, in a time that depends on their lengths only.
  package static func constantTimeEquals(_ left: String, _ right: String) -> Bool {
    constantTimeEquals(Array(left.utf8), Array(right.utf8))
  }
}

/// One HMAC-SHA-256 key made ready: both key pads are hashed once, so that a short message costs
/// two more blocks and nothing else.
package final class MessageAuthenticator: @unchecked Sendable {
  // Sendable although it holds C contexts: after init both are only copied from, which libcrypto
  // allows from any number of threads.
  private let inner = DigestContext()
  private let outer = DigestContext()

  private static let blockSize = 64

  /// - Parameter key: any length; longer than 64 bytes is hashed first, as the RFC says.
  package init(key: [UInt8]) {
    let key = key.count > Self.blockSize ? Digest.sha256(key) : key
    let padded = key + [UInt8](repeating: 0, count: Self.blockSize - key.count)
    inner.start()
    padded.map { $0 ^ 0x36 }.withUnsafeBytes { inner.add($0) }
    outer.start()
    padded.map { $0 ^ 0x5c }.withUnsafeBytes { outer.add($0) }
  }

  /// The 32-byte code of a message.
  package func code(for message: UnsafeRawBufferPointer) -> [UInt8] {
    let context = DigestContext()
    context.copy(inner)
    context.add(message)
    let innerDigest = context.finish()
    context.copy(outer)
    innerDigest.withUnsafeBytes { context.add($0) }
    return context.finish()
  }

  /// The 32-byte code of a message.
  package func code(for message: [UInt8]) -> [UInt8] { message.withUnsafeBytes { code(for: $0) } }

  /// Whether `code` is the message's, compared in constant time.
  package func isValid(_ code: [UInt8], for message: UnsafeRawBufferPointer) -> Bool {
    MessageAuthentication.constantTimeEquals(code, self.code(for: message))
  }
}
