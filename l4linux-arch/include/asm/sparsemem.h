/* SPDX-License-Identifier: GPL-2.0 */
/* Memory is flat; borrowed headers ask only how far physical addresses go. */
#ifndef _ASM_L4_SPARSEMEM_H
#define _ASM_L4_SPARSEMEM_H

#define SECTION_SIZE_BITS	27
#define MAX_PHYSADDR_BITS	46
#define MAX_PHYSMEM_BITS	46

#endif
