import IntegrationCore

/// Reads the PNG files of the renderer with an inflater of its own: fixed Huffman codes only.
struct PNGReader {
  let width: Int
  let height: Int
  /// How many different colours the picture has.
  let colours: Int

  struct Broken: Error { let what: String }

  init(_ file: [UInt8]) throws {
    guard file.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) else {
      throw Broken(what: "signature")
    }
    func number(_ at: Int) -> Int { file[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
    var at = 8
    var data: [UInt8] = []
    var names: [String] = []
    var size = (0, 0)
    while at < file.count {
      let length = number(at)
      let name = String(decoding: file[(at + 4)..<(at + 8)], as: UTF8.self)
      guard CRC32.of(file[(at + 4)..<(at + 8 + length)]) == UInt32(number(at + 8 + length)) else {
        throw Broken(what: "checksum of \(name)")
      }
      if name == "IHDR" { size = (number(at + 8), number(at + 12)) }
      if name == "IDAT" { data += file[(at + 8)..<(at + 8 + length)] }
      names.append(name)
      at += 12 + length
    }
    guard names == ["IHDR", "IDAT", "IEND"] else { throw Broken(what: "chunks \(names)") }
    let rows = try Inflater.inflated(Array(data.dropFirst(2).dropLast(4)))
    let sum = data.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard Adler32.of(rows) == sum else { throw Broken(what: "Adler") }
    guard rows.count == (size.0 * 3 + 1) * size.1 else { throw Broken(what: "length") }
    (width, height) = size
    colours = Self.colours(of: rows, stride: size.0 * 3)
  }

  private static func colours(of rows: [UInt8], stride: Int) -> Int {
    var above = [UInt8](repeating: 0, count: stride)
    var seen: Set<Int> = []
    for start in Swift.stride(from: 0, to: rows.count, by: stride + 1) {
      var row = Array(rows[(start + 1)..<(start + 1 + stride)])
      for x in 0..<stride {
        row[x] &+= rows[start] == 2 ? above[x] : x >= 3 ? row[x - 3] : 0
      }
      for x in Swift.stride(from: 0, to: stride, by: 30) {
        seen.insert(Int(row[x]) << 16 | Int(row[x + 1]) << 8 | Int(row[x + 2]))
      }
      above = row
    }
    return seen.count
  }
}

private struct Inflater {
  private let bytes: [UInt8]
  private var at = 0

  static func inflated(_ bytes: [UInt8]) throws -> [UInt8] {
    var inflater = Inflater(bytes: bytes)
    return try inflater.run()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func bit() throws -> Int {
    guard at / 8 < bytes.count else { throw PNGReader.Broken(what: "end of bits") }
    defer { at += 1 }
    return Int(bytes[at / 8] >> UInt8(at % 8)) & 1
  }

  private mutating func bits(_ count: Int) throws -> Int {
    var value = 0
    for place in 0..<count { value |= try bit() << place }
    return value
  }

  private mutating func code(_ count: Int, after start: Int = 0) throws -> Int {
    var value = start
    for _ in 0..<count { value = value << 1 | (try bit()) }
    return value
  }

  private mutating func symbol() throws -> Int {
    let seven = try code(7)
    if seven < 0b001_1000 { return 256 + seven }
    let eight = try code(1, after: seven)
    if eight < 0b1100_0000 { return eight - 0b0011_0000 }
    if eight < 0b1100_1000 { return 280 + eight - 0b1100_0000 }
    return 144 + (try code(1, after: eight)) - 0b1_1001_0000
  }

  private mutating func run() throws -> [UInt8] {
    guard try bits(1) == 1, try bits(2) == 1 else { throw PNGReader.Broken(what: "block") }
    var out: [UInt8] = []
    while true {
      let symbol = try symbol()
      if symbol == 256 { return out }
      if symbol < 256 {
        out.append(UInt8(symbol))
        continue
      }
      let length = try length(of: symbol - 257)
      let place = try code(5)
      let extra = place < 4 ? 0 : (place - 2) / 2
      let base = place < 4 ? place + 1 : (2 + place % 2) << extra + 1
      let distance = base + (try bits(extra))
      guard distance <= out.count else { throw PNGReader.Broken(what: "distance") }
      for _ in 0..<length { out.append(out[out.count - distance]) }
    }
  }

  private mutating func length(of code: Int) throws -> Int {
    if code < 8 { return 3 + code }
    if code == 28 { return 258 }
    let extra = (code - 4) / 4
    return 3 + (4 + code % 4) << extra + (try bits(extra))
  }
}
