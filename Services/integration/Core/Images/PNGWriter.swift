/// Writes a canvas as a PNG file (ISO/IEC 15948): 8 bit RGB.
enum PNGWriter {
  static func png(_ canvas: Canvas) -> [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    let header =
      bigEndian(UInt32(canvas.width)) + bigEndian(UInt32(canvas.height)) + [8, 2, 0, 0, 0]
    file += chunk("IHDR", header)
    let rows = filtered(canvas)
    var data: [UInt8] = [0x78, 0x5e]
    data += Deflate.compressed(rows, rowLength: canvas.width * 3 + 1)
    data += bigEndian(Adler32.of(rows))
    file += chunk("IDAT", data)
    file += chunk("IEND", [])
    return file
  }

  /// Bytes against the pixel to the left, or against the row above where that leaves less: the
  /// ground has one colour a row, so most rows become zeros but for the edges of shapes.
  private static func filtered(_ canvas: Canvas) -> [UInt8] {
    let stride = canvas.width * 3
    let height = canvas.height
    return [UInt8](unsafeUninitializedCapacity: (stride + 1) * height) { rows, count in
      canvas.pixels.withUnsafeBufferPointer { pixels in
        for y in 0..<height {
          let row = y * stride
          let isUp = y > 0 && changes(pixels, row, stride, 3) > changes(pixels, row, stride, stride)
          let out = y * (stride + 1)
          rows[out] = isUp ? 2 : 1
          let back = isUp ? stride : 3
          for x in 0..<stride {
            let before = isUp || x >= 3 ? pixels[row + x - back] : 0
            rows[out + 1 + x] = pixels[row + x] &- before
          }
        }
      }
      count = (stride + 1) * height
    }
  }

  /// How often the difference to the byte `back` before changes along a row.
  private static func changes(
    _ pixels: UnsafeBufferPointer<UInt8>, _ row: Int, _ stride: Int, _ back: Int
  ) -> Int {
    var count = 0
    var last = (pixels[row] &- pixels[max(row - back, 0)])
    var at = row + 3
    while at < row + stride {
      let difference = pixels[at] &- pixels[at - back]
      if difference != last { count += 1 }
      last = difference
      at += 3
    }
    return count
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(CRC32.of(body))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
