# The online store holds the latest row of each key.

$ mlo -q init && mkdir -p .mlo/features data
made `.mlo` in <dir>
$ mlo materialize
no views are defined in .mlo/features
$ mlo materialize status
no views are defined in .mlo/features
$ printf '%s\n' 'mlo: entity/1' 'name: airport' 'keys: [{name: airport, type: string}]' > .mlo/features/airport.yaml
$ cat > .mlo/features/weather.yaml <<'Y'
> mlo: view/1
> name: weather
> entities: [airport]
> source: {path: data/weather*.csv, timestamp_field: observed}
> features: [{name: temp, dtype: real}, {name: sky, dtype: string}]
> Y
$ sed 's/name: weather/name: recent/; s/^source/ttl: 6h\nsource/' .mlo/features/weather.yaml > .mlo/features/recent.yaml
$ printf '%s\n' 'mlo: service/1' 'name: delay' 'features: ["weather:temp", "weather:sky", "recent:temp"]' > .mlo/features/delay.yaml
$ printf '%s\n' airport,observed,temp,sky 'JFK,2001-01-02 05:00,39,clear' 'JFK,2001-01-02 06:00,,rain' 'LGA,2001-01-02 05:00,40,fog' > data/weather-1.csv
$ mlo materialize get weather:temp --key airport=JFK
error: view `weather` is not materialized
hint: mlo materialize weather
[1]
$ mlo materialize plan
VIEW     ACTION   FILES   SIZE  WHY
recent   rebuild      1  111 B  not materialized yet
weather  rebuild      1  111 B  not materialized yet
$ mlo materialize
VIEW     DONE     READ  KEYS  NEWEST               WHY
recent   rebuilt     3     2  <time>  not materialized yet
weather  rebuilt     3     2  <time>  not materialized yet
$ mlo materialize
VIEW     DONE        READ  KEYS  NEWEST               WHY
recent   up to date     0     2  <time>
weather  up to date     0     2  <time>
$ mlo materialize get delay --key airport=JFK --key airport=EWR --full-names
airport  FEATURE        VALUE  STATUS           EVENT
JFK      weather__temp  -      NULL_VALUE       <time>
JFK      weather__sky   rain   PRESENT          <time>
JFK      recent__temp   -      OUTSIDE_MAX_AGE  <time>
EWR      weather__temp  -      NOT_FOUND        -
EWR      weather__sky   -      NOT_FOUND        -
EWR      recent__temp   -      NOT_FOUND        -
$ mlo materialize get recent:temp --key airport=LGA --at 2001-01-02T10:00:00Z
airport  FEATURE  VALUE  STATUS   EVENT
LGA      temp     40     PRESENT  2001-01-02 05:00:00
$ mlo materialize get recent:temp --key airport=LGA --at 2001-01-02
airport  FEATURE  VALUE  STATUS           EVENT
LGA      temp     -      OUTSIDE_MAX_AGE  2001-01-02 05:00:00
$ mlo materialize get recent:temp --key airport=LGA --at noon
error: `noon` is neither a day nor a time with zone
hint: 2013-07-01, or 2013-07-01T12:00:00Z
[2]

# A row that comes late does not win, a correction does; the other file is not read again.
$ printf '%s\n' airport,observed,temp,sky 'LGA,2001-01-01 05:00,1,late' 'EWR,2001-01-01 05:00,2,fresh' > data/weather-0.csv
$ mlo materialize plan weather --json
{
  "views": [
    {
      "name": "weather",
      "action": "merge",
      "reasons": [
        "`data/weather-0.csv` new"
      ],
      "files": [
        {
          "path": "data/weather-0.csv",
          "bytes": 83,
          "digest": "sha256:bb992c302ed828cc0a5b76611273613bcc72c73f43fa50630bc397678b95340b"
        }
      ]
    }
  ],
  "removed": []
}
$ mlo materialize weather
VIEW     DONE    READ  KEYS  NEWEST               WHY
weather  merged     2     3  <time>  `data/weather-0.csv` new
$ printf '%s\n' airport,observed,temp,sky 'JFK,2001-01-02 06:00,38.5,rain' 'LGA,2001-01-02 05:00,40,fog' > data/weather-1.csv
$ mlo materialize weather
VIEW     DONE    READ  KEYS  NEWEST               WHY
weather  merged     2     3  <time>  `data/weather-1.csv` changed
$ mlo materialize get weather:temp weather:sky -k airport=JFK -k airport=LGA --json
{
  "metadata": {
    "feature_names": [
      "airport",
      "temp",
      "sky"
    ]
  },
  "results": [
    {
      "values": [
        "JFK",
        "LGA"
      ],
      "statuses": [
        "PRESENT",
        "PRESENT"
      ],
      "event_timestamps": [
        "<time>",
        "<time>"
      ]
    },
    {
      "values": [
        38.5,
        40.0
      ],
      "statuses": [
        "PRESENT",
        "PRESENT"
      ],
      "event_timestamps": [
        "<time>",
        "<time>"
      ]
    },
    {
      "values": [
        "rain",
        "fog"
      ],
      "statuses": [
        "PRESENT",
        "PRESENT"
      ],
      "event_timestamps": [
        "<time>",
        "<time>"
      ]
    }
  ]
}
$ mlo materialize status | awk '{ print $1, $2, $3, $4 }'
VIEW STATE KEYS NEWEST
recent stale 2 2001-01-02
weather current 3 2001-01-02
`mlo materialize` brings them
$ mlo materialize status weather | awk '{ print $1, $2 }'
VIEW STATE
weather current
$ mlo materialize status wether
error: no view named `wether`
hint: did you mean `weather`?
[1]
$ rm .mlo/features/delay.yaml .mlo/features/recent.yaml
$ mlo materialize status | tail -n 1
recent is in the store, and nobody defines it
$ mlo materialize --json
{
  "views": [
    {
      "name": "weather",
      "action": "none",
      "reasons": [],
      "rows_read": 0,
      "rows_skipped": 0,
      "rows_future": 0,
      "keys": 3,
      "newest": "<time>"
    }
  ],
  "removed": [
    "recent"
  ]
}

# What cannot be answered is named.
$ mlo materialize get weather:temp
error: no value for join key `airport`
hint: add `--key airport=VALUE`
[2]
$ mlo materialize get weather:temp --key airport
error: `airport` is not KEY=VALUE
[2]
$ mlo materialize get weather:temp --key airport=JFK --key gate=1
error: the features have no join key `gate`
hint: they have airport
[2]
$ mlo materialize wether
error: no view named `wether`
hint: did you mean `weather`?
[1]
$ sed -i 's/sky, dtype: string/sky, dtype: real/' .mlo/features/weather.yaml
$ mlo materialize get weather:temp --key airport=JFK
error: view `weather` changed since it was materialized
hint: mlo materialize weather
[1]
$ mlo materialize
error: view `weather`: row 1 of `data/weather-0.csv`: column `sky`: `late` is no real
[1]
$ mlo materialize status | awk '{ print $1, $2, $3, $4 }'
VIEW STATE KEYS NEWEST
weather stale 3 2001-01-02
`mlo materialize` brings them
