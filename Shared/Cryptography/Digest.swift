import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that may come in pieces.
package struct Digest: ~Copyable {
  /// How many bytes a digest has.
  package static let byteCount = 32

  private let context: DigestContext

  package init() {
    context = DigestContext()
    context.start()
  }

  /// Takes the next piece of the message.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) { context.add(bytes) }

  /// Takes the next piece of the message.
  package mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { context.add($0) } }

  /// The 32 bytes of the digest.
  package consuming func finish() -> [UInt8] { context.finish() }

  /// The digest of a whole message, 32 bytes.
  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var digest = Digest()
    digest.add(bytes)
    return digest.finish()
  }

  /// The digest of a whole message, 32 bytes.
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { sha256($0) } }

  /// The digest of a text's UTF-8, 32 bytes.
  package static func sha256(_ text: String) -> [UInt8] { sha256(Array(text.utf8)) }

  /// The digest of a whole message as 64 lower-case hexadecimal digits.
  package static func sha256Hex(_ bytes: [UInt8]) -> String { Hex.encode(sha256(bytes)) }

  /// The digest of a text's UTF-8 as 64 lower-case hexadecimal digits.
  package static func sha256Hex(_ text: String) -> String { Hex.encode(sha256(text)) }

  /// SHA-1 of a text's UTF-8, as 40 lower-case hexadecimal digits: only for protocols that name
  /// things by it, never to protect anything.
  package static func sha1Hex(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let digest = [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
      require(
        EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, EVP_sha1(), nil), "EVP_Digest")
      count = 20
    }
    return Hex.encode(digest)
  }
}
