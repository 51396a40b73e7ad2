"""Counts what a run of Swift Testing did, and finds what its failures say.

A runner that crashed leaves out its closing or exits with an error that no failed test explains: that
counts as one failure. So does one that was ended before it was through.
"""

import collections
import re

CLOSING = re.compile(r"Test run with (\d+) tests?(?: in \d+ suites?)? (passed|failed) after")
TEST_FAILED = re.compile(r'^\S+ +Test (?!run with )(?:".*"|\S+)(?: with \d+ test cases?)? failed after ')
TEST_SKIPPED = re.compile(r'^\S+ +Test (?:".*"|\S+) skipped\b')
STARTED = re.compile(r'^\S+ +Test (?!run started)(?!case )(".*"|\S+) started\.$')
ENDED = re.compile(r'^\S+ +Test (?!run with )(".*"|\S+?)(?: with \d+ test cases?)? (?:passed|failed) after ')
FAILURE = re.compile(r"^✘ Test (?!run with )|^✘ Suite .* recorded an issue|: error: |Fatal error: |^error: |unexpected signal|(?:ERROR|WARNING|SUMMARY): \w+Sanitizer")
CONTINUED = re.compile(r"^\s*↳ ")


def count(lines, status):
    passed = failed = 0
    is_closed = False
    failed_tests = skipped_tests = 0
    for line in lines:
        if TEST_FAILED.match(line):
            failed_tests += 1
        elif TEST_SKIPPED.match(line):
            skipped_tests += 1
        elif found := CLOSING.search(line):
            is_closed = True
            ran = int(found[1])
            failures = failed_tests if found[2] == "passed" else max(1, failed_tests)
            passed += max(0, ran - failures - skipped_tests)
            failed += failures
            failed_tests = skipped_tests = 0
    if not is_closed:
        failed += max(1, failed_tests)
    elif status != 0 and failed == 0:
        failed = 1
    return passed, failed


def unfinished(lines):
    """The tests that began and did not end, in the order in which they began."""
    going = collections.Counter()
    for line in lines:
        if found := STARTED.match(line):
            going[found[1]] += 1
        elif found := ENDED.match(line):
            going[found[1]] -= 1
    return [name for name, times in going.items() if times > 0]


def failures(lines, most=40):
    """The lines that tell what failed and why: a reader of a long log has only its end."""
    told = []
    telling = False
    for line in lines:
        telling = bool(FAILURE.search(line) or (telling and CONTINUED.match(line)))
        if telling:
            told.append(line.rstrip())
    return told[:most]
