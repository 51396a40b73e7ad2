import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import RPC

/// HTTP/1.1 whose connections are answered on the event loops that read them: a request changes
/// threads no more than the services it calls make it.
struct LoopBoundHTTP: ServerChildChannel {
  let http: HTTP1Channel
  let loops: RPCLoops
  /// How long a request may take to come in, and an answer to be taken.
  let patience: Duration

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    http.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(ClientPace(limit: patience), position: .after(decoder))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    let executor = loops.taskExecutor(of: value.channel.eventLoop)
    await withTaskExecutorPreference(executor) {
      await http.handle(value: value, logger: logger)
    }
  }
}
