import AuthContract
import JWTKit
import Kernel
import NIOCore
import Protobuf
import RPC
import Settings
import Synchronization
import TestKit

@testable import EdgeService

/// An access token as a client sends it. An input is its text, in which a byte from 0x80 on stands
/// for a part (header, payload, signature) of a genuine token, so that forgeries can be put
/// together.
enum TokenFuzz {
  static func check(_ input: UnsafeRawBufferPointer) throws {
    let world = TokenWorld.shared
    let token = world.text(of: input)
    guard let user = world.user(of: token) else { return }
    let signed = token.split(separator: ".").prefix(2).joined(separator: ".")
    try promise(world.good.contains(signed), "a token that nobody signed is taken: \(token)")
    try promise(user == TokenWorld.user, "a token speaks for \(user)")
  }
}

/// The edge's verifier and tokens made for it: the first is good, every other has one fault.
struct TokenWorld: Sendable {
  static let user = UserID(5)
  static let shared = CallingThread.run { await TokenWorld() }

  private struct Claims: JWTPayload {
    var sub = "5"
    var iss = "igny8"
    var aud = "igny8-api"
    var typ = "access"
    var exp: Int64 = 1_767_226_000

    func verify(using algorithm: some JWTAlgorithm) throws {}
  }

  private let tokens: AccessTokens?
  private let parts: [Substring]
  /// Header and payload of the tokens that are to be taken.
  let good: Set<String>

  private init() async {
    let (key, foreign) = (ES256PrivateKey(), ES256PrivateKey())
    tokens = try? AccessTokens(
      auth: AuthClient(KeyKeeper(pem: key.publicKey.pemRepresentation)),
      settings: SettingsReader.read(EdgeSettings.self, from: [:]), time: ManualTime())
    let claims = [
      Claims(), Claims(sub: "x"), Claims(iss: "other"), Claims(aud: "other"),
      Claims(typ: "refresh"), Claims(exp: 1_767_225_600),
    ]
    var made: [String] = []
    for claim in claims { made.append(await Self.sign(claim, key, "k1")) }
    made.append(await Self.sign(Claims(), key, "k2"))
    made.append(await Self.sign(Claims(), foreign, "k1"))
    parts = made.flatMap { $0.split(separator: ".") }
    good = [parts.prefix(2).joined(separator: ".")]
  }

  private static func sign(_ claims: Claims, _ key: ES256PrivateKey, _ kid: String) async -> String
  {
    let keys = JWTKeyCollection()
    await keys.add(ecdsa: key, kid: JWKIdentifier(string: kid))
    return (try? await keys.sign(claims, kid: JWKIdentifier(string: kid))) ?? ""
  }

  func text(of input: UnsafeRawBufferPointer) -> String {
    input.reduce(into: "") { text, byte in
      if byte < 0x80 {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += parts[Int(byte & 0x7f) % parts.count]
      }
    }
  }

  /// Whom the token signs in; nil when it is refused.
  func user(of token: String) -> UserID? {
    CallingThread.run {
      let call = OutgoingCall(
        context: CallContext(requestID: "r", actor: .service),
        deadline: Deadline(in: .seconds(5), of: ManualTime()))
      return try? await tokens?.holder(of: token, call).user
    }
  }
}

/// Answers with one signing key, whatever is asked.
private struct KeyKeeper: RPCCaller {
  let pem: String

  func call(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) async throws
    -> ByteBuffer
  {
    let keys = Auth.SigningKeys(keys: [Auth.SigningKey(kid: "k1", publicKey: pem)])
    return ByteBuffer(bytes: keys.encoded())
  }

  func stream(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) -> RPCStream {
    RPCStream(NoItems())
  }
}

private struct NoItems: ItemSource {
  func next() async throws -> ByteBuffer? { nil }
  func cancel() {}
}
