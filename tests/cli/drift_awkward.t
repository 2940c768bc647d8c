# What a check says of data that changed in ways no distribution can show.

$ printf 'x,y\n1.5,a\n2.5,b\n3.5,a\n4.5,b\n' > a.csv
$ printf 'x\n1.5\n2.5\n3.5\n' > narrow.csv && mlo drift check a.csv narrow.csv
COLUMN  VERDICT   SCORE  LIMIT  TEST       NOTE
x       stable   0.8013   0.05  chisquare
y       drift         -      -  -          missing
drift: 1 of 2 columns drifted (50%, limit 50%); 4 rows against 3
[3]
$ printf 'p,q\n1,2\n' > other.csv && mlo drift check a.csv other.csv
COLUMN  VERDICT  SCORE  LIMIT  TEST  NOTE
x       drift        -      -  -     missing
y       drift        -      -  -     missing
new: p, q
drift: 2 of 2 columns drifted (100%, limit 50%); 4 rows against 1
[3]
$ printf 'x,y\none,1.5\ntwo,2.5\nthree,3.5\n' > swapped.csv && mlo drift check a.csv swapped.csv
COLUMN  VERDICT  SCORE  LIMIT  TEST  NOTE
x       drift        -      -  -     values not comparable; type real -> string
y       drift        -      -  -     values not comparable; type string -> real
drift: 2 of 2 columns drifted (100%, limit 50%); 4 rows against 3
[3]
$ printf 'x,y\nnan,a\ninf,b\n-inf,a\n' > infinite.csv && mlo drift check a.csv infinite.csv
COLUMN  VERDICT   SCORE  LIMIT  TEST  NOTE
x       drift         -      -  -     no values left
y       stable   0.6592   0.05  z
drift: 1 of 2 columns drifted (50%, limit 50%); 4 rows against 3
[3]
$ printf 'x,y\n1.5,a\nnan,b\n3.5,\ninf,b\n' > holes.csv && mlo drift check a.csv holes.csv --json | grep -E '"(values|nulls|not_finite)"' | sort | uniq -c
      3         "not_finite": 0,
      1         "not_finite": 2,
      3         "nulls": 0,
      1         "nulls": 1,
      1         "values": 2,
      1         "values": 3,
      2         "values": 4,
$ printf 'x,y\n,\n,\n' > empty.csv && mlo drift check a.csv empty.csv
COLUMN  VERDICT  SCORE  LIMIT  TEST  NOTE
x       drift        -      -  -     no values left; type real -> string; nulls 0.0% -> 100.0%
y       drift        -      -  -     no values left; nulls 0.0% -> 100.0%
drift: 2 of 2 columns drifted (100%, limit 50%); 4 rows against 2
[3]

# One row, one value, the same column twice, a name that would be SQL.
$ printf 'x,y\n1.5,a\n' > row.csv && mlo drift check row.csv row.csv
COLUMN  VERDICT   SCORE  LIMIT  TEST  NOTE
x       stable        1   0.05  z
y       untested      -      -  -     free text
no drift: 0 of 1 column drifted (0%, limit 50%); 1 row against 1
$ mlo drift check a.csv row.csv --test cramer_von_mises --column x
error: no column of `a.csv` and `row.csv` could be compared
hint: `x`: the test needs at least two values on each side
[1]
$ awk 'BEGIN { print "x"; for (i = 0; i < 300; i++) print 3.25 }' > constant.csv && for test in ks cramer_von_mises anderson psi; do mlo drift check constant.csv constant.csv --test $test | sed -n 2p; done
x       stable       1   0.05  ks
x       stable       1    0.1  cramer_von_mises
error: no column of `constant.csv` and `constant.csv` could be compared
hint: `x`: the test needs at least two different values
x       stable       0    0.1  psi
$ printf 'x,x\n1.5,2\n2.5,3\n' > twice.csv && mlo drift check twice.csv twice.csv
COLUMN  VERDICT  SCORE  LIMIT  TEST  NOTE
x       stable       1   0.05  z
x_1     stable       1   0.05  z
no drift: 0 of 2 columns drifted (0%, limit 50%); 2 rows against 2
$ printf '"x""; DROP TABLE t; --",y\n1.5,1\n2.5,2\n' > sql.csv && mlo drift check sql.csv sql.csv
COLUMN                VERDICT  SCORE  LIMIT  TEST  NOTE
x"; DROP TABLE t; --  stable       1   0.05  z
y                     stable       1   0.05  z
no drift: 0 of 2 columns drifted (0%, limit 50%); 2 rows against 2

# Tables of one directory are one table; what one of them lacks is null there.
$ mkdir parts && cp a.csv parts/1.csv && cp narrow.csv parts/2.csv && mlo drift check a.csv parts
COLUMN  VERDICT   SCORE  LIMIT  TEST       NOTE
x       stable   0.9343   0.05  chisquare
y       stable        1   0.05  z          nulls 0.0% -> 42.9%
no drift: 0 of 2 columns drifted (0%, limit 50%); 4 rows against 7
