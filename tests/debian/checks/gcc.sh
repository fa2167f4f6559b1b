# SPDX-License-Identifier: GPL-2.0
# gcc compiles, links and is told of mistakes; make builds; g++ if it is there.
cat >hello.c <<'file'
#include <math.h>
#include <pthread.h>
#include <stdio.h>

static void *half(void *of)
{
	*(double *)of /= 2;
	return NULL;
}

int main(int argc, char **argv)
{
	double value = sqrt(argc * 16.0);
	pthread_t thread;

	pthread_create(&thread, NULL, half, &value);
	pthread_join(thread, NULL);
	printf("hello, %s: %.1f\n", argv[argc - 1], value);
	return 7;
}
file
printf 'hello: hello.c\n\tgcc -O2 -Wall -Werror -pthread -o $@ $< -lm\n' >Makefile
make -s && ./hello
echo $?
./hello a b c world | tail -c 6
gcc -static -O2 -o static hello.c -lm && ./static static
echo 'int main(void) { return x; }' >bad.c
gcc -c bad.c 2>&1 | grep -c 'error: .x. undeclared'
if command -v g++ >/dev/null; then
	echo '#include <iostream>
	int main() { try { throw 5; } catch (int n) { std::cout << n << "\n"; } }' >a.cc
	g++ -O2 -o a a.cc && ./a
else
	echo 5
fi
#= hello, ./hello: 2.0
#= 7
#= : 4.5
#= hello, static: 2.8
#= 1
#= 5
