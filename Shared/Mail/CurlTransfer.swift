import CCurl
import Glibc

/// One transfer of curl's easy interface: set up, done once, thrown away. Used by one thread.
final class CurlTransfer {
  private let handle: UnsafeMutableRawPointer

  /// libcurl is made ready once a process.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init?() {
    guard Self.isReady, let handle = curl_easy_init() else { return nil }
    self.handle = handle
  }

  deinit { curl_easy_cleanup(handle) }

  func set(_ option: CURLoption, _ value: String) { _ = curl_shim_set_text(handle, option, value) }

  func set(_ option: CURLoption, _ value: Int) { _ = curl_shim_set_long(handle, option, value) }

  /// What is left to send.
  private struct Rest {
    var bytes: ArraySlice<UInt8>
  }

  /// Hands in a mail; nil when the server has taken it.
  func send(_ mail: [UInt8], to recipient: String) -> MailFailure? {
    let recipients = curl_slist_append(nil, recipient)
    defer { curl_slist_free_all(recipients) }
    _ = curl_shim_set_list(handle, CURLOPT_MAIL_RCPT, recipients)
    set(CURLOPT_UPLOAD, 1)
    _ = curl_shim_set_reader(handle) { memory, size, count, context in
      guard let memory, let rest = context?.assumingMemoryBound(to: Rest.self) else { return 0 }
      let piece = rest.pointee.bytes.prefix(size * count)
      piece.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress { memcpy(memory, base, bytes.count) }
      }
      rest.pointee.bytes = rest.pointee.bytes.dropFirst(piece.count)
      return piece.count
    }
    // What a server says beyond its codes goes nowhere.
    _ = curl_shim_set_writer(handle) { _, size, count, _ in size * count }
    var rest = Rest(bytes: mail[...])
    return withUnsafeMutablePointer(to: &rest) { rest in
      _ = curl_shim_set_pointer(handle, CURLOPT_READDATA, rest)
      return outcome(curl_easy_perform(handle))
    }
  }

  private func outcome(_ code: CURLcode) -> MailFailure? {
    if code == CURLE_OK { return nil }
    var answer = 0
    _ = curl_shim_get_long(handle, CURLINFO_RESPONSE_CODE, &answer)
    let reason = String(cString: curl_easy_strerror(code)) + (answer > 0 ? " (\(answer))" : "")
    // 53x: the server does not let us in, whatever the mail.
    let isOurs = code == CURLE_LOGIN_DENIED || (530..<540).contains(answer)
    return (500..<600).contains(answer) && !isOurs ? .refused(reason) : .unavailable(reason)
  }
}
