/* Runs test cases on the host's processor, as 32-bit user code, and says what it did.
 *
 * A freestanding i386 Linux program: cases come on the standard input, results go to the standard output.  The whole
 * processor context is put in place by returning from a signal, and read back when the case ends in an exception; so
 * everything after start-up happens inside the signal handler, on an alternate stack.
 *
 * Memory as a case sees it: one page of code (read and execute), two pages of data (read and write: a case that jumps
 * to random bytes must not run them), one page that can only be read, and nothing else but this program, in a range that cases avoid (the generator drops those that touch it). */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define CODE 0x20000000u
#define CODE_SIZE 4096u
#define DATA_SEGMENT 0x10000000u
#define DATA 0x10004000u
#define DATA_WRITABLE 8192u
#define DATA_SIZE 12288u

enum { PATTERNS = 16 };
/* MODE_FLOAT: the result is followed by the start of the FXSAVE image. */
enum { MODE_16 = 1, MODE_FLOAT = 2 };
enum { FLOAT_WORDS = 288 / 4, FRAME_FXSAVE = 112 };

/* What must agree with OracleProtocol.swift. */
struct header { u32 count, patterns; };
struct test {
    u32 registers[8];
    u32 eip, eflags;
    u32 mode, pattern;
    u32 code_length;
    u8 code[116];
};
struct result {
    u32 registers[8];
    u32 eip, eflags;
    u32 vector, error, address;
    u32 changes; /* that many (offset, value) pairs of words follow */
};

struct context {
    u32 gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax, trapno, err, eip, cs, eflags, esp_at_signal, ss, fpstate;
    u32 oldmask, cr2;
};
struct ucontext { u32 flags, link, stack[3]; struct context machine; };
struct action { void (*handler)(int, void *, struct ucontext *); u32 flags; void (*restorer)(void); u32 mask[2]; };
struct ldt_entry { u32 number, base, limit, flags; };

static int call(int number, u32 a, u32 b, u32 c, u32 d, u32 e, u32 f) {
    int result;
    u32 parameters[2] = {a, f};
    /* The sixth argument goes in EBP. */
    __asm__ volatile(
        "push %%ebp\n\tpush %%ebx\n\tmov 4(%%ebx), %%ebp\n\tmov (%%ebx), %%ebx\n\tint $0x80\n\tpop %%ebx\n\tpop %%ebp"
        : "=a"(result)
        : "b"(parameters), "0"(number), "c"(b), "d"(c), "S"(d), "D"(e)
        : "memory");
    return result;
}

enum { EXIT = 1, READ = 3, WRITE = 4, OPEN = 5, MUNMAP = 91, FTRUNCATE = 93, SETITIMER = 104, MODIFY_LDT = 123, MPROTECT = 125,
       RT_SIGACTION = 174, SIGALTSTACK = 186, MMAP2 = 192, MEMFD_CREATE = 356 };

void *memcpy(void *to, const void *from, u32 count) {
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    return start;
}

void *memset(void *to, int value, u32 count) {
    void *start = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
    return start;
}

static void fail(const char *text) {
    u32 length = 0;
    while (text[length]) length++;
    call(WRITE, 2, (u32)text, length, 0, 0, 0);
    call(EXIT, 70, 0, 0, 0, 0, 0);
    for (;;) {}
}

static void print_hex(u32 value) {
    char digits[9];
    for (u32 place = 0; place < 8; place++) digits[place] = "0123456789ABCDEF"[value >> (28 - place * 4) & 15];
    digits[8] = ' ';
    call(WRITE, 2, (u32)digits, sizeof digits, 0, 0, 0);
}

static u8 signal_stack[65536] __attribute__((aligned(4096)));
static u8 patterns[PATTERNS][DATA_SIZE] __attribute__((aligned(4096)));
static struct test tests[1024];
static u32 output[65536];
static u8 *code_alias; /* the code page, writable */
static u32 count, current, filled;
static u32 last_tick = ~0u;
static u32 loaded_pattern = ~0u; /* what the data pages hold */
static struct context start; /* selectors and the like, as the kernel gave them */

static void read_all(void *target, u32 length) {
    u8 *at = target;
    while (length) {
        int got = call(READ, 0, (u32)at, length, 0, 0, 0);
        if (got == -4) continue;
        if (got == 0 && at == (u8 *)target) call(EXIT, 0, 0, 0, 0, 0, 0);
        if (got <= 0) fail("host-oracle: short input\n");
        at += got;
        length -= (u32)got;
    }
}

static void flush(void) {
    u8 *at = (u8 *)output;
    u32 length = filled * 4;
    while (length) {
        int put = call(WRITE, 1, (u32)at, length, 0, 0, 0);
        if (put == -4) continue;
        if (put <= 0) call(EXIT, 71, 0, 0, 0, 0, 0);
        at += put;
        length -= (u32)put;
    }
    filled = 0;
}

