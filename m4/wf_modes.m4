# WF_BUILD_MODES: warnings as errors, sanitizers, coverage, fault injection.
AC_DEFUN([WF_BUILD_MODES], [
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [], [enable_werror=no])

  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers=LIST],
      [build with -fsanitize=LIST: address,undefined or thread @<:@no@:>@])],
    [], [enable_sanitizers=no])
  AS_IF([test "x$enable_sanitizers" = xyes], [enable_sanitizers=address,undefined])

  AC_ARG_ENABLE([coverage],
    [AS_HELP_STRING([--enable-coverage], [measure which lines and branches the tests reach])],
    [], [enable_coverage=no])
  AM_CONDITIONAL([COVERAGE], [test "x$enable_coverage" = xyes])

  AC_ARG_ENABLE([fault-injection],
    [AS_HELP_STRING([--enable-fault-injection],
      [let tests make the Nth fallible call fail; never for installation])],
    [], [enable_fault_injection=no])
  AM_CONDITIONAL([FAULT_INJECTION], [test "x$enable_fault_injection" = xyes])
  # Sanitizers put functions of their own in the place of libc's.
  AM_CONDITIONAL([FAULT_LIBC],
    [test "x$enable_fault_injection" = xyes && test "x$enable_sanitizers" = xno])
  AS_IF([test "x$enable_fault_injection" = xyes],
    [AC_DEFINE([WF_FAULT], [1], [Defined only where tests may make calls fail.])])
])
