# WF_OPTIONAL([VARIABLE], [option], [pkg-config modules], [what is lost without it])
#
# On by default where the library is found; --with-option makes it an error to be without it.
# Sets VARIABLE_CFLAGS and VARIABLE_LIBS, defines HAVE_VARIABLE, an automake conditional of the same
# name, and adds a line to the summary.
AC_DEFUN([WF_OPTIONAL], [
  AC_ARG_WITH([$2],
    [AS_HELP_STRING([--without-$2], [without: $4])],
    [], [with_$2=auto])
  wf_have=no
  AS_IF([test "x$with_$2" != xno], [
    PKG_CHECK_MODULES([$1], [$3], [wf_have=yes], [
      AS_IF([test "x$with_$2" = xyes],
        [AC_MSG_ERROR([--with-$2 was given, but $3 is not installed])])])
  ])
  AS_IF([test "$wf_have" = yes], [
    AC_DEFINE([HAVE_$1], [1], [Defined where the library $2 is used.])
    WF_SUMMARY_OPTIONAL="$WF_SUMMARY_OPTIONAL
    $2: yes"
  ], [
    WF_SUMMARY_OPTIONAL="$WF_SUMMARY_OPTIONAL
    $2: NO, without it: $4"
  ])
  AM_CONDITIONAL([HAVE_$1], [test "$wf_have" = yes])
])

# WF_LIBRARIES: what the programs need, and what they can do without.
AC_DEFUN([WF_LIBRARIES], [
  PKG_CHECK_MODULES([LIBEVENT], [libevent_core >= 2.1 libevent_pthreads >= 2.1])
  PKG_CHECK_MODULES([SQLITE], [sqlite3 >= 3.37])
  PKG_CHECK_MODULES([OATH], [liboath >= 2.6])
  PKG_CHECK_MODULES([CRYPTO], [libcrypto >= 3.0])
  PKG_CHECK_MODULES([TLS], [libssl >= 3.0])
  PKG_CHECK_MODULES([LIBCRYPT], [libcrypt >= 4.4])
  PKG_CHECK_MODULES([CONFUSE], [libconfuse >= 3.0])
  PKG_CHECK_MODULES([JANSSON], [jansson >= 2.11])

  AC_ARG_WITH([argon2-backend],
    [AS_HELP_STRING([--with-argon2-backend=NAME],
      [libargon2 or libsodium; both compute the same hashes @<:@libargon2@:>@])],
    [], [with_argon2_backend=libargon2])
  AS_CASE([$with_argon2_backend],
    [libargon2], [PKG_CHECK_MODULES([ARGON2], [libargon2])],
    [libsodium], [PKG_CHECK_MODULES([ARGON2], [libsodium >= 1.0.15])],
    [AC_MSG_ERROR([--with-argon2-backend must be libargon2 or libsodium])])
  AM_CONDITIONAL([ARGON2_LIBSODIUM], [test "$with_argon2_backend" = libsodium])

  AC_CHECK_HEADERS([security/pam_modules.h security/pam_ext.h], [],
    [AC_MSG_ERROR([PAM headers are missing: install libpam0g-dev])])
  wf_saved_libs=$LIBS
  AC_CHECK_LIB([pam], [pam_syslog], [PAM_LIBS=-lpam], [AC_MSG_ERROR([libpam is missing])])
  LIBS=$wf_saved_libs
  AC_SUBST([PAM_LIBS])
  AC_SEARCH_LIBS([pthread_create], [pthread])
  AC_CHECK_HEADERS([linux/landlock.h])

  WF_SUMMARY_OPTIONAL=
  WF_OPTIONAL([QRENCODE], [qrencode], [libqrencode], [no QR code in the terminal; URI and key are still shown])
  WF_OPTIONAL([XLSXWRITER], [xlsxwriter], [xlsxwriter], [no workbooks (report --xlsx); CSV, JSON and HTML are still written])
  WF_OPTIONAL([MAXMINDDB], [maxminddb], [libmaxminddb], [no countries of addresses (findings.countries), so no rule new-country])
  WF_OPTIONAL([RADCLI], [radcli], [radcli >= 1.2.9], [no warifu-egress, so no factors at other RADIUS servers and no relay over RADIUS])
  WF_OPTIONAL([CURL], [curl], [libcurl >= 7.69], [warifu-egress sends no mail])
  WF_OPTIONAL([SYSTEMD], [systemd], [libsystemd], [no socket activation, readiness message, watchdog or journal fields])
  WF_OPTIONAL([SECCOMP], [seccomp], [libseccomp], [the daemon runs without a system call filter])
  AM_CONDITIONAL([CPU_X86_64], [test "$host_cpu" = x86_64])
  AM_CONDITIONAL([SANDBOX_CALLS],
    [test "$wf_have" = yes && test "x$enable_sanitizers" = xno && test "x$enable_coverage" != xyes])
  WF_OPTIONAL([PWQUALITY], [pwquality], [pwquality], [new passwords are checked for length only, not for dictionary words])

  DEPS_CFLAGS="$LIBEVENT_CFLAGS $SQLITE_CFLAGS $OATH_CFLAGS $CRYPTO_CFLAGS $TLS_CFLAGS $LIBCRYPT_CFLAGS"
  DEPS_CFLAGS="$DEPS_CFLAGS $CONFUSE_CFLAGS $JANSSON_CFLAGS $ARGON2_CFLAGS"
  DEPS_CFLAGS="$DEPS_CFLAGS $RADCLI_CFLAGS $CURL_CFLAGS $QRENCODE_CFLAGS $MAXMINDDB_CFLAGS $XLSXWRITER_CFLAGS $SYSTEMD_CFLAGS $SECCOMP_CFLAGS $PWQUALITY_CFLAGS"
  AC_SUBST([DEPS_CFLAGS])
])

# WF_TEST_TOOLS: needed by `make check` only.
AC_DEFUN([WF_TEST_TOOLS], [
  PKG_CHECK_MODULES([CHECK], [check >= 0.15], [wf_check=yes], [wf_check=no])
  AM_CONDITIONAL([HAVE_CHECK], [test "$wf_check" = yes])
  AC_PATH_PROG([PYTHON3], [python3], [missing])
  AC_PATH_PROG([SHELLCHECK], [shellcheck], [missing])
  AC_PATH_PROG([MANDOC], [mandoc], [missing])
])

AC_DEFUN([WF_SUMMARY], [
  cat <<WF_END

  $PACKAGE_NAME $PACKAGE_VERSION

    compiler:         $CC
    installs into:    $prefix
    PAM module in:    $pamdir
    configuration:    $sysconfdir/warifu
    state:            $localstatedir/lib/warifu
    sockets:          $runstatedir/warifu
    Argon2id by:      $with_argon2_backend
    warnings fatal:   $enable_werror
    sanitizers:       $enable_sanitizers
    coverage:         $enable_coverage
    fault injection:  $enable_fault_injection
    unit tests:       $wf_check

  Optional parts:$WF_SUMMARY_OPTIONAL

WF_END
])
