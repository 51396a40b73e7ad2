"""Counts what a `swift test` run did. Prints `PASSED FAILED`, then what the failures say, line by line.

A run prints two closings, one of XCTest and one of Swift Testing. A runner that crashed leaves out
a closing or exits with an error that no failed test explains: that counts as one failure.
"""

import re
import sys

XCTEST = re.compile(r"^\s*Executed (\d+) tests?, with (?:(\d+) tests? skipped and )?(\d+) failures?")
OUTER_SUITE = re.compile(r"^Test Suite '(All tests|Selected tests)' (passed|failed)")
XCTEST_CASE_FAILED = re.compile(r"^Test Case '.*' failed \(")
TESTING = re.compile(r"Test run with (\d+) tests?(?: in \d+ suites?)? (passed|failed) after")
TEST_FAILED = re.compile(r'^\S+ +Test (?!run with )(?:".*"|\S+)(?: with \d+ test cases?)? failed after ')
TEST_SKIPPED = re.compile(r'^\S+ +Test (?:".*"|\S+) skipped\b')
FAILURE = re.compile(r"^✘ Test (?!run with )|: error: |Fatal error: |^error: |unexpected signal|(?:ERROR|WARNING|SUMMARY): \w+Sanitizer")
CONTINUED = re.compile(r"^\s*↳ ")


def count(lines, status):
    passed = failed = 0
    testing_closed = False
    outer = False
    failed_cases = failed_tests = skipped_tests = 0
    for line in lines:
        if OUTER_SUITE.match(line):
            outer = True
        elif outer and (found := XCTEST.match(line)):
            outer = False
            ran, skipped = int(found[1]), int(found[2] or 0)
            failures = min(int(found[3]), failed_cases) if failed_cases else int(found[3])
            passed += ran - skipped - failures
            failed += failures
        elif XCTEST_CASE_FAILED.match(line):
            failed_cases += 1
        elif TEST_FAILED.match(line):
            failed_tests += 1
        elif TEST_SKIPPED.match(line):
            skipped_tests += 1
        elif found := TESTING.search(line):
            testing_closed = True
            ran = int(found[1])
            failures = failed_tests if found[2] == "passed" else max(1, failed_tests)
            passed += max(0, ran - failures - skipped_tests)
            failed += failures
            failed_tests = skipped_tests = 0
    if not testing_closed:
        failed += max(1, failed_tests)
    elif status != 0 and failed == 0:
        failed = 1
    return passed, failed


def failures(lines, most=40):
    """The lines that tell what failed and why: a reader of a long log has only its end."""
    told = []
    telling = False
    for line in lines:
        telling = bool(FAILURE.search(line) or (telling and CONTINUED.match(line)))
        if telling:
            told.append(line.rstrip())
    return told[:most]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        lines = log.read().splitlines()
    counted = count(lines, int(sys.argv[2]))
    print(*counted)
    if counted[1]:
        print("\n".join(failures(lines) or ["its log does not say what"]))
