/// A picture in memory, 8 bit RGB, with the shapes a composition needs. Edges are smoothed by how
/// much of a pixel a shape covers.
struct Canvas {
  let width: Int
  let height: Int
  private(set) var pixels: ContiguousArray<UInt8>

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = ContiguousArray(repeating: 0, count: width * height * 3)
  }

  /// A vertical gradient over the whole picture.
  mutating func fill(from top: Colour, to bottom: Colour) {
    let (width, height) = (width, height)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for y in 0..<height {
        let colour = top.mixed(with: bottom, Double(y) / Double(max(height - 1, 1)))
        let bytes = (UInt8(colour.red), UInt8(colour.green), UInt8(colour.blue))
        var at = y * width * 3
        let end = at + width * 3
        while at < end {
          pixels[at] = bytes.0
          pixels[at + 1] = bytes.1
          pixels[at + 2] = bytes.2
          at += 3
        }
      }
    }
  }

  /// A disc, or with `thickness` a ring inside its rim.
  mutating func disc(
    x: Double, y: Double, radius: Double, thickness: Double? = nil, colour: Colour, opacity: Double
  ) {
    let inner = thickness.map { max(radius - $0, 0) } ?? -1
    let rows = max(Int(y - radius) - 1, 0)..<max(min(Int(y + radius) + 2, height), 0)
    guard rows.lowerBound < rows.upperBound else { return }
    for row in rows {
      let dy = Double(row) + 0.5 - y
      let half = ((radius + 1) * (radius + 1) - dy * dy).squareRoot()
      guard half > 0 else { continue }
      let from = max(Int(x - half), 0)
      let to = min(Int(x + half) + 1, width)
      guard from < to else { continue }
      let hollow = inner > 1 ? (inner - 1) * (inner - 1) - dy * dy : -1
      let skip = hollow > 0 ? hollow.squareRoot() : -1
      blend(row: row, from: from, to: to, colour: colour) { column in
        let dx = Double(column) + 0.5 - x
        if skip > 0, abs(dx) < skip { return 0 }
        let distance = (dx * dx + dy * dy).squareRoot()
        var cover = Self.clamped(radius - distance + 0.5)
        if inner >= 0 { cover *= Self.clamped(distance - inner + 0.5) }
        return cover * opacity
      }
    }
  }

  /// Everything below a line that has a height for every column.
  mutating func ground(colour: Colour, opacity: Double, height line: (Double) -> Double) {
    let tops = (0..<width).map { line(Double($0)) }
    let highest = max(Int(tops.min() ?? 0) - 1, 0)
    guard highest < height else { return }
    for row in highest..<height {
      blend(row: row, from: 0, to: width, colour: colour) { column in
        Self.clamped(Double(row) + 1 - tops[column]) * opacity
      }
    }
  }

  mutating func rectangle(
    x: Int, y: Int, width: Int, height: Int, colour: Colour, opacity: Double
  ) {
    for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
      blend(row: row, from: max(x, 0), to: min(x + width, self.width), colour: colour) { _ in
        opacity
      }
    }
  }

  /// A line with round ends.
  mutating func stroke(
    from a: StrokeFont.Point, to b: StrokeFont.Point, thickness: Double, colour: Colour
  ) {
    let reach = thickness / 2 + 1
    let rows =
      max(Int(min(a.y, b.y) - reach), 0)..<max(min(Int(max(a.y, b.y) + reach) + 1, height), 0)
    let from = max(Int(min(a.x, b.x) - reach), 0)
    let to = min(Int(max(a.x, b.x) + reach) + 1, width)
    guard rows.lowerBound < rows.upperBound, from < to else { return }
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = max(dx * dx + dy * dy, 1e-9)
    for row in rows {
      let py = Double(row) + 0.5 - a.y
      blend(row: row, from: from, to: to, colour: colour) { column in
        let px = Double(column) + 0.5 - a.x
        let along = min(max((px * dx + py * dy) / length, 0), 1)
        let (ex, ey) = (px - along * dx, py - along * dy)
        return Self.clamped(thickness / 2 + 0.5 - (ex * ex + ey * ey).squareRoot())
      }
    }
  }

  private static func clamped(_ value: Double) -> Double { value < 0 ? 0 : value > 1 ? 1 : value }

  private mutating func blend(
    row: Int, from: Int, to: Int, colour: Colour, cover: (Int) -> Double
  ) {
    guard from < to else { return }
    let width = width
    let (red, green, blue) = (colour.red, colour.green, colour.blue)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for column in from..<to {
        let share = cover(column)
        if share <= 0 { continue }
        let at = (row * width + column) * 3
        pixels[at] = Self.mix(pixels[at], red, share)
        pixels[at + 1] = Self.mix(pixels[at + 1], green, share)
        pixels[at + 2] = Self.mix(pixels[at + 2], blue, share)
      }
    }
  }

  private static func mix(_ old: UInt8, _ new: Double, _ share: Double) -> UInt8 {
    UInt8(Double(old) + (new - Double(old)) * share + 0.5)
  }
}
