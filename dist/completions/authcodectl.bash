# SPDX-License-Identifier: Apache-2.0
# Completion of authcodectl for bash. What may come next is in the tables of the program,
# which is asked for it.
_authcodectl()
{
	local found

	COMPREPLY=()
	found=$("$1" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
	if [[ $found == :file ]]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
	elif [[ -n $found ]]; then
		mapfile -t COMPREPLY <<<"$found"
	fi
}
complete -F _authcodectl authcodectl
