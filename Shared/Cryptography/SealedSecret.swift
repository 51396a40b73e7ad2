import COpenSSL

/// A secret at rest: AES-256-GCM (NIST SP 800-38D), text of the form
/// `v1.<key id>.<base64url of nonce, ciphertext and tag>`.
package struct SealedSecret: Hashable, Sendable {
  /// What a table holds. Not secret by itself.
  package let text: String

  /// A text that came from a table; whether it is a sealed secret shows when it is opened.
  package init(text: String) { self.text = text }

  /// Seals bytes under the first of the keys with a fresh random nonce.
  /// - Parameter context: associated data that must be the same when it is opened: say to which
  ///   account and row the secret belongs, so that it cannot be moved to another.
  package init(sealing plain: [UInt8], with keys: SecretKeys, context: String) {
    let (id, key) = keys.current
    let nonce = randomBytes(GCM.nonceBytes)
    let cipher = GCM(key: key, nonce: nonce, seals: true)
    cipher.authenticate(Array(context.utf8))
    cipher.authenticate(Array(id.utf8))
    let sealed = cipher.process(plain)
    let box = nonce + sealed + cipher.tag()
    text = "v1.\(id).\(Base64.encodeURLSafe(box))"
  }

  /// Seals a text's UTF-8.
  package init(sealing plain: String, with keys: SecretKeys, context: String) {
    self.init(sealing: Array(plain.utf8), with: keys, context: context)
  }

  /// The id of the key it was sealed under; nil when the text is no sealed secret.
  package var keyID: String? { parts?.id }

  /// Whether it was sealed under another key than the first, so that it should be sealed again.
  package func needsResealing(with keys: SecretKeys) -> Bool { keyID != keys.current.id }

  /// The bytes that were sealed.
  /// - Throws: `malformed`, `unknownKey` or `notAuthentic`.
  package func open(with keys: SecretKeys, context: String) throws(SealedSecretError) -> [UInt8] {
    guard let (id, box) = parts else { throw .malformed }
    guard let key = keys.key(id: id) else { throw .unknownKey(id: id) }
    let cipher = GCM(key: key, nonce: Array(box.prefix(GCM.nonceBytes)), seals: false)
    cipher.authenticate(Array(context.utf8))
    cipher.authenticate(Array(id.utf8))
    let body = box.dropFirst(GCM.nonceBytes).dropLast(GCM.tagBytes)
    let plain = cipher.process(Array(body))
    guard cipher.isAuthentic(tag: Array(box.suffix(GCM.tagBytes))) else { throw .notAuthentic }
    return plain
  }

  /// The text that was sealed.
  /// - Throws: as `open`; `malformed` when the bytes are no UTF-8.
  package func openText(
    with keys: SecretKeys, context: String
  ) throws(SealedSecretError) -> String {
    let bytes = try open(with: keys, context: context)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
    return text
  }

  private var parts: (id: String, box: [UInt8])? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "v1", let box = Base64.decode(parts[2]),
      box.count >= GCM.nonceBytes + GCM.tagBytes
    else { return nil }
    return (String(parts[1]), box)
  }
}

/// One use of AES-256-GCM; owns its `EVP_CIPHER_CTX`, freed once.
private final class GCM {
  static let nonceBytes = 12
  static let tagBytes = 16

  private let context: OpaquePointer

  init(key: [UInt8], nonce: [UInt8], seals: Bool) {
    guard let context = EVP_CIPHER_CTX_new() else { cryptoFailure("EVP_CIPHER_CTX_new") }
    self.context = context
    require(
      EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, seals ? 1 : 0),
      "EVP_CipherInit_ex")
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  /// Associated data; each piece is preceded by its length, so that two pieces cannot be cut
  /// otherwise.
  func authenticate(_ bytes: [UInt8]) {
    var length = UInt64(bytes.count).bigEndian
    let framed = withUnsafeBytes(of: &length) { Array($0) } + bytes
    var written: Int32 = 0
    require(
      EVP_CipherUpdate(context, nil, &written, framed, Int32(framed.count)), "EVP_CipherUpdate")
  }

  func process(_ input: [UInt8]) -> [UInt8] {
    guard !input.isEmpty else { return [] }
    return [UInt8](unsafeUninitializedCapacity: input.count) { buffer, count in
      var written: Int32 = 0
      require(
        EVP_CipherUpdate(context, buffer.baseAddress, &written, input, Int32(input.count)),
        "EVP_CipherUpdate")
      count = Int(written)
    }
  }

  func tag() -> [UInt8] {
    var written: Int32 = 0
    var rest: UInt8 = 0
    require(EVP_CipherFinal_ex(context, &rest, &written), "EVP_CipherFinal_ex")
    return [UInt8](unsafeUninitializedCapacity: Self.tagBytes) { buffer, count in
      require(
        EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), buffer.baseAddress),
        "EVP_CIPHER_CTX_ctrl")
      count = Self.tagBytes
    }
  }

  func isAuthentic(tag: [UInt8]) -> Bool {
    var tag = tag
    require(
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag),
      "EVP_CIPHER_CTX_ctrl")
    var written: Int32 = 0
    var rest: UInt8 = 0
    return EVP_CipherFinal_ex(context, &rest, &written) == 1
  }
}
