// The room EventsTests.
