# SPDX-License-Identifier: GPL-2.0
# g++: exceptions through frames, threads, the standard library; and the
# sanitizers, which want a large address space.
cat >a.cc <<'file'
#include <atomic>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static int deep(int n)
{
	if (n == 0)
		throw std::runtime_error("thrown");
	return deep(n - 1) + 1;
}

int main(int count, char **argument)
{
	std::atomic<int> caught{0};
	std::vector<std::thread> threads;
	std::map<std::string, int> words;

	for (int i = 0; i < 4; i++)
		threads.emplace_back([&caught] {
			try {
				deep(50);
			} catch (const std::runtime_error &) {
				caught++;
			}
		});
	for (auto &thread : threads)
		thread.join();
	words["caught"] = caught;
	for (const auto &[word, times] : words)
		std::cout << word << ' ' << times << std::endl;
	int *freed = new int[10];
	delete[] freed;
	return count > 1 ? freed[argument[1][0] - '0'] : 0;
}
file
g++ -O2 -std=c++17 -pthread -o a a.cc
./a
g++ -g -fsanitize=address,undefined -pthread -o b a.cc
./b
./b 3 2>&1 | grep -o 'AddressSanitizer: [a-z-]*' | head -n 1
#= caught 4
#= caught 4
#= AddressSanitizer: heap-use-after-free
