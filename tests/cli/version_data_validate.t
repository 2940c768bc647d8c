# Data is judged by a suite, before and after it becomes a version; exit 3 says that it breaks it.

$ awk 'BEGIN { print "day,carrier,delay"; for (i = 0; i < 100; i++) print "2001-01-" 10 + i % 20 "," substr("AABB", i % 2 * 2 + 1, 2) "," (i * 37 % 101) / 4 }' > flights.csv
$ mlo version-data validate --infer flights.csv
mlo: suite/1
name: flights
expectations:
  - type: expect_table_columns_to_match_set
    column_set:
      - day
      - carrier
      - delay
  - type: expect_table_row_count_to_be_between
    min_value: 1
  - type: expect_column_values_to_be_of_type
    column: day
    type_: date
  - type: expect_column_values_to_not_be_null
    column: day
  - type: expect_column_values_to_be_between
    column: day
    min_value: "2001-01-10"
    max_value: "2001-01-29"
  - type: expect_column_values_to_be_of_type
    column: carrier
    type_: string
  - type: expect_column_values_to_not_be_null
    column: carrier
  - type: expect_column_values_to_be_in_set
    column: carrier
    value_set:
      - AA
      - BB
  - type: expect_column_values_to_be_of_type
    column: delay
    type_: real
  - type: expect_column_values_to_not_be_null
    column: delay
  - type: expect_column_values_to_be_between
    column: delay
    min_value: 0.0
    max_value: 25.0

$ cat > suite.yaml <<'EOF'
> mlo: suite/1
> name: flights
> expectations:
>   - {type: expect_table_columns_to_match_ordered_list, column_list: [day, carrier, delay]}
>   - {type: expect_column_values_to_not_be_null, column: carrier, mostly: 0.99}
>   - {type: expect_column_values_to_be_in_set, column: carrier, value_set: [AA, BB]}
>   - {type: expect_column_values_to_be_between, column: delay, min_value: 0, max_value: 30}
>   - {type: expect_column_mean_to_be_between, column: delay, max_value: 20}
>   - {type: expect_freshness, column: day, max_age: "50000d"}
> EOF
$ mlo version-data validate flights.csv --suite suite.yaml
EXPECTATION                          COLUMN   VERDICT  BOUND                    FOUND
table_columns_to_match_ordered_list           ok       are day, carrier, delay  ["day","carrier","delay"]
column_values_to_not_be_null         carrier  ok       (mostly 0.99)
column_values_to_be_in_set           carrier  ok       in AA, BB
column_values_to_be_between          delay    ok       >= 0, <= 30
column_mean_to_be_between            delay    ok       <= 20                    12.465
freshness                            day      ok       not older than 50000d    <time>
valid: flights.csv: 6 of 6 expectations hold; 100 rows

# Of a dataset: its manifest names the suite. Bad data does not become a version.
$ mlo init > /dev/null && git commit -qm init
$ mlo version-data validate
error: no dataset names a suite
hint: name one with `mlo version-data add PATH --suite FILE`
[1]
$ mlo version-data add flights.csv --validate
error: the dataset `flights.csv` names no suite
hint: propose one with `mlo version-data validate --infer flights.csv -o .mlo/suites/flights.csv.yaml`, name it with `mlo version-data add flights.csv --suite .mlo/suites/flights.csv.yaml`
[1]
$ mlo -q version-data add flights.csv --suite suite.yaml --validate -m 'data: flights'
EXPECTATION                          COLUMN   VERDICT  BOUND                    FOUND
table_columns_to_match_ordered_list           ok       are day, carrier, delay  ["day","carrier","delay"]
column_values_to_not_be_null         carrier  ok       (mostly 0.99)
column_values_to_be_in_set           carrier  ok       in AA, BB
column_values_to_be_between          delay    ok       >= 0, <= 30
column_mean_to_be_between            delay    ok       <= 20                    12.465
freshness                            day      ok       not older than 50000d    <time>
valid: flights.csv: 6 of 6 expectations hold; 100 rows
added flights.csv: 1 file, 1.9 kB, sha256:18ec1be86acb
committed <id>
$ mlo version-data validate | tail -n 1
valid: flights.csv: 6 of 6 expectations hold; 100 rows
$ printf '2001-02-01,ZZ,99\n2001-02-01,,-3\n' >> flights.csv
$ mlo version-data add flights.csv --validate
EXPECTATION                          COLUMN   VERDICT  BOUND                    FOUND
table_columns_to_match_ordered_list           ok       are day, carrier, delay  ["day","carrier","delay"]
column_values_to_not_be_null         carrier  ok       (mostly 0.99)            1 of 102 rows (0.98%)
column_values_to_be_in_set           carrier  failed   in AA, BB                1 of 101 rows (0.99%)
column_values_to_be_between          delay    failed   >= 0, <= 30              2 of 102 rows (1.96%)
column_mean_to_be_between            delay    ok       <= 20                    13.161764705882353
freshness                            day      ok       not older than 50000d    <time>
expect_column_values_to_be_in_set in AA, BB
  row 101: carrier = ZZ
expect_column_values_to_be_between >= 0, <= 30
  row 101: delay = 99.0
  row 102: delay = -3.0
invalid: flights.csv: 2 of 6 expectations failed; 102 rows
hint: nothing was added; see the rows with `mlo version-data validate PATH --suite FILE`
[3]
$ mlo version-data status
modified flights.csv  1 changed
$ mlo version-data validate flights.csv@HEAD | tail -n 1
valid: flights.csv@HEAD: 6 of 6 expectations hold; 100 rows

