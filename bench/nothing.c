/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program that the benchmark's processes start.
 */
int main(void)
{
	return 0;
}
