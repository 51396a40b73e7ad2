import COpenSSL

/// Owns one `EVP_MD_CTX` for SHA-256; freed once, when the last owner goes.
///
/// Not Sendable: whoever shares one across tasks must only copy from it.
final class DigestContext {
  private let context: OpaquePointer

  init() {
    guard let context = EVP_MD_CTX_new() else { cryptoFailure("EVP_MD_CTX_new") }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  func start() {
    require(EVP_DigestInit_ex(context, SHA256Method.shared.method, nil), "EVP_DigestInit_ex")
  }

  /// Takes over the state of another context, which is only read.
  func copy(_ other: DigestContext) {
    require(EVP_MD_CTX_copy_ex(context, other.context), "EVP_MD_CTX_copy_ex")
  }

  func add(_ bytes: UnsafeRawBufferPointer) {
    require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count), "EVP_DigestUpdate")
  }

  func finish() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, count in
      require(EVP_DigestFinal_ex(context, buffer.baseAddress, nil), "EVP_DigestFinal_ex")
      count = Digest.byteCount
    }
  }
}

/// The algorithm, fetched once: libcrypto's implicit fetch costs more than the hash of a short
/// message.
private final class SHA256Method: @unchecked Sendable {
  // Sendable although it holds a C pointer: an EVP_MD is immutable and meant to be shared by
  // threads.
  static let shared = SHA256Method()

  let method: OpaquePointer

  private init() {
    guard let method = EVP_MD_fetch(nil, "SHA256", nil) else { cryptoFailure("EVP_MD_fetch") }
    self.method = method
  }

  deinit { EVP_MD_free(method) }
}

/// libcrypto answers 1 for success; anything else here means no memory or a broken library, and
/// going on would mean going on without the check that was asked for.
func require(_ answer: Int32, _ function: StaticString) {
  if answer != 1 { cryptoFailure(function) }
}

func cryptoFailure(_ function: StaticString) -> Never {
  preconditionFailure("libcrypto: \(function) failed with code \(ERR_get_error())")
}
