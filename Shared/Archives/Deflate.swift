import CZlib

/// zlib could not get the memory that it needs.
package struct ArchiveError: Error, Equatable {}

/// Raw deflate (RFC 1951) by zlib, in pieces that nothing but their order connects.
///
/// Each piece ends at a byte's border and refers to nothing before it (`Z_SYNC_FLUSH`), so that one
/// process can go on where another one was stopped.
enum Deflate {
  /// The empty last block that ends a stream.
  static let end: [UInt8] = [0x03, 0x00]

  /// The next bytes of a stream; none for none.
  /// - Throws: `ArchiveError` when memory is missing.
  static func piece(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
    if bytes.isEmpty { return [] }
    var stream = z_stream()
    // Windows of 32 KiB, without zlib's own header.
    let begun = deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard begun == Z_OK else { throw ArchiveError() }
    defer { deflateEnd(&stream) }
    // A flush adds an empty block to what compressing takes at most.
    let room = Int(deflateBound(&stream, UInt(bytes.count))) + 16
    var isDone = false
    let packed = bytes.withUnsafeBytes { input in
      [UInt8](unsafeUninitializedCapacity: room) { output, filled in
        // zlib does not write to its input; its C type says that it may.
        stream.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        isDone = deflate(&stream, Z_SYNC_FLUSH) == Z_OK && stream.avail_in == 0
        filled = output.count - Int(stream.avail_out)
      }
    }
    guard isDone else { throw ArchiveError() }
    return packed
  }

  /// CRC-32 of the bytes behind those that have the given one.
  static func checksum(_ bytes: [UInt8], after checksum: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32(UInt(checksum), bytes, UInt32(bytes.count)))
  }
}
