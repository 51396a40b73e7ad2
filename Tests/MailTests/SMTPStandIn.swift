import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A small SMTP server (RFC 5321, with STARTTLS and AUTH PLAIN) that keeps what it is given.
final class SMTPStandIn: Sendable {
  struct Received: Sendable, Equatable {
    var from = ""
    var recipients: [String] = []
    var lines: [String] = []
    var user: String?
    var isProtected = false
  }

  /// What it does besides taking mails.
  struct Manners: Sendable {
    var tls: NIOSSLContext?
    /// TLS from the first byte.
    var isWrapped = false
    /// user, password
    var login: (String, String)?
    /// What it says instead of its usual answer, by the first word of a command; an empty answer
    /// hangs up.
    var answers: [String: String] = [:]
  }

  private let channel: any Channel
  private let kept: Kept

  /// Every mail that it said it would take.
  var mails: [Received] { kept.mails.withLock { $0 } }
  /// Known after it has stopped, too: a closed channel forgets its address.
  let port: Int

  static func start(_ manners: Manners = Manners()) async throws -> SMTPStandIn {
    let kept = Kept()
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if manners.isWrapped, let tls = manners.tls {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
          }
          let handler = Conversation(manners) { mail in kept.mails.withLock { $0.append(mail) } }
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return SMTPStandIn(channel, kept)
  }

  private final class Kept: Sendable {
    let mails = Mutex<[Received]>([])
  }

  private init(_ channel: any Channel, _ kept: Kept) {
    (self.channel, self.kept) = (channel, kept)
    port = channel.localAddress?.port ?? 0
  }

  func stop() async throws { try await channel.close() }
}

/// One client's conversation.
private final class Conversation: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let manners: SMTPStandIn.Manners
  private let keep: @Sendable (SMTPStandIn.Received) -> Void
  private var input = ""
  private var mail = SMTPStandIn.Received()
  private var isInData = false
  private var isSigningIn = false
  private var user: String?
  private var isProtected: Bool

  init(
    _ manners: SMTPStandIn.Manners, keep: @escaping @Sendable (SMTPStandIn.Received) -> Void
  ) {
    (self.manners, self.keep) = (manners, keep)
    isProtected = manners.isWrapped
  }

  func channelActive(context: ChannelHandlerContext) {
    say(manners.answers["(greeting)"] ?? "220 stand-in", context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    input += String(buffer: unwrapInboundIn(data))
    while let end = input.range(of: "\r\n") {
      let line = String(input[..<end.lowerBound])
      input = String(input[end.upperBound...])
      if isInData {
        take(line, context)
      } else if isSigningIn {
        signIn(line, context)
      } else {
        obey(line, context)
      }
    }
  }

  private func say(_ answer: String, _ context: ChannelHandlerContext) {
    guard !answer.isEmpty else { return context.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer + "\r\n")), promise: nil)
  }

  private func take(_ line: String, _ context: ChannelHandlerContext) {
    guard line == "." else {
      mail.lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
      return
    }
    isInData = false
    let answer = manners.answers["(end)"] ?? "250 taken"
    if answer.hasPrefix("250") { keep(mail) }
    say(answer, context)
  }

  private func obey(_ line: String, _ context: ChannelHandlerContext) {
    let word = line.split(separator: " ").first.map { $0.uppercased() } ?? ""
    if let answer = manners.answers[word] { return say(answer, context) }
    switch word {
    case "EHLO":
      var offers = ["250-stand-in"]
      if manners.tls != nil, !isProtected { offers.append("250-STARTTLS") }
      if manners.login != nil { offers.append("250-AUTH PLAIN") }
      say((offers + ["250 8BITMIME"]).joined(separator: "\r\n"), context)
    case "STARTTLS": protect(context)
    case "AUTH": signIn(String(line.dropFirst("AUTH PLAIN".count)), context)
    case "MAIL":
      mail = SMTPStandIn.Received(user: user, isProtected: isProtected)
      mail.from = Self.address(line)
      say(manners.login != nil && user == nil ? "530 who are you" : "250 ok", context)
    case "RCPT":
      mail.recipients.append(Self.address(line))
      say("250 ok", context)
    case "DATA":
      isInData = true
      say("354 go on", context)
    case "QUIT": say("221 bye", context)
    default: say("502 what", context)
    }
  }

  private static func address(_ line: String) -> String {
    guard let open = line.firstIndex(of: "<"), let close = line.firstIndex(of: ">") else {
      return ""
    }
    return String(line[line.index(after: open)..<close])
  }

  private func protect(_ context: ChannelHandlerContext) {
    guard let tls = manners.tls else { return say("502 no", context) }
    say("220 go on", context)
    do {
      try context.pipeline.syncOperations.addHandler(
        NIOSSLServerHandler(context: tls), position: .first)
      isProtected = true
    } catch {
      context.close(promise: nil)
    }
  }

  private func signIn(_ rest: String, _ context: ChannelHandlerContext) {
    let blob = rest.trimmingCharacters(in: .whitespaces)
    isSigningIn = blob.isEmpty
    guard !isSigningIn else { return say("334 ", context) }
    guard let bytes = Data(base64Encoded: blob) else { return say("501 what", context) }
    let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 3, let login = manners.login, (parts[1], parts[2]) == login else {
      return say("535 no", context)
    }
    user = parts[1]
    say("235 welcome", context)
  }
}
