import Foundation

/// A server under load, a process of its own.
final class ServerProcess {
  enum Format { case frames, http2 }

  let name: String
  private let format: Format
  private let process = Process()
  private let port: Int

  /// Starts a program that prints its port first.
  init(_ name: String, _ format: Format, _ program: URL, _ arguments: [String] = []) throws {
    (self.name, self.format) = (name, format)
    let pipe = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw CocoaError(.fileReadUnknown)
    }
    self.port = port
  }

  deinit { process.terminate() }

  func load(_ question: Question) -> Load {
    func load(_ dialect: some Dialect) -> Load {
      Load(
        dialect, answerBytes: question.answerBytes, server: process.processIdentifier, port: port)
    }
    return switch format {
    case .frames: load(FrameDialect(question))
    case .http2: load(HTTP2Dialect(question))
    }
  }
}
