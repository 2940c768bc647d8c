# Who is asked for, and when; each flight gets the weather that was known when it left.

$ mlo -q init && mkdir -p .mlo/features data
made `.mlo` in <dir>
$ cat > .mlo/features/airport.yaml <<'Y'
> mlo: entity/1
> name: airport
> keys: [{name: airport, type: string}]
> Y
$ cat > .mlo/features/weather.yaml <<'Y'
> mlo: view/1
> name: weather
> entities: [airport]
> ttl: 6h
> source:
>   path: data/weather.csv
>   timestamp_field: observed
>   created_timestamp_column: published
>   field_mapping: {station: airport}
>   null_values: NA
> features:
>   - {name: temp, dtype: real}
>   - {name: sky, dtype: string}
> Y
$ cat > .mlo/features/history.yaml <<'Y'
> mlo: view/1
> name: history
> entities: [airport]
> source:
>   sql: |
>     SELECT airport, day + INTERVAL 1 DAY AS since, avg(delay) AS mean_delay
>     FROM flights GROUP BY ALL
>   tables: {flights: data/flights.csv}
>   timestamp_field: since
> features: [{name: mean_delay, dtype: real}]
> Y
$ cat > .mlo/features/delay.yaml <<'Y'
> mlo: service/1
> name: delay
> features: ["weather:temp", "weather:sky", "history:mean_delay"]
> Y
$ printf '%s\n' station,observed,published,temp,sky 'JFK,2013-01-02 05:00,2013-01-02 05:30,39,clear' 'JFK,2013-01-02 06:00,2013-01-02 09:30,NA,rain' 'LGA,2013-01-02T05:00:00+02:00,2013-01-02 05:10,40,"fog, rain"' > data/weather.csv
$ printf '%s\n' airport,day,delay JFK,2013-01-01,3 JFK,2013-01-01,5 LGA,2013-01-01,7 JFK,2013-01-02,99 > data/flights.csv
$ printf '%s\n' id,airport,event_timestamp '007,JFK,2013-01-02 05:29' '008,JFK,2013-01-02 05:30' '008,JFK,2013-01-02 10:00' '009,LGA,2013-01-02 09:01' '010,,2013-01-02 09:01' '011,EWR,2013-01-02 09:01' > flights.csv
$ mlo materialize train flights.csv delay -o train.csv
VIEW     COLUMNS     READ  FOUND  TOO OLD  NOT FOUND
weather  temp, sky      3      2        1          3
history  mean_delay     3      4        0          2
wrote train.csv: 6 rows
$ cat train.csv
id,airport,event_timestamp,temp,sky,mean_delay
007,JFK,2013-01-02 05:29,,,4.0
008,JFK,2013-01-02 05:30,39.0,clear,4.0
008,JFK,2013-01-02 10:00,,rain,4.0
009,LGA,2013-01-02 09:01,,,7.0
010,,2013-01-02 09:01,,,
011,EWR,2013-01-02 09:01,,,

# Feast lets a row answer before it was written: flight 007 sees what nobody knew.
$ mlo materialize train flights.csv weather:temp -o feast.csv --feast-compat --full-names
VIEW     COLUMNS        READ  FOUND  TOO OLD  NOT FOUND
weather  weather__temp     3      3        1          2
wrote feast.csv: 6 rows
$ head -n 2 feast.csv
id,airport,event_timestamp,weather__temp
007,JFK,2013-01-02 05:29,39.0
$ mlo materialize train flights.csv weather:temp -o train.parquet --json
{
  "output": "train.parquet",
  "rows": 6,
  "views": [
    {
      "name": "weather",
      "columns": [
        "temp"
      ],
      "rows_read": 3,
      "rows_skipped": 0,
      "present": 2,
      "outside_ttl": 1,
      "not_found": 3
    }
  ]
}

# A spine that calls its columns otherwise, and one that has a column of a feature's name.
$ sed 's/airport,event_timestamp/origin,left/' flights.csv > renamed.csv
$ mlo materialize train renamed.csv weather:temp --map airport=origin --timestamp left -o train.csv
VIEW     COLUMNS  READ  FOUND  TOO OLD  NOT FOUND
weather  temp        3      2        1          3
wrote train.csv: 6 rows
$ sed 's/id,/Temp,/' flights.csv > same.csv
$ mlo materialize train same.csv weather:temp -o train.csv
error: two columns named `temp`: of `same.csv` and of view `weather`
hint: `--full-names` calls them `view__feature`
[1]
$ mlo materialize train same.csv weather:temp -o train.csv --full-names
VIEW     COLUMNS        READ  FOUND  TOO OLD  NOT FOUND
weather  weather__temp     3      2        1          3
wrote train.csv: 6 rows
$ head -n 2 train.csv
Temp,airport,event_timestamp,weather__temp
007,JFK,2013-01-02 05:29,

# What cannot be used is named.
$ mlo materialize train flights.csv dealy -o train.csv
error: no service named `dealy`
hint: did you mean `delay`?
[1]
$ mlo materialize train flights.csv weather:tmp -o train.csv
error: view `weather` has no feature `tmp`
hint: it has temp, sky
[1]
$ mlo materialize train flights.csv wether:temp -o train.csv
error: no view named `wether`
hint: did you mean `weather`?
[1]
$ mlo materialize train flights.csv delay
error: nowhere to write
hint: add `-o train.parquet`
[2]
$ mlo materialize train flights.csv delay -o train.xlsx
error: cannot write `train.xlsx`: it ends neither in .parquet nor in .csv
[2]
$ mlo materialize train nowhere.csv delay -o train.csv
error: no file `nowhere.csv`
[1]
$ mlo materialize train flights.csv delay -o train.csv --map airport
error: `airport` is not KEY=COLUMN
[2]
$ mlo materialize train flights.csv delay -o train.csv --timestamp left
error: `flights.csv` has no column `left`
hint: it has id, airport, event_timestamp; `--timestamp COLUMN` names another
[1]
$ echo 'JFK,noon,,1,clear' >> data/weather.csv
$ mlo materialize train flights.csv delay -o train.csv
error: view `weather`: row 4 of `data/weather.csv`: column `observed`: `noon` is no timestamp
hint: times look like <time>, as UTC or with an offset
[1]
$ sed -i 's/FROM flights/FROM read_csv("data\/flights.csv")/' .mlo/features/history.yaml
$ mlo materialize train flights.csv history:mean_delay -o train.csv
error: view `history`: the query failed: `read_csv` may not be used
hint: write one SELECT over the tables that the view names
[1]
