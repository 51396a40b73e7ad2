import Kernel
import TestKit
import TestTraits
import Testing

@testable import Archives

@Suite("A ZIP archive written in pieces", .timeLimit(.minutes(10)))
struct ZipArchiveTests {
  private let date = Instant(rfc3339: "2026-03-10T14:05:36Z") ?? Instant(microseconds: 0)

  /// Writes pieces one behind another, each by an archive that knows only what was told of the one
  /// before.
  private func archive(
    _ pieces: [(name: String, bytes: [UInt8])], largest: UInt64 = 1 << 31
  ) throws -> [UInt8] {
    var (out, files, size, open): ([UInt8], [ZipArchive.File], UInt64, ZipArchive.File?) =
      ([], [], 0, nil)
    func step(_ body: (inout ZipArchive) throws -> ZipArchive.Written) rethrows {
      var archive = ZipArchive(date: date, size: size, open: open, largest: largest)
      let written = try body(&archive)
      out += written.bytes
      if let finished = written.finished { files.append(finished) }
      (size, open) = (archive.size, archive.open)
    }
    for (name, bytes) in pieces { try step { try $0.add(bytes, to: name) } }
    step { $0.close() }
    #expect(size == UInt64(out.count))
    var last = ZipArchive(date: date, size: size, open: nil)
    for file in files { out += last.directory(of: [file]) }
    return out + last.end(files: Int64(files.count), directoryAt: size)
  }

  /// A line of name, date, size and rights for each file, each compared with its checksum.
  private static let listing = """
    import sys, zipfile
    with zipfile.ZipFile(sys.argv[1]) as archive:
        assert archive.testzip() is None
        for file in archive.infolist():
            print(file.filename, *file.date_time, file.file_size, file.external_attr >> 16)
            if file.file_size < 100: print(archive.read(file))
    """

  @Test("another program finds every file with what was added to it, whoever added the pieces")
  func readByOthers() throws {
    let noise = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let archive = try archive([
      ("manifest.json", Array("{}".utf8)), ("planner/keywords.jsonl", Array("{\"id\":1}\n".utf8)),
      ("planner/keywords.jsonl", Array("{\"id\":2}\n".utf8)),
      ("writer/leer.jsonl", []), ("writer/große Bilder/1.png", noise),
      ("writer/große Bilder/1.png", noise),
    ])
    let found = try Python.run(Self.listing, on: archive)
    #expect(
      found == """
        manifest.json 2026 3 10 14 5 36 2 33188
        b'{}'
        planner/keywords.jsonl 2026 3 10 14 5 36 18 33188
        b'{"id":1}\\n{"id":2}\\n'
        writer/leer.jsonl 2026 3 10 14 5 36 0 33188
        b''
        writer/große Bilder/1.png 2026 3 10 14 5 36 600000 33188

        """)
  }

  @Test("a file that grows too large is continued in another one")
  func parts() throws {
    let ten = Array("0123456789".utf8)
    let archive = try archive(
      [("a/rows.jsonl", ten), ("a/rows.jsonl", ten), ("a/rows.jsonl", ten), ("a/rows", ten)]
        + Array(repeating: ("a/rows", ten), count: 2), largest: 20)
    let lines = try Python.run(Self.listing, on: archive).split(separator: "\n")
    let found = lines.filter { $0.hasPrefix("a") }
    #expect(
      found.map { $0.split(separator: " ")[0] } == [
        "a/rows.jsonl", "a/rows-2.jsonl", "a/rows", "a/rows-2",
      ])
  }

  @Test("an archive of nothing is one")
  func empty() throws {
    #expect(try Python.run(Self.listing, on: archive([])) == "")
  }

  @Test("what 32 bits cannot say is said in 64, and other programs find it there")
  func large() throws {
    let script = """
      import io, struct, sys, zipfile
      bytes = open(sys.argv[1], 'rb').read()
      far = 5 << 30
      class Sparse(io.RawIOBase):
          # The archive's end, behind five gigabytes that nobody wrote.
          place = 0
          def seekable(self): return True
          def seek(self, to, whence=0):
              self.place = to + (0, self.place, far + len(bytes))[whence]
              return self.place
          def tell(self): return self.place
          def read(self, count=-1):
              at = self.place - far
              assert at >= 0
              piece = bytes[at:] if count < 0 else bytes[at:at + count]
              self.place += len(piece)
              return piece
      with zipfile.ZipFile(Sparse()) as archive:
          files = archive.infolist()
          print(len(files), files[0].header_offset, files[-1].filename)
      """
    let start: UInt64 = 5 << 30
    var archive = ZipArchive(date: date, size: start)
    let files = (0..<70_000).map {
      ZipArchive.File(
        source: "f\($0)", part: 1, checksum: 0, size: 0, packed: 0, start: (5 << 30) - 100)
    }
    let bytes =
      archive.directory(of: files) + archive.end(files: Int64(files.count), directoryAt: start)
    #expect(try Python.run(script, on: bytes) == "70000 5368709020 f69999\n")
    #expect(archive.size == start + UInt64(bytes.count))
  }
}
