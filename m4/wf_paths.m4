# WF_PATHS: where things are installed. The paths reach the code as -D options set in Makefile.am,
# because they are make variables until `make` runs.
AC_DEFUN([WF_PATHS], [
  AC_ARG_WITH([pam-dir],
    [AS_HELP_STRING([--with-pam-dir=DIR], [where PAM looks for modules @<:@LIBDIR/security@:>@])],
    [], [with_pam_dir='${libdir}/security'])
  AC_SUBST([pamdir], [$with_pam_dir])

  AC_ARG_WITH([systemd-unit-dir],
    [AS_HELP_STRING([--with-systemd-unit-dir=DIR],
      [where unit files go @<:@PREFIX/lib/systemd/system@:>@])],
    [], [with_systemd_unit_dir='${prefix}/lib/systemd/system'])
  AC_SUBST([systemdunitdir], [$with_systemd_unit_dir])

  # Sockets belong below /run, whatever the prefix, unless --runstatedir says otherwise.
  AS_IF([test "x$runstatedir" = 'x${localstatedir}/run'], [runstatedir=/run])
])
