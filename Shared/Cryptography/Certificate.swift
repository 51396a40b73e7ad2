import COpenSSL
import Kernel

/// An X.509 certificate (RFC 5280) to be looked at and judged. Immutable.
package final class Certificate: @unchecked Sendable {
  // Sendable although it holds a C pointer: the X509 is written by nobody once it has been read,
  // and libcrypto locks what it caches in it.
  private let x509: OpaquePointer
  /// The DNS names among the subject's alternative names, as they stand there.
  package let dnsNames: [String]
  /// The last moment at which it is good.
  package let expires: Instant

  private init(takingOver x509: OpaquePointer) {
    self.x509 = x509
    dnsNames = Self.dnsNames(of: x509)
    expires = Self.expiry(of: x509)
  }

  deinit { X509_free(x509) }

  /// Reads one certificate's DER; nil when the bytes are none.
  package convenience init?(der: [UInt8]) {
    let x509 = der.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      return d2i_X509(nil, &position, bytes.count)
    }
    guard let x509 else {
      ERR_clear_error()
      return nil
    }
    self.init(takingOver: x509)
  }

  /// All certificates of a PEM text, in its order; none when there is no whole one.
  package static func list(pem: [UInt8]) -> [Certificate] {
    withMemory(pem) { memory in
      var found: [Certificate] = []
      while let x509 = PEM_read_bio_X509(memory, nil, nil, nil) {
        found.append(Certificate(takingOver: x509))
      }
      ERR_clear_error()
      return found
    }
  }

  /// Whether a PEM text holds a private key that can be read without a passphrase.
  package static func isPrivateKey(pem: [UInt8]) -> Bool {
    withPrivateKey(pem) { _ in true } ?? false
  }

  /// Whether the private key of a PEM text is this certificate's.
  package func belongs(toKeyIn pem: [UInt8]) -> Bool {
    let isPair = Self.withPrivateKey(pem) { X509_check_private_key(x509, $0) == 1 }
    ERR_clear_error()
    return isPair ?? false
  }

  /// Which end of a connection shows a certificate.
  package enum Role: CaseIterable, Sendable { case client, server }

  /// Why nobody should trust this certificate (RFC 5280, section 6); nil when its chain ends at one
  /// of the authorities, all of it is good at `now` and it is meant for `role`.
  /// - Parameter chain: certificates that may stand between it and an authority.
  package func distrust(
    chain: [Certificate], authorities: [Certificate], as role: Role, now: Instant
  ) -> String? {
    guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new(),
      let between = OPENSSL_sk_new_null()
    else { cryptoFailure("X509_STORE_new") }
    defer {
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
      OPENSSL_sk_free(between)
      ERR_clear_error()
    }
    for authority in authorities { require(X509_STORE_add_cert(store, authority.x509), "add_cert") }
    for other in chain {
      guard OPENSSL_sk_push(between, UnsafeRawPointer(other.x509)) > 0 else {
        cryptoFailure("OPENSSL_sk_push")
      }
    }
    require(X509_STORE_CTX_init(context, store, x509, between), "X509_STORE_CTX_init")
    let purpose = role == .client ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER
    require(X509_STORE_CTX_set_purpose(context, purpose), "X509_STORE_CTX_set_purpose")
    X509_STORE_CTX_set_time(context, 0, time_t(now.microseconds / 1_000_000))
    if X509_verify_cert(context) == 1 { return nil }
    let code = Int(X509_STORE_CTX_get_error(context))
    return String(cString: X509_verify_cert_error_string(code))
  }

  private static func dnsNames(of x509: OpaquePointer) -> [String] {
    guard let names = X509_get_ext_d2i(x509, NID_subject_alt_name, nil, nil) else { return [] }
    let list = OpaquePointer(names)
    defer { GENERAL_NAMES_free(list) }
    return (0..<OPENSSL_sk_num(list)).compactMap { index in
      guard let entry = OPENSSL_sk_value(list, index) else { return nil }
      let name = entry.assumingMemoryBound(to: GENERAL_NAME.self).pointee
      guard name.type == GEN_DNS, let text = name.d.dNSName,
        let bytes = ASN1_STRING_get0_data(text)
      else { return nil }
      let raw = UnsafeBufferPointer(start: bytes, count: Int(ASN1_STRING_length(text)))
      return String(validating: raw, as: UTF8.self)
    }
  }

  private static func expiry(of x509: OpaquePointer) -> Instant {
    var (days, seconds): (Int32, Int32) = (0, 0)
    let epoch = ASN1_TIME_set(nil, 0)
    defer { ASN1_STRING_free(epoch) }
    guard ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(x509)) == 1 else {
      return Instant(microseconds: 0)
    }
    return Instant(microseconds: (Int64(days) * 86_400 + Int64(seconds)) * 1_000_000)
  }

  private static func withPrivateKey<R>(_ pem: [UInt8], _ body: (OpaquePointer) -> R) -> R? {
    withMemory(pem) { memory in
      // A passphrase that nobody gives: libcrypto would ask for it at the terminal.
      guard let key = PEM_read_bio_PrivateKey(memory, nil, { _, _, _, _ in 0 }, nil) else {
        ERR_clear_error()
        return nil
      }
      defer { EVP_PKEY_free(key) }
      return body(key)
    }
  }

  private static func withMemory<R>(_ bytes: [UInt8], _ body: (OpaquePointer) -> R) -> R {
    bytes.withUnsafeBytes { bytes in
      guard let memory = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
        cryptoFailure("BIO_new_mem_buf")
      }
      defer { BIO_free(memory) }
      return body(memory)
    }
  }
}
