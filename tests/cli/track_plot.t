# Lines over steps, bars for single values.

$ mlo init && printf 'for i in 1 2 3 4 5; do mlo track log metric loss=$(expr $1 / $i) --step $i; done\nmlo track log metric auc=0.$1\n' > train.sh && git add -A && git commit -qm "mlo init"
...
$ mlo run --name first -- sh train.sh 60 && mlo run --name second -- sh train.sh 30
...
$ LC_ALL=C mlo track plot loss --height 8
loss
60 +aaaa
   |    aaaaaa
40 +          aaaaaa
   |bbbbb           aaaaaaaa
   |     bbbbbbbbbb         aaaaaaaaaa
20 +               bbbbbbbbbbbbbb     aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
   |                             bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
 0 +
   +----------------------------------------------------------------------------
    1                  2                  3                 4                  5
    step
    a first
    b second
$ LC_ALL=C mlo track plot auc
auc
first   0.6  ###################################################################
second  0.3  #################################
$ mlo track plot los
error: no run has a metric `los`
hint: did you mean `loss`?
[1]
$ mlo track plot loss first -o loss.svg && head -c 4 loss.svg
wrote loss.svg
<svg
$ mlo track plot loss -o loss.html && head -n 1 loss.html
wrote loss.html
<!doctype html>
$ mlo track plot loss -o loss.png
error: cannot write `loss.png`: name a .svg or .html file
[2]
$ mlo track plot loss --height 1000
error: `--max` is at least 1, `--height` between 5 and 200
[2]
