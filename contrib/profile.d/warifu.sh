# Shells that are left alone end after TMOUT seconds, which pam_warifu.so has put into the session's
# environment (idle.lock of the documents that are complied with; see pam_warifu(8)). As
# /etc/profile.d/warifu.sh this keeps a login shell from taking it out again by mistake: in its own start-up
# files, say. It binds nobody who wants to stay: 'env -u TMOUT bash' is not kept from anything.
case $- in
*i*)
	if [ "${TMOUT:-0}" -gt 0 ] 2>/dev/null; then
		export TMOUT
		readonly TMOUT
	fi
	;;
esac
