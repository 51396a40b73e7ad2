import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("values of statements", .inTurn, .timeLimit(.minutes(10)))
struct ValueTests {
  private func one(_ sql: String, _ values: SQLValue...) async throws -> Row {
    let world = try await Demo.world()
    return try await world.database.run(Statement("value.one", sql), values, in: .none).one()
  }

  @Test("whole numbers come back as they went in, whatever the width of the column")
  func integers() async throws {
    let row = try await one(
      "SELECT $1::smallint, $2::integer, $3::bigint, $4::numeric, $5::bigint, $6::float8",
      .int(-7), .int(70_000), .int(.max), .int(12_345_678), .int(.min), .int(3))
    #expect(try (0..<5).map { try row.int($0) } == [-7, 70_000, .max, 12_345_678, .min])
    #expect(try row.double(5) == 3)
  }

  @Test("texts come back as they went in", arguments: ["", "héllo 🌍", "a'b\\c\"d", "line\nline"])
  func texts(text: String) async throws {
    let row = try await one(
      "SELECT $1::text, $2::varchar, to_jsonb($3::text)", .text(text), .text(text), .text(text))
    #expect(try row.text(0) == text)
    #expect(try row.text(1) == text)
    #expect(try row.withBytes(0) { $0?.count } == text.utf8.count)
  }

  @Test("text fills every place that can be read from text")
  func textForms() async throws {
    let row = try await one(
      "SELECT $1::uuid, $2::date, $3::numeric(10,2), $4::jsonb, $5::json, $6::uuid[]",
      .text("0189d1c2-0000-4000-8000-00000000000a"), .text("2026-01-31"), .text("12.5"),
      .json(#"{"a": [1, 2]}"#), .json(#"{"b":1}"#),
      .texts(["0189d1c2-0000-4000-8000-00000000000a"]))
    #expect(try row.text(0) == "0189d1c2-0000-4000-8000-00000000000a")
    #expect(try row.text(1) == "2026-01-31")
    #expect(try row.date(1) == CivilDate(year: 2026, month: 1, day: 31))
    #expect(try row.text(2) == "12.50")
    #expect(try row.json(3) == #"{"a": [1, 2]}"#)
    #expect(try row.json(4) == #"{"b":1}"#)
  }

  @Test(
    "numerics are read as text and as hundredths",
    arguments: [
      ("0.00", Int64(0)), ("12.34", 1_234), ("-0.05", -5), ("100000000.10", 10_000_000_010),
      ("99999.99", 9_999_999), ("-123456789.00", -12_345_678_900), ("0.50", 50),
    ])
  func numerics(text: String, hundredths: Int64) async throws {
    let row = try await one("SELECT $1::numeric(20,2)", .text(text))
    #expect(try row.text(0) == text)
    #expect(try row.hundredths(0) == hundredths)
  }

  @Test("a numeric of tenths of a cent is not hundredths")
  func tooFine() async throws {
    let row = try await one("SELECT 1.005::numeric")
    #expect(try row.text(0) == "1.005")
    #expect(throws: PostgresError.self) { try row.hundredths(0) }
  }

  @Test("doubles and booleans come back as they went in")
  func doubles() async throws {
    let row = try await one(
      "SELECT $1::float8, $2::real, $3::bool, $4::bool, $5::numeric", .double(-0.1), .double(1.5),
      .bool(true), .bool(false), .double(2.25))
    #expect(try row.double(0) == -0.1)
    #expect(try row.double(1) == 1.5)
    #expect(try row.bool(2))
    #expect(try row.bool(3) == false)
    #expect(try row.text(4) == "2.25")
  }

  @Test(
    "instants keep their microseconds",
    arguments: ["1969-07-20T20:17:40Z", "2000-01-01T00:00:00Z", "2026-11-21T05:00:00.000001Z"])
  func instants(text: String) async throws {
    let instant = try #require(Instant(rfc3339: text))
    let row = try await one(
      "SELECT $1::timestamptz, $1::timestamptz = $2::text::timestamptz", .instant(instant),
      .text(text))
    #expect(try row.instant(0) == instant)
    #expect(try row.bool(1))
  }

  @Test("bytes and arrays come back as they went in")
  func arrays() async throws {
    let bytes = (0...255).map { UInt8($0) }
    let row = try await one(
      "SELECT $1::bytea, $2::bigint[], $3::text[], $4::bigint[], $5::int[], $6::text[]",
      .bytes(bytes), .ints([1, -2, .max]), .texts(["a", "", "ü{},\"\\"]), .ints([]),
      .ints([5, 6]), .texts([]))
    #expect(try row.bytes(0) == bytes)
    #expect(try row.ints(1) == [1, -2, .max])
    #expect(try row.texts(2) == ["a", "", "ü{},\"\\"])
    #expect(try row.ints(3) == [])
    #expect(try row.ints(4) == [5, 6])
    #expect(try row.texts(5) == [])
  }

  @Test("NULL is nil for the optional getters and refused by the others")
  func nulls() async throws {
    let row = try await one(
      """
      SELECT $1::bigint AS i, $2::text AS t, $3::bool AS b, $4::timestamptz AS at, $5::bytea AS y,
        $6::bigint[] AS l
      """, .int(Int64?.none), .text(String?.none), .null, .instant(nil), .bytes(nil), .ints(nil))
    #expect(try row.optionalInt("i") == nil)
    #expect(try row.optionalText("t") == nil)
    #expect(try row.optionalBool("b") == nil)
    #expect(try row.optionalInstant("at") == nil)
    #expect(try row.optionalBytes("y") == nil)
    #expect(try row.withBytes(0) { $0 == nil })
    #expect(throws: PostgresError.self) { try row.int("i") }
  }

  @Test("a column that is not there or of another type is refused")
  func wrongColumns() async throws {
    let row = try await one("SELECT 1::bigint AS number, 'x' AS word")
    #expect(throws: PostgresError.self) { try row.int(2) }
    #expect(throws: PostgresError.self) { try row.int("nothing") }
    #expect(throws: PostgresError.self) { try row.text("number") }
    #expect(throws: PostgresError.self) { try row.int("word") }
    #expect(throws: PostgresError.self) { try row.bool(0) }
  }

  @Test("a value that does not fit its place is refused before anything is sent")
  func misfits() async throws {
    let world = try await Demo.world(sessions: 1)
    let narrow = Statement("value.narrow", "SELECT $1::smallint")
    let wide = await failure {
      _ = try await world.database.run(narrow, [.int(40_000)], in: .none)
    }
    #expect(wide?.kind == .value)
    #expect(wide?.statement == "value.narrow")
    let missing = await failure { _ = try await world.database.run(narrow, [], in: .none) }
    #expect(missing?.kind == .value)
    let fits = try await world.database.run(narrow, [.int(4)], in: .none)
    #expect(try fits.one().int(0) == 4)
  }

  @Test("rows are counted, whether returned or changed")
  func counts() async throws {
    let world = try await Demo.world()
    let many = Statement("value.many", "SELECT generate_series(1, $1::bigint)")
    let rows = try await world.database.run(many, [.int(1_000)], in: .none)
    #expect(try rows.map { try $0.int(0) } == (1...1_000).map { Int64($0) })
    let insert = Statement(
      "value.insert", "INSERT INTO notes SELECT n, 'x' FROM generate_series(1, 5) n")
    let inserted = try await world.database.run(insert, in: .none)
    #expect(inserted.rowsAffected == 5)
    #expect(inserted.isEmpty)
  }
}
