import Cryptography
import Kernel
import NIOCore
import NIOSSL
import NIOTLS

/// Stands between the TLS handler and the connection's own: what is behind it sees a connection
/// only once both sides have accepted each other.
///
/// In TLS 1.3 a client has finished before the server has judged its certificate, so a client's
/// connection opens with the first bytes of the server, which come after that judgement.
final class HandshakeGuard: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let check: PeerCheck
  private let isClient: Bool
  private let timeout: TimeAmount
  private var settle: ((Result<PeerName, HandshakeFailure>) -> Void)?
  private var alarm: Scheduled<Void>?

  /// - Parameter settle: told once how the handshake ended; before what is behind hears of it.
  init(
    _ check: PeerCheck, isClient: Bool, timeout: Duration,
    settle: @escaping (Result<PeerName, HandshakeFailure>) -> Void
  ) {
    (self.check, self.isClient, self.settle) = (check, isClient, settle)
    self.timeout = .microseconds(timeout.microseconds)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let home = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    alarm = context.eventLoop.scheduleTask(in: timeout) {
      let (handler, context) = home.value
      handler.fail(HandshakeFailure(why: "does not finish the handshake", isRefusal: false))
      context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

  func channelActive(context: ChannelHandlerContext) {}

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent, !isClient {
      open(context)
      leave(context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    open(context)
    context.fireChannelRead(data)
    leave(context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case .failure(let failure)? = check.result { fail(failure) }
    fail(HandshakeFailure(error))
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(.left)
    context.fireChannelInactive()
  }

  /// Both sides have accepted each other.
  private func open(_ context: ChannelHandlerContext) {
    guard let settle, case .success(let peer)? = check.result else { return }
    self.settle = nil
    settle(.success(peer))
    context.fireChannelActive()
  }

  /// Nothing more to do here.
  private func leave(_ context: ChannelHandlerContext) {
    context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
  }

  private func fail(_ failure: HandshakeFailure) {
    alarm?.cancel()
    settle?(.failure(failure))
    settle = nil
  }
}

extension TLSCredentials {
  /// Puts a server's end of TLS at the front of a connection that has just been accepted.
  func secure(
    serverEnd channel: any Channel,
    settle: @escaping (Result<PeerName, HandshakeFailure>, _ authority: Int) -> Void
  ) throws {
    let (material, authority) = current
    let check = PeerCheck(material, of: .client, wanted: nil, time: time)
    let handler = NIOSSLServerHandler(
      context: material.server, customVerificationCallback: check.judge)
    let waiting = HandshakeGuard(check, isClient: false, timeout: timing.handshake) {
      settle($0, authority)
    }
    try channel.pipeline.syncOperations.addHandlers([handler, waiting])
  }

  /// Puts a client's end of TLS at the front of a connection that is about to be dialled.
  /// - Parameter server: whose certificate the other side must show.
  func secure(
    clientEnd channel: any Channel, of server: String, timeout: Duration,
    settle: @escaping (Result<PeerName, HandshakeFailure>) -> Void
  ) throws {
    let check = PeerCheck(current.material, of: .server, wanted: server, time: time)
    let handler = try NIOSSLClientHandler(
      context: current.material.client, serverHostname: nil,
      customVerificationCallback: check.judge)
    let waiting = HandshakeGuard(
      check, isClient: true, timeout: timeout, settle: settle)
    try channel.pipeline.syncOperations.addHandlers([handler, waiting])
  }
}
