/* SPDX-License-Identifier: MIT */

/*
 * The switch on x86-64, System V calling convention.
 *
 * A function must preserve rbx, rbp and r12 to r15; the caller has saved the rest. So
 * a context is a stack pointer, under which lie these six registers and the address
 * to go on at:
 *
 *        stack pointer -> | r15 | r14 | r13 | r12 | rbx | rbp | return address |
 *
 * We leave by jmp instead of ret: the processor predicts where a ret goes from the
 * calls that it has seen, and the call that this one belongs to was made on another
 * stack. A ret would cost three times as much as the whole switch. The control words of the
 * floating-point unit are not switched, as longjmp() does not: a coroutine that changes
 * the rounding mode must change it back before it suspends.
 */

        .text

/* void asyncio_machine_switch (gpointer *save_stack_pointer, gpointer stack_pointer) */
        .globl  asyncio_machine_switch
        .hidden asyncio_machine_switch
        .type   asyncio_machine_switch, @function
        .p2align 4
asyncio_machine_switch:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r15, 0

        movq    %rsp, (%rdi)
        movq    %rsi, %rsp

        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbp
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        .cfi_register rip, rcx
        jmp     *%rcx
        .cfi_endproc
        .size   asyncio_machine_switch, .-asyncio_machine_switch

/* Where a new context begins: asyncio_machine_prepare() has put the function into r12
 * and its argument into r13. An undefined return address is where debuggers stop. */
        .globl  asyncio_machine_start
        .hidden asyncio_machine_start
        .type   asyncio_machine_start, @function
        .p2align 4
asyncio_machine_start:
        .cfi_startproc
        .cfi_undefined rip
        movq    %r13, %rdi
        call    *%r12
        ud2
        .cfi_endproc
        .size   asyncio_machine_start, .-asyncio_machine_start

        .section .note.GNU-stack, "", @progbits
