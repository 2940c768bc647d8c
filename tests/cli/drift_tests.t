# The tests there are.

$ mlo drift tests
TEST              READS                DRIFT IF      WHAT IT IS
ks                numbers              p <= 0.05     Kolmogorov-Smirnov
chisquare         numbers, categories  p < 0.05      chi-square
z                 numbers, categories  p < 0.05      z-test of proportions
wasserstein       numbers              score >= 0.1  Wasserstein distance, in standard deviations of the reference
jensenshannon     numbers, categories  score >= 0.1  Jensen-Shannon distance
psi               numbers, categories  score >= 0.1  population stability index
kl_div            numbers, categories  score >= 0.1  Kullback-Leibler divergence
hellinger         numbers, categories  score >= 0.1  Hellinger distance
anderson          numbers              p < 0.1       Anderson-Darling
cramer_von_mises  numbers              p <= 0.1      Cramer-von Mises
ed                numbers              score > 0.1   energy distance
$ mlo drift tests --json | head -n 10
[
  {
    "name": "ks",
    "title": "Kolmogorov-Smirnov",
    "score": "p_value",
    "threshold": 0.05,
    "at_threshold": true,
    "numbers": true,
    "categories": false
  },
