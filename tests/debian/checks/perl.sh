# SPDX-License-Identifier: GPL-2.0
# perl: text, files, processes, 64-bit numbers.
perl -MPOSIX -MDigest::SHA=sha1_hex -MData::Dumper -we '
	my %count;
	$count{length $_}++ for map { "x" x ($_ % 7) } 1 .. 1000;
	print join(" ", map { "$_:$count{$_}" } sort keys %count), "\n";
	print sha1_hex("abc"), " ", 2 ** 53 + 1, " ", POSIX::floor(-2.5), "\n";
	pipe my $in, my $out;
	my $child = fork;
	if (!$child) { print $out "from the child\n"; exit 9 }
	close $out;
	print <$in>;
	waitpid $child, 0;
	print $? >> 8, "\n";
	$SIG{ALRM} = sub { die "timed out\n" };
	eval { alarm 1; sleep 10 };
	print $@;
	local $_ = "The quick brown fox";
	s/(\w+) (\w+)/$2 $1/ and print lc, "\n";'
#= 0:142 1:143 2:143 3:143 4:143 5:143 6:143
#= a9993e364706816aba3e25717850c26c9cd0d89d 9.00719925474099e+15 -3
#= from the child
#= 9
#= timed out
#= quick the brown fox