static void read_batch(void) {
    struct header header;
    flush();
    read_all(&header, sizeof header);
    if (header.count == 0 || header.count > 1024 || header.patterns > PATTERNS) fail("host-oracle: bad header\n");
    if (header.patterns) {
        read_all(patterns, header.patterns * DATA_SIZE);
        if (call(MPROTECT, DATA, DATA_SIZE, 3, 0, 0, 0) < 0) fail("host-oracle: mprotect\n");
        memcpy((void *)DATA, patterns[0], DATA_SIZE);
        if (call(MPROTECT, DATA + DATA_WRITABLE, DATA_SIZE - DATA_WRITABLE, 1, 0, 0, 0) < 0)
            fail("host-oracle: mprotect\n");
        loaded_pattern = 0;
    }
    read_all(tests, header.count * sizeof(struct test));
    count = header.count;
    current = 0;
    last_tick = ~0u;
}

static void finish(struct context *machine, u32 vector) {
    struct test *test = &tests[current];
    if (filled + 16 + FLOAT_WORDS + 2 * DATA_WRITABLE / 4 > sizeof output / 4) flush();
    struct result *result = (struct result *)(output + filled);
    result->registers[0] = machine->eax;
    result->registers[1] = machine->ecx;
    result->registers[2] = machine->edx;
    result->registers[3] = machine->ebx;
    result->registers[4] = machine->esp;
    result->registers[5] = machine->ebp;
    result->registers[6] = machine->esi;
    result->registers[7] = machine->edi;
    result->eip = machine->eip;
    result->eflags = machine->eflags;
    result->vector = vector;
    result->error = machine->err;
    result->address = machine->cr2;
    filled += sizeof *result / 4;
    u32 *now = (u32 *)DATA, *before = (u32 *)patterns[test->pattern], changes = 0;
    for (u32 word = 0; word < DATA_WRITABLE / 4; word++) {
        if (now[word] != before[word]) {
            output[filled++] = word * 4;
            output[filled++] = now[word];
            now[word] = before[word];
            changes++;
        }
    }
    result->changes = changes;
    if (test->mode & MODE_FLOAT) {
        memcpy(output + filled, (u8 *)machine->fpstate + FRAME_FXSAVE, FLOAT_WORDS * 4);
        filled += FLOAT_WORDS;
    }
    memset(code_alias + (test->eip & (CODE_SIZE - 1)), 0xCC, test->code_length);
}

static void load(struct context *machine) {
    struct test *test = &tests[current];
    if (test->pattern >= PATTERNS || test->code_length > sizeof test->code
        || (test->eip & (CODE_SIZE - 1)) + test->code_length > CODE_SIZE)
        fail("host-oracle: bad case\n");
    if (test->pattern != loaded_pattern) {
        /* The last page is read-only and stays as the first pattern has it. */
        memcpy((void *)DATA, patterns[test->pattern], DATA_WRITABLE);
        loaded_pattern = test->pattern;
    }
    memcpy(code_alias + (test->eip & (CODE_SIZE - 1)), test->code, test->code_length);
    u32 fpstate = machine->fpstate, oldmask = machine->oldmask;
    *machine = start;
    machine->fpstate = fpstate;
    machine->oldmask = oldmask;
    machine->eax = test->registers[0];
    machine->ecx = test->registers[1];
    machine->edx = test->registers[2];
    machine->ebx = test->registers[3];
    machine->esp = test->registers[4];
    machine->ebp = test->registers[5];
    machine->esi = test->registers[6];
    machine->edi = test->registers[7];
    machine->eip = test->eip;
    machine->eflags = test->eflags;
    machine->fs = 0x27; /* LDT 4: the data pages, writable, limit FFFh */
    machine->gs = 0x2F; /* LDT 5: the same, read-only */
    if (test->mode & MODE_16) {
        machine->cs = 0x07;
        machine->ss = machine->ds = machine->es = 0x0F;
    }
}

enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11, SIGALRM = 14 };

static int in_case(struct context *machine) {
    return (machine->cs & 0xFFFF) == 0x07 || machine->eip < 0x60000000u || machine->eip >= 0x61000000u;
}

static void handle(int signal, void *information, struct ucontext *context) {
    (void)information;
    if (signal == SIGALRM) {
        /* A case that is still there at the second tick does not end by itself. */
        if (current >= count || !in_case(&context->machine)) return;
        if (last_tick != current) {
            last_tick = current;
            return;
        }
        finish(&context->machine, 0x100);
    } else if (count == 0) {
        start = context->machine;
        start.eflags &= ~0x100u;
        current = 0;
    } else {
        if (!in_case(&context->machine)) {
            print_hex(current);
            print_hex(context->machine.trapno);
            print_hex(context->machine.eip);
            print_hex(context->machine.cr2);
            fail("host-oracle: fault in the helper itself (case of the batch, vector, EIP, CR2)\n");
        }
        finish(&context->machine, context->machine.trapno);
    }
    if (signal != SIGALRM && count == 0) read_batch();
    else if (++current == count) read_batch();
    load(&context->machine);
}