# For a CI server, for a browser, for a script.
$ mlo version-data validate flights.csv --suite suite.yaml --sample 1 --junit out/report.xml --html out/report.html | tail -n 1
invalid: flights.csv: 2 of 6 expectations failed; 102 rows
$ cat out/report.xml
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="6" failures="2" errors="0" skipped="0">
  <testsuite name="flights.csv" tests="6" failures="2" errors="0" skipped="0" timestamp="<time>">
    <testcase classname="flights.csv" name="expect_table_columns_to_match_ordered_list"/>
    <testcase classname="flights.csv" name="expect_column_values_to_not_be_null (carrier)"/>
    <testcase classname="flights.csv" name="expect_column_values_to_be_in_set (carrier)">
      <failure message="1 of 101 rows (0.99%)">in AA, BB
row 101: ZZ
</failure>
    </testcase>
    <testcase classname="flights.csv" name="expect_column_values_to_be_between (delay)">
      <failure message="2 of 102 rows (1.96%)">&gt;= 0, &lt;= 30
row 101: 99.0
</failure>
    </testcase>
    <testcase classname="flights.csv" name="expect_column_mean_to_be_between (delay)"/>
    <testcase classname="flights.csv" name="expect_freshness (day)"/>
  </testsuite>
</testsuites>
$ grep -c '<td>ZZ</td>' out/report.html && grep -c 'http' out/report.html
1
0
[1]
$ mlo version-data validate flights.csv --suite suite.yaml --json | head -n 12
{
  "success": false,
  "reports": [
    {
      "data": "flights.csv",
      "id": null,
      "suite": "flights",
      "when": "<time>",
      "rows": 102,
      "success": false,
      "failed": 2,
      "results": [

# Suites of Great Expectations.
$ cat > gx.json <<'EOF'
> {"name": "Flights", "expectations": [
>   {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "carrier", "regex": "^[A-Z]{2}$", "mostly": 0.9}, "meta": {}},
>   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "delay", "max_value": {"$PARAMETER": "most"}}, "meta": {}}],
>  "suite_parameters": {"most": 50}, "meta": {"great_expectations_version": "1.3.0"}}
> EOF
$ mlo version-data validate --import gx.json
mlo: suite/1
name: flights
expectations:
  - type: expect_column_values_to_match_regex
    column: carrier
    regex: "^[A-Z]{2}$"
    mostly: 0.9
  - type: expect_column_max_to_be_between
    column: delay
    max_value: 50
$ mlo version-data validate flights.csv --suite gx.json
EXPECTATION                   COLUMN   VERDICT  BOUND                            FOUND
column_values_to_match_regex  carrier  ok       matches ^[A-Z]{2}$ (mostly 0.9)
column_max_to_be_between      delay    failed   <= 50                            99
invalid: flights.csv: 1 of 2 expectations failed; 102 rows
[3]
$ sed -i 's/match_regex/match_rexeg/' gx.json && mlo version-data validate --import gx.json
error: gx.json: expectation 1: unknown expectation `expect_column_values_to_match_rexeg`; did you mean `expect_column_values_to_match_regex`?
[1]

# Another table: a dataset, or a path.
$ printf 'code\nAA\nBB\n' > carriers.csv
$ printf 'mlo: suite/1\nname: related\nexpectations:\n  - {type: expect_relationship, column: carrier, to: carriers.csv, field: code}\n' > related.yaml
$ mlo version-data validate flights.csv --suite related.yaml
EXPECTATION   COLUMN   VERDICT  BOUND                      FOUND
relationship  carrier  failed   in `code` of carriers.csv  1 of 101 rows (0.99%)
expect_relationship in `code` of carriers.csv
  row 101: carrier = ZZ
invalid: flights.csv: 1 of 1 expectation failed; 102 rows
[3]

# What cannot be judged has failed, whatever it is: nothing in a suite is SQL, and no path leads out.
$ cat > hostile.yaml <<'EOF'
> mlo: suite/1
> name: hostile
> expectations:
>   - {type: expect_relationship, column: carrier, to: ../../etc/passwd.csv, field: a}
>   - {type: expect_column_values_to_match_regex, column: carrier, regex: "(?=a)a"}
>   - {type: expect_column_values_to_match_regex, column: carrier, regex: "((a{1000}){1000}){1000}"}
>   - {type: expect_column_values_to_be_null, column: "x\") FROM read_csv('/etc/passwd'); --"}
>   - {type: expect_column_values_to_be_in_set, column: carrier, value_set: ["'); SELECT 1; --"], mostly: 0}
>   - {type: expect_column_to_exist, column: "\x1b[31m"}
> EOF
$ mlo version-data validate flights.csv --suite hostile.yaml --sample 0
EXPECTATION                   COLUMN                                VERDICT  BOUND                            FOUND
relationship                  carrier                               failed   in `a` of ../../etc/passwd.csv   `../../etc/passwd.csv` is neither a dataset nor a path below here
column_values_to_match_regex  carrier                               failed   matches (?=a)a                   `(?=a)a` is no regular expression for RE2
column_values_to_match_regex  carrier                               failed   matches ((a{1000}){1000}){1000}  `((a{1000}){1000}){1000}` is no regular expression for RE2
column_values_to_be_null      x") FROM read_csv('/etc/passwd'); --  failed                                    there is no column `x") FROM read_csv('/etc/passwd'); --`
column_values_to_be_in_set    carrier                               ok       in '); SELECT 1; -- (mostly 0)   101 of 101 rows (100%)
column_to_exist               \x1b[31m                              failed                                    there is no column `\x1b[31m`
invalid: flights.csv: 5 of 6 expectations failed; 102 rows
[3]
