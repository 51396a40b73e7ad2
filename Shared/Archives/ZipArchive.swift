import Kernel

/// A ZIP archive that is written front to back in pieces, any of which another process may add: all
/// that must be known of what was written is in this value.
///
/// Gives the bytes; keeps none. The extensions for large archives are used where numbers of 32 bits
/// do not do, and nowhere else.
package struct ZipArchive: Sendable, Equatable {
  /// A file of the archive.
  package struct File: Sendable, Equatable {
    /// As it was asked for.
    package let source: String
    /// 1, and more where one file would grow too large: then it is continued in another.
    package let part: Int64
    /// CRC-32 of what it holds.
    package internal(set) var checksum: UInt32 = 0
    /// Bytes, as they are and packed.
    package internal(set) var size: UInt64 = 0
    package internal(set) var packed: UInt64 = 0
    /// Where it begins in the archive.
    package let start: UInt64

    /// A file that was begun before.
    package init(
      source: String, part: Int64, checksum: UInt32, size: UInt64, packed: UInt64, start: UInt64
    ) {
      (self.source, self.part, self.start) = (source, part, start)
      (self.checksum, self.size, self.packed) = (checksum, size, packed)
    }

    init(_ source: String, part: Int64, start: UInt64) {
      (self.source, self.part, self.start) = (source, part, start)
    }

    /// An empty file takes any piece.
    fileprivate func has(roomFor bytes: Int, of largest: UInt64) -> Bool {
      size == 0 || size + UInt64(bytes) <= largest
    }

    /// In the archive: the second part of `a/rows.jsonl` is `a/rows-2.jsonl`.
    package var name: String {
      guard part > 1 else { return source }
      guard let dot = source.lastIndex(of: ".") else { return "\(source)-\(part)" }
      return "\(source[..<dot])-\(part)\(source[dot...])"
    }
  }

  /// Every file's date.
  package let date: Instant
  /// Bytes so far.
  package private(set) var size: UInt64
  /// The file that is being written, the last one begun.
  package private(set) var open: File?
  /// Bytes of one file, from which on it is continued in another.
  let largest: UInt64

  /// 2 GiB, so that sizes fit into 32 bits whatever the last piece adds.
  private static let largestFile: UInt64 = 1 << 31

  /// An archive of which nothing was written yet, or of which so much was.
  package init(date: Instant, size: UInt64 = 0, open: File? = nil) {
    self.init(date: date, size: size, open: open, largest: Self.largestFile)
  }

  init(date: Instant, size: UInt64 = 0, open: File? = nil, largest: UInt64) {
    (self.date, self.size, self.open, self.largest) = (date, size, open, largest)
  }

  /// The archive's next bytes.
  package struct Written: Sendable {
    package let bytes: [UInt8]
    /// A file that is complete now, for the directory.
    package let finished: File?
  }

  /// Adds to a file; another name than before begins another file. A name must not come back.
  /// - Parameter bytes: 1 GiB at most.
  /// - Throws: `ArchiveError` when memory is missing; then nothing was added.
  package mutating func add(_ bytes: [UInt8], to name: String) throws(ArchiveError) -> Written {
    let packed = try Deflate.piece(bytes)
    var (out, finished, part): ([UInt8], File?, Int64) = ([], nil, 1)
    let goesOn =
      open.map { $0.source == name && $0.has(roomFor: bytes.count, of: largest) } ?? false
    if let open, !goesOn {
      (out, finished) = (ending(open), closed(open))
      if open.source == name { part = open.part + 1 }
    }
    var file: File
    if let open, goesOn {
      file = open
    } else {
      file = File(name, part: part, start: size + UInt64(out.count))
      out += ZipFormat.opening(file.name, at: date)
    }
    file.checksum = Deflate.checksum(bytes, after: file.checksum)
    file.size += UInt64(bytes.count)
    file.packed += UInt64(packed.count)
    out += packed
    (open, size) = (file, size + UInt64(out.count))
    return Written(bytes: out, finished: finished)
  }

  /// Ends the last file; the directory comes next.
  package mutating func close() -> Written {
    guard let last = open else { return Written(bytes: [], finished: nil) }
    let out = ending(last)
    (open, size) = (nil, size + UInt64(out.count))
    return Written(bytes: out, finished: closed(last))
  }

  /// Lines of the directory, which has one for each file in the order of the files.
  package mutating func directory(of files: [File]) -> [UInt8] {
    let out = files.flatMap { ZipFormat.line($0, at: date) }
    size += UInt64(out.count)
    return out
  }

  /// The archive's last bytes, behind a directory of so many files that begins at `start`.
  package mutating func end(files: Int64, directoryAt start: UInt64) -> [UInt8] {
    let out = ZipFormat.ending(
      files: UInt64(max(files, 0)), directory: size - start, start: start)
    size += UInt64(out.count)
    return out
  }

  private func closed(_ file: File) -> File {
    var file = file
    file.packed += UInt64(Deflate.end.count)
    return file
  }

  private func ending(_ file: File) -> [UInt8] { Deflate.end + ZipFormat.closing(closed(file)) }
}
