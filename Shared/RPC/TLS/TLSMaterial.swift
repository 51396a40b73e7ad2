import Cryptography
import Kernel
import NIOCore
import NIOSSL

/// The contents of the three files, judged and ready for handshakes. Both sides show their
/// certificate, and TLS 1.3 it is (RFC 8446).
struct TLSMaterial: Sendable {
  let server: NIOSSLContext
  let client: NIOSSLContext
  let authorities: [Certificate]
  /// The last moment at which the service's own certificate is good.
  let expires: Instant

  /// - Throws: `TLSFault` when nobody would accept this as `service`.
  init(_ contents: TLSContents, of service: String, now: Instant) throws(TLSFault) {
    let chain = Certificate.list(pem: contents.certificate)
    authorities = Certificate.list(pem: contents.authority)
    guard let own = chain.first else { throw TLSFault(.certificate, "holds no certificate") }
    guard !authorities.isEmpty else { throw TLSFault(.authority, "holds no certificate") }
    guard Certificate.isPrivateKey(pem: contents.key) else {
      throw TLSFault(.key, "holds no private key without a passphrase")
    }
    guard own.belongs(toKeyIn: contents.key) else {
      throw TLSFault(.key, "is not the key of the certificate")
    }
    let name = PeerName(own.dnsNames)?.service
    guard name == service else {
      throw TLSFault(.certificate, "is of \(name ?? "no service"), not of \(service)")
    }
    for role in Certificate.Role.allCases {
      let why = own.distrust(
        chain: Array(chain.dropFirst()), authorities: authorities, as: role, now: now)
      if let why { throw TLSFault(.certificate, "is not trusted as a \(role)'s: \(why)") }
    }
    expires = own.expires
    (server, client) = try Self.contexts(contents)
  }

  /// A peer that does not say goodbye is not waited for longer.
  private static let goodbye = TimeAmount.milliseconds(200)

  private static func contexts(
    _ contents: TLSContents
  ) throws(TLSFault) -> (server: NIOSSLContext, client: NIOSSLContext) {
    do {
      let chain = try NIOSSLCertificate.fromPEMBytes(contents.certificate)
      let key = try NIOSSLPrivateKey(bytes: contents.key, format: .pem)
      let roots = NIOSSLTrustRoots.certificates(
        try NIOSSLCertificate.fromPEMBytes(contents.authority))
      var server = TLSConfiguration.makeServerConfigurationWithMTLS(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key),
        trustRoots: roots)
      server.minimumTLSVersion = .tlsv13
      server.shutdownTimeout = goodbye
      var client = TLSConfiguration.makeClientConfiguration()
      (client.certificateChain, client.privateKey) = (server.certificateChain, server.privateKey)
      (client.trustRoots, client.minimumTLSVersion) = (roots, .tlsv13)
      // Names are those of services, not of hosts: `PeerCheck` compares them.
      client.certificateVerification = .noHostnameVerification
      client.shutdownTimeout = goodbye
      return (try NIOSSLContext(configuration: server), try NIOSSLContext(configuration: client))
    } catch {
      throw TLSFault(.certificate, "is refused by the TLS library: \(error)")
    }
  }
}
