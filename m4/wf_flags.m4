# WF_COMPILER_FLAGS: warnings and hardening. gcc 12 has all of them, clang 14 not all, so each is
# probed alone, with -Werror so that a flag that is only ignored counts as missing.
#
# Sets WARN_CFLAGS, HARDEN_CPPFLAGS, HARDEN_CFLAGS, HARDEN_LDFLAGS (for programs and shared objects),
# PIE_LDFLAGS (programs only), MODE_CFLAGS and MODE_LDFLAGS (sanitizers, coverage).
AC_DEFUN([WF_COMPILER_FLAGS], [
  AC_LANG_PUSH([C])
  # AC_PROG_CC has already asked for C11 or newer with extensions.
  AS_IF([test "x$ac_prog_cc_stdc" = xno || test "x$ac_prog_cc_stdc" = xc89 || test "x$ac_prog_cc_stdc" = xc99],
    [AC_MSG_ERROR([a C11 compiler is needed: install gcc or clang])])

  WARN_CFLAGS=
  AX_APPEND_COMPILE_FLAGS([-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wcast-qual dnl
    -Wformat=2 -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wundef dnl
    -Wswitch-enum -Wnull-dereference -Wold-style-definition -Wpointer-arith -Walloca dnl
    -Wduplicated-cond -Wlogical-op], [WARN_CFLAGS], [-Werror])
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])

  HARDEN_CPPFLAGS=
  HARDEN_CFLAGS=
  HARDEN_LDFLAGS=
  PIE_LDFLAGS=
  MODE_CFLAGS=
  MODE_LDFLAGS=
  AX_APPEND_COMPILE_FLAGS([-fPIE -fstack-protector-strong -fstack-clash-protection dnl
    -fcf-protection=full -ftrivial-auto-var-init=zero -fno-strict-overflow dnl
    -fno-delete-null-pointer-checks -ffunction-sections -fdata-sections], [HARDEN_CFLAGS], [-Werror])
  AX_APPEND_LINK_FLAGS([-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code dnl
    -Wl,--as-needed -Wl,--gc-sections], [HARDEN_LDFLAGS], [-Werror])
  AX_APPEND_LINK_FLAGS([-pie], [PIE_LDFLAGS], [-Werror -fPIE])

  wf_plain=yes
  AS_IF([test "x$enable_sanitizers" != xno], [
    wf_plain=no
    wf_san="-fsanitize=$enable_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
    AX_CHECK_LINK_FLAG([$wf_san],
      [MODE_CFLAGS="$MODE_CFLAGS $wf_san"; MODE_LDFLAGS="$MODE_LDFLAGS $wf_san"],
      [AC_MSG_ERROR([the compiler cannot build with -fsanitize=$enable_sanitizers])])
  ])
  AS_IF([test "x$enable_coverage" = xyes], [
    wf_plain=no
    MODE_CFLAGS="$MODE_CFLAGS --coverage -fprofile-update=atomic"
    # Optimised branches are not those of the source; the default -O2 would win over a -O0 before it.
    CFLAGS=`AS_ECHO(["$CFLAGS"]) | $SED 's/-O@<:@0-9s@:>@*//g'`" -O0"
    MODE_LDFLAGS="$MODE_LDFLAGS --coverage"
  ])
  # _FORTIFY_SOURCE hides faults from the sanitizers and needs optimisation.
  AS_IF([test "x$wf_plain" = xyes], [
    AX_CHECK_COMPILE_FLAG([-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3],
      [HARDEN_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"],
      [AX_CHECK_COMPILE_FLAG([-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2],
        [HARDEN_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"], [], [-Werror])], [-Werror])
    AX_APPEND_LINK_FLAGS([-Wl,-z,defs], [HARDEN_LDFLAGS], [-Werror])
    case " $CFLAGS " in
      *" -O0 "*) HARDEN_CPPFLAGS= ;;
    esac
  ])
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([HARDEN_CPPFLAGS])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
  AC_SUBST([PIE_LDFLAGS])
  AC_SUBST([MODE_CFLAGS])
  AC_SUBST([MODE_LDFLAGS])
  AC_LANG_POP([C])
])
