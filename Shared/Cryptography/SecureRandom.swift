import COpenSSL
import Kernel

/// Chance that nobody can foresee (libcrypto's CSPRNG), for tokens, salts and keys.
package struct SecureRandom: Chance {
  package init() {}

  package func next() -> UInt64 {
    var value: UInt64 = 0
    withUnsafeMutableBytes(of: &value) { fill($0) }
    return value
  }

  /// So many fresh random bytes.
  package func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      fill(UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// A fresh token for URLs and headers: base64url of so many random bytes, 32 (43 characters)
  /// unless told.
  package func token(byteCount: Int = 32) -> String { Base64.encodeURLSafe(bytes(byteCount)) }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let start = buffer.baseAddress, buffer.count > 0 else { return }
    let pointer = start.assumingMemoryBound(to: UInt8.self)
    require(RAND_bytes(pointer, Int32(buffer.count)), "RAND_bytes")
  }
}

/// So many fresh random bytes.
package func randomBytes(_ count: Int) -> [UInt8] { SecureRandom().bytes(count) }

/// A fresh url-safe token of 256 random bits.
package func randomToken() -> String { SecureRandom().token() }
