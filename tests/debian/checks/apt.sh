# SPDX-License-Identifier: GPL-2.0
# apt knows its packages, and dpkg is content with what is installed.
apt-cache policy bash | sed -n 's/^ *Installed: .*/installed/p; s/^ *Candidate: .*/candidate/p'
apt list bash 2>/dev/null | grep -c "^bash/.*installed"
echo $(($(apt-cache pkgnames | wc -l) > 10000))
apt-cache depends --important bash | grep -c libc6
dpkg --audit
apt-get -s install hello 2>/dev/null | grep -c '^Inst hello '
dpkg --verify bash coreutils libc6
#= installed
#= candidate
#= 1
#= 1
#= 1
#= 1
