#include "lib/util/utc_time.hpp"

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("a time has one spelling, and text order is time order", "[util]") {
  CHECK(format_utc(UtcTime::from_micros(981'173'106'000'001)) == "2001-02-03T04:05:06.000001Z");
  CHECK(format_utc(UtcTime()) == "1970-01-01T00:00:00.000000Z");
  CHECK(format_utc(UtcTime::from_micros(-1)) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_utc_short(UtcTime::from_seconds(981'173'106)) == "2001-02-03 04:05:06");
  CHECK(format_utc(UtcTime::from_seconds(951'782'400)) == "2000-02-29T00:00:00.000000Z");
}

TEST_CASE("every spelling of the same moment reads as that moment", "[util]") {
  const UtcTime moment = UtcTime::from_micros(981'173'106'500'000);
  for (const char* text : {"2001-02-03T04:05:06.500000Z", "2001-02-03T04:05:06.5Z", "2001-02-03T06:05:06.5+02:00",
                           "2001-02-02T22:35:06.50-0530"}) {
    INFO(text);
    CHECK(parse_utc(text) == moment);
  }
  CHECK(parse_utc("2001-02-03T04:05:06Z") == UtcTime::from_seconds(981'173'106));
  for (const std::int64_t micros :
       {INT64_C(0), INT64_C(-1), INT64_C(253'402'300'799'999'999), INT64_C(-62'167'219'200'000'000)}) {
    CHECK(parse_utc(format_utc(UtcTime::from_micros(micros))) == UtcTime::from_micros(micros));
  }
}

TEST_CASE("a time without a zone, or that does not exist, is nothing", "[util]") {
  for (const char* text : {"",
                           "2001-02-03",
                           "2001-02-03T04:05:06",
                           "2001-02-29T00:00:00Z",
                           "2001-13-01T00:00:00Z",
                           "2001-00-01T00:00:00Z",
                           "2001-02-03T24:00:00Z",
                           "2001-02-03T04:60:00Z",
                           "2001-02-03T04:05:60Z",
                           "2001-02-03T04:05:06.Z",
                           "2001-02-03T04:05:06.1234567Z",
                           "2001-02-03T04:05:06Zx",
                           "2001-02-03T04:05:06+24:00",
                           "2001-02-03T04:05:06+2:00",
                           "2001-02-03T04:05:06+",
                           "01-02-03T04:05:06Z",
                           "9999-12-31T23:59:59-00:01",
                           "0000-01-01T00:00:00+00:01",
                           "2001/02/03T04:05:06Z",
                           "2001-02-03T04:05:-6Z"}) {
    INFO(text);
    CHECK_FALSE(parse_utc(text));
  }
}

TEST_CASE("times before 1970 round down, not towards zero", "[util]") {
  CHECK(UtcTime::from_micros(-1).seconds() == -1);
  CHECK(UtcTime::from_micros(-1).millis() == -1);
  CHECK(UtcTime::from_micros(-1'000'000).seconds() == -1);
}
