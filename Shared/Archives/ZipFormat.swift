import Kernel

/// The records of a ZIP archive (PKWARE's APPNOTE.TXT 6.3.10, chapter 4), of files whose sizes are
/// known only behind them.
enum ZipFormat {
  /// What a number of 32 bits cannot say is in a record of 64.
  static let tooLarge = UInt64(UInt32.max)
  private static let tooMany = UInt64(UInt16.max)
  /// Sizes follow the file, names are UTF-8.
  private static let flags: UInt16 = 1 << 3 | 1 << 11
  private static let deflated: UInt16 = 8
  /// Versions of the format: deflated files; numbers of 64 bits.
  private static let (plain, large): (UInt16, UInt16) = (20, 45)
  /// Unix, so that the rights below are read.
  private static let madeBy: UInt16 = 3 << 8 | 45
  /// A regular file that its owner writes and everybody reads.
  private static let rights: UInt32 = 0o100644 << 16

  /// Before a file.
  static func opening(_ name: String, at date: Instant) -> [UInt8] {
    var out = LittleEndian(0x0403_4b50)
    out.add(plain, flags, deflated, time(date), day(date))
    out.add(UInt32(0), UInt32(0), UInt32(0))
    out.add(UInt16(name.utf8.count), UInt16(0))
    return out.bytes + name.utf8
  }

  /// Behind a file.
  static func closing(_ file: ZipArchive.File) -> [UInt8] {
    var out = LittleEndian(0x0807_4b50)
    out.add(file.checksum, UInt32(file.packed), UInt32(file.size))
    return out.bytes
  }

  /// A file's line of the directory.
  static func line(_ file: ZipArchive.File, at date: Instant) -> [UInt8] {
    let isFar = file.start >= tooLarge
    var out = LittleEndian(0x0201_4b50)
    out.add(madeBy, isFar ? large : plain, flags, deflated, time(date), day(date))
    out.add(file.checksum, UInt32(file.packed), UInt32(file.size))
    // Lengths of name, further fields and remark; the disk; whether it is text.
    let name = file.name
    out.add(UInt16(name.utf8.count), isFar ? 12 : 0, UInt16(0), UInt16(0), UInt16(0))
    out.add(rights, isFar ? UInt32.max : UInt32(file.start))
    guard isFar else { return out.bytes + name.utf8 }
    var far = LittleEndian()
    far.add(UInt16(1), UInt16(8))
    far.add(file.start)
    return out.bytes + name.utf8 + far.bytes
  }

  /// The end of an archive whose directory, of so many files and bytes, begins at `start`.
  static func ending(files: UInt64, directory: UInt64, start: UInt64) -> [UInt8] {
    var out = LittleEndian()
    if files >= tooMany || start >= tooLarge || directory >= tooLarge {
      out.add(UInt32(0x0606_4b50))
      out.add(UInt64(44))
      out.add(madeBy, large)
      out.add(UInt32(0), UInt32(0))
      out.add(files, files, directory, start)
      out.add(UInt32(0x0706_4b50), UInt32(0))
      out.add(start + directory)
      out.add(UInt32(1))
    }
    out.add(UInt32(0x0605_4b50))
    out.add(UInt16(0), UInt16(0), UInt16(min(files, tooMany)), UInt16(min(files, tooMany)))
    out.add(UInt32(min(directory, tooLarge)), UInt32(min(start, tooLarge)))
    out.add(UInt16(0))
    return out.bytes
  }

  // MARK: MS-DOS's clock, in UTC

  private static func day(_ date: Instant) -> UInt16 {
    let (civil, _) = split(date)
    return UInt16((min(max(civil.year, 1980), 2107) - 1980) << 9 | civil.month << 5 | civil.day)
  }

  private static func time(_ date: Instant) -> UInt16 {
    let (_, second) = split(date)
    return UInt16((second / 3_600) << 11 | (second / 60 % 60) << 5 | second % 60 / 2)
  }

  private static func split(_ date: Instant) -> (CivilDate, second: Int64) {
    let seconds = max(date.microseconds, 0) / 1_000_000
    return (CivilDate(daysSinceEpoch: seconds / 86_400), seconds % 86_400)
  }
}

/// Numbers one behind another, their lowest byte first.
private struct LittleEndian {
  private(set) var bytes: [UInt8] = []

  init() {}

  init(_ signature: UInt32) { add(signature) }

  mutating func add<Number: FixedWidthInteger>(_ numbers: Number...) {
    for number in numbers {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }
}
