import Kernel
import NIOCore

/// `igny8.rpc.v1.RequestHeader` without the context, which is looked at in place.
struct RequestHeader: Equatable {
  var method: UInt32 = 0
  var deadlineMilliseconds: UInt32?
  var attempt: Int = 1
  var trace: TraceParent = .none
  var idempotencyKey: String?
}

extension RequestHeader {
  /// A header's fields but for the bytes of key, context and signature take no more than this, with
  /// the length before it and a signature of 32 bytes.
  static let mostBytesBesides = 128

  func write(to buffer: inout ByteBuffer, context: SignedContext?) {
    buffer.writeField(1, fixed32: method)
    if let deadlineMilliseconds { buffer.writeField(2, varint: UInt64(deadlineMilliseconds)) }
    if attempt != 1 { buffer.writeField(3, varint: UInt64(attempt)) }
    if trace != .none {
      buffer.writeMultipleIntegers(
        UInt8(4 << 3 | 2), UInt8(25), trace.traceHigh, trace.traceLow, trace.span, trace.flags)
    }
    if let idempotencyKey { buffer.writeField(5, text: idempotencyKey) }
    guard let context else { return }
    buffer.writeField(6, bytes: context.bytes)
    buffer.writeField(7, bytes: context.signature)
  }

  /// Reads a header; hands context and signature, where present, to `context` in place.
  /// - Throws: `MalformedHeader`.
  init(
    reading bytes: UnsafeRawBufferPointer,
    context read: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
  ) throws(MalformedHeader) {
    var context: UnsafeRawBufferPointer?
    var signature: UnsafeRawBufferPointer?
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: method = try value.fixed()
      case 2: deadlineMilliseconds = UInt32(clamping: try value.number())
      case 3: attempt = Int(clamping: try value.number())
      case 4: trace = try TraceParent(reading: value.raw())
      case 5: idempotencyKey = try value.text()
      case 6: context = try value.raw()
      case 7: signature = try value.raw()
      default: break
      }
    }
    if let context, let signature { read(context, signature) }
  }
}

extension TraceParent {
  init(reading bytes: UnsafeRawBufferPointer) throws(MalformedHeader) {
    guard bytes.count == 25 else { throw MalformedHeader() }
    func number(at offset: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    self.init(
      traceHigh: number(at: 0), traceLow: number(at: 8), span: number(at: 16), flags: bytes[24])
  }
}

extension RPCError {
  /// `igny8.rpc.v1.ResponseHeader`.
  func write(to buffer: inout ByteBuffer) {
    buffer.writeField(1, varint: UInt64(code.rawValue))
    buffer.writeField(2, text: message)
    for field in details.fields {
      buffer.writeField(3) { nested in
        nested.writeField(1, text: field.name)
        for message in field.messages { nested.writeField(2, text: message) }
      }
    }
    if let retryAfter = details.retryAfter {
      buffer.writeField(4, varint: UInt64(max(0, retryAfter.milliseconds)))
    }
    if let required = details.required { buffer.writeField(5, varint: required.zigZag) }
    if let available = details.available { buffer.writeField(6, varint: available.zigZag) }
    if let reason = details.reason { buffer.writeField(7, text: reason) }
    if isUnstarted { buffer.writeField(8, varint: 1) }
  }

  /// Whoever says more, in milliseconds, means a day: what a peer says can be counted with.
  private static let longestRetryAfter: UInt64 = 86_400_000

  /// - Throws: `MalformedHeader`.
  init(reading bytes: UnsafeRawBufferPointer) throws(MalformedHeader) {
    self.init(.unknown, "")
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: code = RPCCode(rawValue: UInt8(clamping: try value.number())) ?? .unknown
      case 2: message = try value.text()
      case 3: details.fields.append(try FieldError(reading: value.raw()))
      case 4:
        details.retryAfter = .milliseconds(min(try value.number(), Self.longestRetryAfter))
      case 5: details.required = try value.zigZag()
      case 6: details.available = try value.zigZag()
      case 7: details.reason = try value.text()
      case 8: isUnstarted = try value.number() == 1
      default: break
      }
    }
  }
}

extension FieldError {
  init(reading bytes: UnsafeRawBufferPointer) throws(MalformedHeader) {
    self.init(name: "", messages: [])
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = try value.text()
      case 2: messages.append(try value.text())
      default: break
      }
    }
  }
}
