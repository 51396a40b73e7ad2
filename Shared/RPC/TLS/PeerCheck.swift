import Cryptography
import Kernel
import NIOCore
import NIOSSL
import Synchronization

/// Whom a certificate stands for: the one DNS name without a dot among the subject's alternative
/// names. Names with dots are for other tools and not looked at; the common name never is.
struct PeerName: Equatable, Sendable {
  let service: String

  /// Nil for a certificate of nobody, or of several.
  init?(_ dnsNames: [String]) {
    let short = Set(dnsNames.filter { !$0.contains(".") && !$0.contains("*") && !$0.isEmpty })
    guard short.count == 1, let service = short.first else { return nil }
    self.service = service
  }
}

/// Why a connection came to nothing before its first frame.
struct HandshakeFailure: Error, Equatable, Sendable {
  /// About the other side: reads on from its name.
  let why: String
  /// One side will have none of the other, which the next try does not change.
  let isRefusal: Bool
}

/// Judges the certificate that the other side of one connection shows, within the handshake: one
/// that is not good ends it, with an alert to the other side.
final class PeerCheck: Sendable {
  private let material: TLSMaterial
  private let role: Certificate.Role
  private let wanted: String?
  private let time: any TimeSource
  private let verdict = Mutex<Result<PeerName, HandshakeFailure>?>(nil)

  /// - Parameter wanted: whose certificate it must be; nil when the caller asks for its name.
  init(_ material: TLSMaterial, of role: Certificate.Role, wanted: String?, time: any TimeSource) {
    (self.material, self.role, self.wanted, self.time) = (material, role, wanted, time)
  }

  /// The certificate's judgement; nil when none was shown.
  var result: Result<PeerName, HandshakeFailure>? { verdict.withLock { $0 } }

  /// NIOSSL's question about the certificates of the other side, its own first.
  func judge(_ shown: [NIOSSLCertificate], _ answer: EventLoopPromise<NIOSSLVerificationResult>) {
    let result = judged(shown)
    verdict.withLock { $0 = result }
    switch result {
    case .success: answer.succeed(.certificateVerified)
    case .failure: answer.succeed(.failed)
    }
  }

  private func judged(_ shown: [NIOSSLCertificate]) -> Result<PeerName, HandshakeFailure> {
    func refused(_ why: String) -> Result<PeerName, HandshakeFailure> {
      .failure(HandshakeFailure(why: why, isRefusal: true))
    }
    let chain = shown.compactMap { ((try? $0.toDERBytes()) ?? []).certificate }
    guard let own = chain.first, chain.count == shown.count else {
      return refused("shows a certificate that cannot be read")
    }
    let distrust = own.distrust(
      chain: Array(chain.dropFirst()), authorities: material.authorities, as: role,
      now: time.now())
    if let distrust { return refused("shows a certificate that is not good: \(distrust)") }
    guard let name = PeerName(own.dnsNames) else {
      return refused("shows a certificate of no service")
    }
    if let wanted, name.service != wanted {
      return refused("shows the certificate of \(name.service), not of \(wanted)")
    }
    return .success(name)
  }
}

extension [UInt8] {
  fileprivate var certificate: Certificate? { Certificate(der: self) }
}

extension HandshakeFailure {
  /// Nothing was said about why.
  static let left = HandshakeFailure(why: "left during the handshake", isRefusal: false)
  static let tooMany = HandshakeFailure(
    why: "comes while too many others have not finished their handshake", isRefusal: false)

  /// What an error before the first frame says about the other side.
  init(_ error: any Error) {
    guard let known = Self.stack(of: error) else {
      self = HandshakeFailure(why: "is lost: \(error)", isRefusal: false)
      return
    }
    let text = known.map { "\($0)" }.joined(separator: ", ")
    func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
    if known.contains(.eofDuringHandshake) {
      self = .left
    } else if says("PEER_DID_NOT_RETURN_A_CERTIFICATE") {
      self.init(why: "shows no certificate", isRefusal: true)
    } else if says("UNSUPPORTED_PROTOCOL", "ALERT_PROTOCOL_VERSION") {
      self.init(why: "does not speak TLS 1.3", isRefusal: true)
    } else if says("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST") {
      self.init(why: "does not speak TLS", isRefusal: true)
    } else if says("ALERT") {
      self.init(why: "will not have our certificate: \(Self.reason(in: text))", isRefusal: true)
    } else {
      self.init(why: "fails at the handshake: \(Self.reason(in: text))", isRefusal: true)
    }
  }

  private static func stack(of error: any Error) -> NIOBoringSSLErrorStack? {
    let inner: BoringSSLError
    switch error {
    case NIOSSLError.handshakeFailed(let failure): inner = failure
    case let failure as BoringSSLError: inner = failure
    default: return nil
    }
    switch inner {
    case .sslError(let stack), .unknownError(let stack): return stack
    default: return nil
    }
  }

  /// BoringSSL's word for it, such as `TLSV1_ALERT_UNKNOWN_CA`, out of its long sentence.
  private static func reason(in text: String) -> String {
    let words = text.split { !($0.isUppercase || $0.isNumber || $0 == "_") }
    return words.first { $0.contains("_") && $0.count > 5 }.map(String.init) ?? text
  }
}
