# SPDX-License-Identifier: GPL-2.0
# git: history, branches, a merge, a clone, its own check.
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'
git init -q -b main one && cd one || exit
seq 1000 >file && git add file && git commit -q -m first
git checkout -q -b side && sed -i 's/^10$/ten/' file && git commit -q -a -m side
git checkout -q main && sed -i 's/^900$/nine hundred/' file && git commit -q -a -m main
git merge -q --no-edit side >/dev/null
git log --format='%h %s'
git status --short
cd .. && git clone -q one two && git -C two gc -q && git -C two fsck --strict
sha1sum <two/file
#= 19723bc Merge branch 'side'
#= 6a4d7c6 main
#= a526495 side
#= f579026 first
#= 0f337a332ab6fb62c9d990624428148fa6b0de73  -
