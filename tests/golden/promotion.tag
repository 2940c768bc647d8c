promote delay v1.2.0 to prod

over v1.1.0
  pass    auc auc 0.875 (champion 0.75): at least 0.85
  fail    fair recall[carrier=AA] 0.5: at least 0.7
  missing fast latency_ms.p99
  fast overridden by ada@example.org: measured by hand: 12 ms

mlo: gate-report/1
stage: prod
passed: true
when: "2001-02-03T04:05:06.000001Z"
policy_commit: git-sha1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
policy: sha256:823412d1eacb67956220e532959f0104603057c88704863ca38e7cd188fda812
holdout:
  name: holdout/2013.12
  id: sha256:d179b28cc8927b726d766bc0a22ed40ffc879d40f62a100e7d97dabb24253669
candidate:
  name: delay
  version: "1.2.0"
  id: sha256:11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437
  commit: git-sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  run: "00e3a1b2c3d47abc8def0123456789ab"
  metrics:
    auc: 0.875
    loss: .nan
champion:
  name: delay
  version: "1.1.0"
  id: sha256:cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4
  commit: git-sha1:cccccccccccccccccccccccccccccccccccccccc
  run: "00e3a1b2c3d47abc8def0123456789ac"
  metrics:
    auc: 0.75
results:
  - gate: auc
    check: metric
    what: auc
    verdict: pass
    candidate: 0.875
    champion: 0.75
    bound: at least 0.85
  - gate: fair
    check: fairness
    what: "recall[carrier=AA]"
    severity: soft
    verdict: fail
    candidate: 0.5
    bound: at least 0.7
    reason: "0.5 is below 0.7 on 120 rows"
  - gate: fast
    check: latency
    what: latency_ms.p99
    verdict: missing
    reason: the command ended with exit code 1
overrides:
  - gate: fast
    reason: "measured by hand: 12 ms"
    who: ada@example.org

Mlo-Tag: delay#prod#3
Mlo-Report: sha256:1751191c1e833d52adaa38a260b4bc8136361548869b5bae04d11a2df3a8b9b0
