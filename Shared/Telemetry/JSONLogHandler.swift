import Kernel
import Logging

/// A handler for swift-log that writes one JSON object a line: `time` (RFC 3339), `level`,
/// `service`, `logger`, `message`, `error` where there is one, and the metadata under its own
/// names.
///
/// Metadata whose name speaks of a password, secret, token, key, cookie or authorization is masked,
/// at any depth.
package struct JSONLogHandler: LogHandler {
  private let service: String
  private let label: String
  private let time: any TimeSource
  private let output: LogOutput
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?

  package init(
    service: String, label: String, level: Logger.Level, time: any TimeSource,
    output: LogOutput = .standardOutput
  ) {
    (self.service, self.label, self.logLevel) = (service, label, level)
    (self.time, self.output) = (time, output)
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes the event as one line.
  package func log(event: LogEvent) {
    var line = JSONLine()
    line.add("time", time.now().rfc3339)
    line.add("level", event.level.rawValue)
    line.add("service", service)
    line.add("logger", label)
    line.add("message", event.message.description)
    let metadata = merged(with: event.metadata)
    if let error = event.error, metadata["error"] == nil {
      line.add("error", String(describing: error))
    }
    if event.level >= .error, metadata["source"] == nil {
      line.add("source", "\(event.file):\(event.line)")
    }
    add(metadata, to: &line)
    output.write(line.finish())
  }

  private func merged(with more: Logger.Metadata?) -> Logger.Metadata {
    var all = metadata
    if let provided = metadataProvider?.get(), !provided.isEmpty {
      all.merge(provided) { $1 }
    }
    if let more, !more.isEmpty { all.merge(more) { $1 } }
    return all
  }

  private func add(_ metadata: Logger.Metadata, to line: inout JSONLine) {
    guard !metadata.isEmpty else { return }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line.add(JSONLine.reserved.contains(name) ? "metadata_\(name)" : name, value)
    }
  }
}

extension Logger {
  /// A logger that writes JSON lines for a service.
  package init(
    service: String, label: String? = nil, level: Logger.Level = .info, time: any TimeSource,
    output: LogOutput = .standardOutput
  ) {
    self.init(label: label ?? service) { label in
      JSONLogHandler(service: service, label: label, level: level, time: time, output: output)
    }
  }
}
