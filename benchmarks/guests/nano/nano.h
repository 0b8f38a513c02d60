/* One page table for the guests that need paging: the low 4 MiB mapped one to one, and a page at 1 GiB. */
#ifndef NANO_H
#define NANO_H

#include "cpu.h"

enum { PRESENT = 1, WRITABLE = 2, WINDOW = 0x40000000 };

static uint32_t nano_directory[1024] __attribute__((aligned(4096)));
static uint32_t nano_low[1024] __attribute__((aligned(4096)));
static uint32_t nano_window[1024] __attribute__((aligned(4096)));
static uint8_t nano_page[4096] __attribute__((aligned(4096)));

static void nano_enable_paging(void)
{
    for (uint32_t i = 0; i < 1024; i++)
        nano_low[i] = i << 12 | PRESENT | WRITABLE;
    nano_window[0] = (uint32_t)nano_page | PRESENT | WRITABLE;
    nano_directory[0] = (uint32_t)nano_low | PRESENT | WRITABLE;
    nano_directory[WINDOW >> 22] = (uint32_t)nano_window | PRESENT | WRITABLE;
    __asm__ volatile("movl %0, %%cr3; movl %%cr0, %%eax; orl $0x80000000, %%eax; movl %%eax, %%cr0; jmp 1f; 1:"
                     : : "r"(nano_directory) : "eax", "cc", "memory");
}

#endif