/* The kernel restores the flags of the case but for ID and NT, which stay as they are here: they must be clear. */
__attribute__((naked)) static void restorer(void) {
    __asm__ volatile("pushl $2\n\tpopfl\n\tmovl $173, %eax\n\tint $0x80");
}

static void handle_signal(int number) {
    struct action action = {handle, 4 | 0x08000000 | 0x04000000 | 0x40000000, restorer, {0, 0}};
    /* SA_SIGINFO, SA_ONSTACK, SA_RESTORER, SA_NODEFER; the timer waits while a handler runs. */
    action.mask[0] = 1u << (SIGALRM - 1);
    if (call(RT_SIGACTION, (u32)number, (u32)&action, 0, 8, 0, 0) < 0) fail("host-oracle: sigaction\n");
}

static void map(u32 address, u32 length, u32 protection, u32 flags, int file) {
    int got = call(MMAP2, address, length, protection, flags, (u32)file, 0);
    if ((u32)got != address) fail("host-oracle: cannot map memory\n");
}

static void segment(u32 number, u32 base, u32 limit, u32 flags) {
    struct ldt_entry entry = {number, base, limit, flags};
    if (call(MODIFY_LDT, 0x11, (u32)&entry, sizeof entry, 0, 0, 0) < 0) fail("host-oracle: modify_ldt\n");
}

/* Descriptor flags of modify_ldt: 32-bit, contents << 1, read-exec-only, limit in pages, not present, usable. */
enum { CODE_CONTENTS = 2 << 1, READ_ONLY = 1 << 3, USABLE = 1 << 6 };

static void map_memory(void) {
    int file = call(MEMFD_CREATE, (u32) "code", 0, 0, 0, 0, 0);
    if (file < 0 || call(FTRUNCATE, (u32)file, CODE_SIZE, 0, 0, 0, 0) < 0) fail("host-oracle: memfd\n");
    code_alias = (u8 *)0x60F00000u;
    map((u32)code_alias, CODE_SIZE, 3, 0x11, file);
    map(CODE, CODE_SIZE, 5, 0x11, file);
    map(DATA, DATA_SIZE, 3, 0x32, -1);
    memset(code_alias, 0xCC, CODE_SIZE);
    segment(0, CODE, 0xFFFF, CODE_CONTENTS | USABLE);
    segment(1, DATA_SEGMENT, 0xFFFF, USABLE);
    segment(4, DATA, 0xFFF, USABLE);
    segment(5, DATA, 0xFFF, USABLE | READ_ONLY);
}

/* Hides everything that is not part of the case or of the helper's range. */
static void unmap_rest(void) {
    static u8 text[65536];
    int file = call(OPEN, (u32) "/proc/self/maps", 0, 0, 0, 0, 0);
    u32 length = 0;
    for (int got; (got = call(READ, (u32)file, (u32)(text + length), sizeof text - length, 0, 0, 0)) > 0;) length += (u32)got;
    u32 at = 0;
    while (at < length) {
        u32 bounds[2] = {0, 0};
        for (int side = 0; side < 2; side++) {
            for (; at < length && text[at] != '-' && text[at] != ' '; at++)
                bounds[side] = bounds[side] << 4 | (u32)(text[at] <= '9' ? text[at] - '0' : text[at] - 'a' + 10);
            at++;
        }
        while (at < length && text[at++] != '\n') {}
        u32 first = bounds[0];
        if (first >= 0x60000000u && first < 0x61000000u) continue;
        if (first == CODE || (first & ~0xFFFFu) == DATA_SEGMENT) continue;
        call(MUNMAP, first, bounds[1] - first, 0, 0, 0, 0);
    }
}

/* On the helper's own stack: the one the kernel gave is about to go. */
__attribute__((used, noreturn)) static void run(void) {
    map_memory();
    unmap_rest();
    u32 stack[3] = {(u32)signal_stack, 0, sizeof signal_stack};
    if (call(SIGALTSTACK, (u32)stack, 0, 0, 0, 0, 0) < 0) fail("host-oracle: sigaltstack\n");
    static const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGALRM};
    for (u32 index = 0; index < sizeof signals / sizeof *signals; index++) handle_signal(signals[index]);
    u32 timer[4] = {0, 250000, 0, 250000};
    call(SETITIMER, 0, (u32)timer, 0, 0, 0, 0);
    __asm__ volatile("int3");
    for (;;) {}
}

static u8 main_stack[16384] __attribute__((aligned(16), used));

__attribute__((naked, used)) void _start(void) {
    __asm__ volatile("movl $main_stack + 16384, %esp\n\tcall run");
}
