roll delay in prod back to v1.1.0

from v1.2.0
reason: late alerts: too many
as promoted by delay#prod#3

mlo: rollback/1
stage: prod
when: "2001-02-03T04:05:06.000001Z"
who: ada@example.org
reason: "late alerts: too many"
version:
  name: delay
  version: "1.1.0"
  id: sha256:cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4
  commit: git-sha1:cccccccccccccccccccccccccccccccccccccccc
replaces: "1.2.0"
promotion:
  tag: "delay#prod#3"
  report: sha256:845e91831319e89c4d656bdb80c278ac09a7230d61e5dfd2e1b1fbb436ac8917

Mlo-Tag: delay#prod#4
Mlo-Report: sha256:455e53c76de24cf35f32c68fa5ce1d05893f482941e9d07d245beedaff33265d
